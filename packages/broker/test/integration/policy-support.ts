/** Words of the suites about policies, parameters and limits. */

import type { Administration, RawPeer, Target } from '@warrenmq/testkit'
import { bind, declareQueue, inspect } from './support.ts'

/** Why an administrative call was refused, in the broker's words. Fails when it was not. */
export async function refusalOf(call: Promise<void>): Promise<string> {
  try {
    await call
  } catch (error) {
    return reasonIn((error as Error).message)
  }
  throw new Error('the call was not refused')
}

/** RabbitMQ's HTTP API answers with JSON, in some places with the characters of HTML escaped. */
function reasonIn(message: string): string {
  const json = /^[A-Z]+ \S+: \d+ (\{.*)$/s.exec(message)?.[1]
  if (json === undefined) return message
  const { reason } = JSON.parse(json) as { reason: unknown }
  return String(reason).replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}

/** Runs `steps` in a vhost of its own, which is gone afterwards. */
export async function inVhost(
  target: Target,
  name: string,
  steps: (admin: Administration, peer: RawPeer) => Promise<void>,
): Promise<void> {
  const { admin } = target
  await admin.putVhost(name)
  try {
    await using peer = await target.openChannel({ virtualHost: name })
    await steps(admin, peer)
  } finally {
    await admin.deleteVhost(name)
  }
}

/** Declares a fanout exchange with a queue behind it. Returns the queue's name. */
export async function declareCatcher(peer: RawPeer, exchange: string): Promise<string> {
  await peer.call(1, 'exchange.declare', { exchange, type: 'fanout' })
  const queue = await declareQueue(peer, `q-${exchange}`)
  await bind(peer, queue, exchange)
  return queue
}

/** Publishes to an exchange and returns which of the queues got the message. */
export async function whoGets(peer: RawPeer, exchange: string, queues: readonly string[]): Promise<string[]> {
  const before = await counts(peer, queues)
  await peer.call(1, 'confirm.select')
  peer.publish(1, { exchange, routingKey: 'key' }, 'message')
  await peer.expect(1, 'basic.ack')
  const after = await counts(peer, queues)
  return queues.filter((_queue, index) => after[index] > before[index])
}

async function counts(peer: RawPeer, queues: readonly string[]): Promise<number[]> {
  const found: number[] = []
  for (const queue of queues) found.push((await inspect(peer, queue)).messageCount)
  return found
}
