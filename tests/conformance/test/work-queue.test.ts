/** Competing consumers of a durable queue, which acknowledge each task, with a prefetch of 1. */
import { expect, it } from 'vitest'
import type { ClientProgram } from '../src/client-program.ts'
import { describePika } from '../src/suites.ts'

describePika((start) => {
  async function startWorker(queue: string): Promise<ClientProgram> {
    const worker = start('worker', queue)
    await worker.expect('ready')
    return worker
  }

  async function addTasks(queue: string, ...tasks: string[]): Promise<void> {
    await using producer = start('new_task', queue, ...tasks)
    expect(await producer.finish()).toEqual([{ event: 'sent', count: tasks.length }])
  }

  /** Has the worker settle its next `count` tasks and returns them. */
  async function work(
    worker: ClientProgram,
    count: number,
    settlement: 'ack' | 'requeue' | 'reject',
  ): Promise<unknown[]> {
    const tasks: unknown[] = []
    while (tasks.length < count) {
      const { body, redelivered = false } = await worker.expect('received')
      tasks.push(redelivered ? `${body}, again` : body)
      worker.tell(settlement)
    }
    return tasks
  }

  it('gives a busy worker nothing more, and all the rest to the other', async () => {
    await using first = await startWorker('fair')
    await using second = await startWorker('fair')
    await addTasks('fair', 'a', 'b', 'c', 'd', 'e', 'f')
    expect(await first.expect('received')).toMatchObject({ body: 'a' })
    expect(await work(second, 5, 'ack')).toEqual(['b', 'c', 'd', 'e', 'f'])
    first.tell('ack')
    expect(await first.terminate()).toEqual([{ event: 'closed' }])
    expect(await second.terminate()).toEqual([{ event: 'closed' }])
    await using depth = start('queue_depth', 'fair')
    expect(await depth.finish()).toEqual([{ event: 'depth', messages: 0, consumers: 0 }])
  })

  it('takes turns between idle workers', async () => {
    await using first = await startWorker('turns')
    await using second = await startWorker('turns')
    await addTasks('turns', 'a', 'b')
    expect(await work(first, 1, 'ack')).toEqual(['a'])
    expect(await work(second, 1, 'ack')).toEqual(['b'])
  })

  it('gives the task of a worker that crashed to another, marked as redelivered', async () => {
    await using first = await startWorker('crash')
    await addTasks('crash', 'a', 'b')
    expect(await first.expect('received')).toMatchObject({ body: 'a' })
    await using second = await startWorker('crash')
    expect(await work(second, 1, 'ack')).toEqual(['b'])
    await first.kill()
    expect(await work(second, 1, 'ack')).toEqual(['a, again'])
  })

  it('puts a rejected task back in its place, or drops it', async () => {
    await addTasks('reject', 'a', 'b')
    await using worker = await startWorker('reject')
    expect(await work(worker, 1, 'requeue')).toEqual(['a'])
    expect(await work(worker, 1, 'reject')).toEqual(['a, again'])
    expect(await work(worker, 1, 'ack')).toEqual(['b'])
    expect(await worker.terminate()).toEqual([{ event: 'closed' }])
    await using depth = start('queue_depth', 'reject')
    expect(await depth.finish()).toEqual([{ event: 'depth', messages: 0, consumers: 0 }])
  })
})
