/** Celery: workers, an application that sends them tasks with results over `rpc://`, remote control and monitoring. */
import { randomUUID } from 'node:crypto'
import { eventually } from '@warrenmq/testkit'
import { describe, expect, it } from 'vitest'
import { openSession } from '../src/amqplib.ts'
import { ClientProgram, pythonLauncher } from '../src/client-program.ts'
import { brokerUrl, describeWith } from '../src/suites.ts'

/** Starts of Python, Celery's mingle and shutdowns are in it. */
const TEST_LIMIT_MS = 120_000

describeWith('pythonWithCelery', (python, target) => {
  function start(program: string, ...args: string[]): ClientProgram {
    const file = `celery_app/${program}.py`
    return new ClientProgram(file, pythonLauncher(python, file), brokerUrl(target), args)
  }

  /** An application's name, which begins those of its queues. They are durable, so each run takes another. */
  function application(name: string): string {
    return `celery-${name}-${randomUUID().slice(0, 8)}`
  }

  async function startWorker(prefix: string, name: string, pool = 'solo'): Promise<ClientProgram> {
    const worker = start('worker', prefix, name, pool)
    await worker.expect('ready')
    return worker
  }

  /** Runs a command of the client to its end. */
  async function run(prefix: string, command: string, ...args: string[]) {
    await using client = start('client', prefix, command, ...args)
    return await client.finish()
  }

  describe('celery', { timeout: TEST_LIMIT_MS }, () => {
    it('brings results and errors of tasks back, from a pool of processes', async () => {
      const prefix = application('results')
      await using worker = await startWorker(prefix, prefix, 'prefork')
      expect(await run(prefix, 'results')).toEqual([
        { event: 'result', value: 5 },
        { event: 'error', text: 'as told' },
        { event: 'result', value: [0, 2, 4, 6, 8, 10, 12, 14, 16, 18] },
        { event: 'ignored', state: 'PENDING' },
      ])
      expect(await worker.terminate()).toEqual([{ event: 'closed' }])
    })

    it('tries a task again after a while, and more tasks later than it may hold at once', async () => {
      const prefix = application('retry')
      await using worker = await startWorker(prefix, prefix)
      expect(await run(prefix, 'retry')).toEqual([{ event: 'result', value: 'failed 2 times', waited: true }])
      expect(await run(prefix, 'later')).toEqual([
        { event: 'result', value: 100 },
        { event: 'result', value: [0, 1, 2, 3, 4, 5, 6, 7], waited: true },
      ])
      expect(await worker.terminate()).toEqual([{ event: 'closed' }])
    })

    it('holds one task at a time, and loses none when a worker is killed', async () => {
      const prefix = application('held')
      await using first = await startWorker(prefix, `${prefix}-1`)
      await run(prefix, 'hold', 'a')
      expect(await first.expect('started')).toEqual({ name: 'a', redelivered: false })
      await using second = await startWorker(prefix, `${prefix}-2`)
      await run(prefix, 'hold', 'b', 'c')
      expect(await second.expect('started')).toEqual({ name: 'b', redelivered: false })
      await using session = await openSession(target)
      const channel = await session.connection.createChannel()
      await eventually(async () => (await channel.checkQueue(prefix)).messageCount === 1, 'the task that waits')
      await first.kill()
      await eventually(async () => (await channel.checkQueue(prefix)).messageCount === 2, 'the task that was held')
      second.tell('go on')
      expect(await second.expect('finished')).toEqual({ name: 'b' })
      for (const [name, redelivered] of [
        ['a', true],
        ['c', false],
      ]) {
        expect(await second.expect('started')).toEqual({ name, redelivered })
        second.tell('go on')
        expect(await second.expect('finished')).toEqual({ name })
      }
      expect(await second.terminate()).toEqual([{ event: 'closed' }])
    })

    it('routes tasks over a topic exchange', async () => {
      const prefix = application('routed')
      await using worker = await startWorker(prefix, prefix)
      expect(await run(prefix, 'routed')).toEqual([
        { event: 'result', value: [`${prefix}.topic`, 'feed.import.daily'] },
        { event: 'result', value: [`${prefix}.topic`, 'feed'] },
        { event: 'result', value: ['', prefix] },
      ])
      expect(await worker.terminate()).toEqual([{ event: 'closed' }])
    })

    it('finds a task that its worker gave up in the dead-letter queue', async () => {
      const prefix = application('dead')
      await run(prefix, 'declare_dead')
      await using worker = await startWorker(prefix, prefix)
      expect(await run(prefix, 'dead_letter')).toEqual([
        { event: 'dead', task: 'tasks.hopeless', reason: 'rejected', queue: `${prefix}.hopeless`, count: 1 },
      ])
      expect(await worker.terminate()).toEqual([{ event: 'closed' }])
    })

    it('is asked, told and ended by remote control', async () => {
      const prefix = application('control')
      await using worker = await startWorker(prefix, prefix)
      const node = `${prefix}@test`
      expect(await run(prefix, 'control', prefix)).toEqual([
        { event: 'ping', reply: [{ [node]: { ok: 'pong' } }] },
        { event: 'queues', names: [prefix, `${prefix}.feeds`, `${prefix}.hopeless`] },
        { event: 'tasks', registered: true },
        { event: 'rate limit', reply: [{ [node]: { ok: 'new rate limit set successfully' } }] },
      ])
      expect(await worker.finish()).toEqual([{ event: 'closed' }])
    })

    it('lets a monitor follow a task', async () => {
      const prefix = application('events')
      await using worker = await startWorker(prefix, prefix)
      expect(await run(prefix, 'events')).toEqual([
        { event: 'events', types: ['task-received', 'task-started', 'task-succeeded'] },
      ])
      expect(await worker.terminate()).toEqual([{ event: 'closed' }])
    })
  })
})
