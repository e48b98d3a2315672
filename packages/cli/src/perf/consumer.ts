/** Receives until its number is there or it is told to stop. */

import type { Connection, Message } from '@warrenmq/client'
import type { PerfCounters } from './counters.ts'
import type { PerfSettings } from './settings.ts'
import { ageOf } from './stamp.ts'

/** A consumer that runs. */
export interface RunningConsumer {
  /** Resolves once it has received its number. */
  readonly reached: Promise<void>
  /** Acknowledges what is in hand, and ends it. */
  stop(): Promise<void>
}

/** `fail` is told when the broker ends it. @throws ClientError */
export async function startConsumer(
  connection: Connection,
  queue: string,
  settings: PerfSettings,
  counters: PerfCounters,
  fail: (error: unknown) => void,
): Promise<RunningConsumer> {
  const { autoAck, multiAckEvery, qos, consumerMessages = Number.POSITIVE_INFINITY } = settings
  const channel = await connection.openChannel()
  let count = 0
  let batch = new Batch()
  let hasStopped = false
  let finish = () => {}
  const reached = new Promise<void>((resolve) => {
    finish = resolve
  })
  const acknowledge = () => {
    batch.settle()
    batch = new Batch()
  }
  const handle = (message: Message): Promise<void> | undefined => {
    if (hasStopped || count === consumerMessages) {
      message.requeue()
      return undefined
    }
    counters.count('received')
    const age = ageOf(message.body)
    if (age !== undefined) counters.measure('latency', age)
    if (++count === consumerMessages) finish()
    if (autoAck || multiAckEvery === 1) return undefined
    const { settled } = batch
    if (++batch.size === multiAckEvery || count === consumerMessages) acknowledge()
    return settled
  }
  const options = { noAck: autoAck, prefetch: qos, concurrency: multiAckEvery === 1 ? 1 : qos }
  const consumer = await channel.consume(queue, handle, options)
  void consumer.finished.then((error) => error && fail(error))
  // Otherwise what it gives back would come again and again.
  void reached.then(() => consumer.cancel())
  return {
    reached,
    async stop() {
      hasStopped = true
      acknowledge()
      await consumer.cancel()
      await channel.close()
    },
  }
}

/** Messages that are acknowledged together: the client acknowledges each when its handler's promise is fulfilled, and puts those of a moment into one. */
class Batch {
  size = 0
  settle = () => {}
  readonly settled = new Promise<void>((resolve) => {
    this.settle = resolve
  })
}
