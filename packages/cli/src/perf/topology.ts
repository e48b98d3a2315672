/** What a load test needs in the broker: it uses what is there, and declares what is not. */

import { randomBytes } from 'node:crypto'
import { ClosedError, type Connection } from '@warrenmq/client'
import type { Destination } from './producer.ts'
import type { PerfSettings } from './settings.ts'

const NOT_FOUND = 404

export interface PerfTopology extends Destination {
  /** `undefined` when nothing consumes and no queue was named. */
  readonly queue: string | undefined
  /** Deletes the queue, if it was made for this test. */
  remove(): Promise<void>
}

/** @throws ClientError */
export async function preparePerf(connection: Connection, settings: PerfSettings): Promise<PerfTopology> {
  const { exchange, exchangeType, consumers } = settings
  const isOwn = settings.queue === undefined && consumers > 0
  const queue = isOwn ? `amqpctl-perf-${randomBytes(8).toString('hex')}` : settings.queue
  const routingKey = settings.routingKey ?? queue ?? ''
  if (exchange !== '' && !(await isThere(connection, 'exchange', exchange))) {
    await using channel = await connection.openChannel()
    await channel.declareExchange(exchange, exchangeType)
  }
  await using channel = await connection.openChannel()
  if (queue !== undefined && (isOwn || !(await isThere(connection, 'queue', queue)))) await channel.declareQueue(queue)
  if (queue !== undefined && exchange !== '') await channel.bind({ source: exchange, queue, routingKey })
  return {
    exchange,
    queue,
    // To the default exchange, a message goes by the queue's name.
    routingKey: exchange === '' ? (queue ?? '') : routingKey,
    async remove() {
      if (!isOwn || connection.state !== 'open') return
      await using channel = await connection.openChannel()
      await channel.deleteQueue(queue as string)
    },
  }
}

/** On a channel of its own, which is closed when there is none. */
async function isThere(connection: Connection, kind: 'exchange' | 'queue', name: string): Promise<boolean> {
  await using channel = await connection.openChannel()
  try {
    await (kind === 'exchange' ? channel.checkExchange(name) : channel.checkQueue(name))
    return true
  } catch (error) {
    if (error instanceof ClosedError && error.replyCode === NOT_FOUND) return false
    throw error
  }
}
