/** Publishes with confirms, in bursts of all sizes. */

import type { BasicProperties, MethodArgs } from '@warrenmq/codec'
import type { RawPeer } from '@warrenmq/testkit'
import { CHANNEL, connect, listen } from './actor.ts'
import type { Ledger } from './ledger.ts'
import { bodyOf, type Sent } from './messages.ts'
import type { RandomNumbers } from './random-numbers.ts'
import { DELAY_MAX_MS, DESTINATIONS, type Destination, delayHeader } from './topology.ts'

/** Most messages that wait for their confirm. */
const WINDOW = 150
const BURST_MAX = 20
const PAUSE_MAX_MS = 10

/** Publishes until the broker is gone. */
export async function runPublisher(name: string, port: number, ledger: Ledger, random: RandomNumbers): Promise<void> {
  const peer = await connect(port)
  if (peer === undefined) return
  await using _ = peer
  const waiting = new Map<number, Sent>()
  let published = 0
  let answered = 0

  const answer = (
    { deliveryTag, multiple }: { readonly deliveryTag: number | bigint; readonly multiple: boolean },
    each: (message: Sent) => void,
  ) => {
    const last = Number(deliveryTag)
    for (let tag = multiple ? answered + 1 : last; tag <= last; tag++) {
      const message = waiting.get(tag)
      if (message === undefined) continue
      waiting.delete(tag)
      each(message)
    }
    answered = Math.max(answered, last)
  }
  const listening = listen(peer, (method) => {
    if (method.name === 'basic.ack')
      answer(method.args as MethodArgs<'basic.ack'>, (message) => ledger.confirmed(message))
    else if (method.name === 'basic.nack')
      answer(method.args as MethodArgs<'basic.nack'>, (message) => ledger.refused(message))
    else if (method.name !== 'confirm.select-ok') throw new Error(`${method.name} came to a publisher`)
  })
  peer.send(CHANNEL, 'confirm.select')
  const publishing = (async () => {
    while (!peer.ended) {
      for (let i = random.between(1, BURST_MAX); i > 0 && waiting.size < WINDOW; i--) {
        waiting.set(++published, publish(peer, name, ledger, random))
      }
      await new Promise((resolve) => setTimeout(resolve, random.below(PAUSE_MAX_MS)))
    }
  })()
  await Promise.all([listening, publishing])
}

function publish(peer: RawPeer, name: string, ledger: Ledger, random: RandomNumbers): Sent {
  const destination = random.pick(DESTINATIONS)
  const message = ledger.send(name, {
    size: randomSize(random),
    persistent: random.chance(80),
    priority: random.below(5),
    queues: destination.queues,
  })
  send(peer, destination, message, random.below(DELAY_MAX_MS))
  return message
}

/** Publishes a message; `delayMs` counts where it goes to an exchange that delays. */
export function send(peer: RawPeer, { exchange, routingKey }: Destination, message: Sent, delayMs = 0): void {
  const properties: BasicProperties = {
    messageId: message.id,
    deliveryMode: message.persistent ? 2 : 1,
    priority: message.priority,
    ...(exchange === 'later' && { headers: delayHeader(delayMs) }),
  }
  peer.publish(CHANNEL, { exchange, routingKey }, bodyOf(message), properties)
}

/** Small ones mostly; some that fill a good part of what the broker writes at once, or need several frames. */
export function randomSize(random: RandomNumbers): number {
  const kind = random.below(100)
  if (kind < 10) return 0
  if (kind < 90) return random.below(2048)
  if (kind < 98) return random.below(80 * 1024)
  return random.below(300 * 1024)
}
