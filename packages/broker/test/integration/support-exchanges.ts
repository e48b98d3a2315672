/** Words of the suites about exchange types that choose among queues. */

import type { BasicProperties, FieldTable } from '@warrenmq/codec'
import { eventually, type RawPeer } from '@warrenmq/testkit'
import { bind, declareExchange, declareQueue, inspect } from './support.ts'

/** Declares an exchange and a queue for each binding key. Returns the queues. */
export async function declareBound(
  peer: RawPeer,
  exchange: string,
  type: string,
  keys: readonly string[],
  args: FieldTable = {},
): Promise<string[]> {
  await declareExchange(peer, exchange, type, { arguments: args })
  const queues: string[] = []
  for (const key of keys) {
    const queue = await declareQueue(peer)
    await bind(peer, queue, exchange, key)
    queues.push(queue)
  }
  return queues
}

/** A message to publish, with its number in key or properties. */
export type Numbered = (i: number) => { readonly routingKey?: string; readonly properties?: BasicProperties }

/** Publishes this many messages and returns how many each queue got, once all have arrived. */
export async function spread(
  peer: RawPeer,
  exchange: string,
  queues: readonly string[],
  count: number,
  describe: Numbered = (i) => ({ routingKey: `key-${i}` }),
): Promise<number[]> {
  const before = await counts(peer, queues)
  for (let i = 0; i < count; i++) {
    const { routingKey = 'same', properties = {} } = describe(i)
    peer.publish(1, { exchange, routingKey }, `${i}`, properties)
  }
  let more: number[] = []
  // RabbitMQ's queues take messages in after the channel has answered.
  await eventually(async () => {
    more = (await counts(peer, queues)).map((each, i) => each - before[i])
    return more.reduce((total, each) => total + each, 0) >= count
  }, `${count} messages in the queues of '${exchange}'`)
  return more
}

async function counts(peer: RawPeer, queues: readonly string[]): Promise<number[]> {
  const found: number[] = []
  for (const queue of queues) found.push((await inspect(peer, queue)).messageCount)
  return found
}
