/** Programs on pika whose broker is killed: what was confirmed is there when it runs again. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startWarren, type WarrenProgram, within } from '@warrenmq/testkit'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import type { ClientProgram } from '../src/client-program.ts'
import { startPika } from '../src/suites.ts'

const python = inject('foreign').pythonWithPika
const QUEUE = 'durable-tasks'

describe.skipIf(python === undefined)('a broker that is killed', () => {
  let directory: string
  let warren: WarrenProgram

  const startBroker = async () => {
    warren = await startWarren(['--data-directory', join(directory, 'data')])
  }
  const kill = async () => {
    warren.program.signal('SIGKILL')
    await within(warren.program.exited, 'the end of the broker')
  }
  const start = (name: string, ...args: string[]) => startPika(python as string, warren, name, [QUEUE, ...args])

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'warren-durable-'))
    await startBroker()
  })
  afterEach(async () => {
    await kill()
    await rm(directory, { recursive: true, force: true })
  })

  /** Lets a worker do so many tasks, and returns them. The next one stays in its hands. */
  async function work(worker: ClientProgram, count: number): Promise<Record<string, unknown>[]> {
    const done: Record<string, unknown>[] = []
    while (done.length < count) {
      done.push(await worker.expect('received'))
      worker.tell('ack')
    }
    return done
  }

  it('has every task that was confirmed, in order', async () => {
    await using publisher = start('confirmed_tasks', '1', '100000')
    await publisher.collect('confirmed', 200)
    await kill()
    const rest = await publisher.finish()
    const confirmed = 200 + rest.filter(({ event }) => event === 'confirmed').length
    expect(rest.at(-1)).toEqual({ event: 'broker gone' })

    await startBroker()
    await using worker = start('worker')
    await worker.expect('ready')
    const tasks = await work(worker, confirmed)
    expect(tasks.map(({ body }) => body)).toEqual(Array.from({ length: confirmed }, (_, i) => `task ${i + 1}`))
    expect(tasks.filter(({ redelivered }) => redelivered)).toEqual([])
  })

  it('gives a task that was in work to somebody else, and none that was done', async () => {
    await using publisher = start('confirmed_tasks', '1', '5')
    await publisher.finish()
    const worker = start('worker')
    await worker.expect('ready')
    await work(worker, 2)
    const inWork = await worker.expect('received')
    // Its confirm says that what came before is durable, too.
    await using another = start('confirmed_tasks', '6', '6')
    await another.finish()
    await kill()
    await worker.kill()

    await startBroker()
    await using next = start('worker')
    await next.expect('ready')
    const tasks = await work(next, 4)
    expect(tasks.map(({ body }) => body)).toEqual(['task 3', 'task 4', 'task 5', 'task 6'])
    expect(tasks[0]).toEqual({ ...inWork, redelivered: true })
  })
})
