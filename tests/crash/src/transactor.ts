/** Publishes and acknowledges in transactions. */

import type { RawPeer } from '@warrenmq/testkit'
import { CHANNEL, connect, untilEnd } from './actor.ts'
import type { Ledger, LedgerTransaction } from './ledger.ts'
import type { Sent } from './messages.ts'
import { randomSize, send } from './publisher.ts'
import type { RandomNumbers } from './random-numbers.ts'
import { SAFE_DESTINATIONS } from './topology.ts'

const PUBLISHES_MAX = 8
const GETS_MAX = 4
const QUEUE = 'polled'

/** Commits one transaction after the other until the broker is gone. */
export async function runTransactor(name: string, port: number, ledger: Ledger, random: RandomNumbers): Promise<void> {
  const peer = await connect(port)
  if (peer === undefined) return
  await using _ = peer
  peer.send(CHANNEL, 'tx.select')
  await untilEnd(peer, async () => {
    await peer.expect(CHANNEL, 'tx.select-ok')
    while (!peer.ended) await runTransaction(peer, name, ledger, random)
  })
}

async function runTransaction(peer: RawPeer, name: string, ledger: Ledger, random: RandomNumbers): Promise<void> {
  const acknowledged = []
  for (let i = random.below(GETS_MAX + 1); i > 0; i--) {
    const got = await get(peer, ledger)
    if (got === undefined) break
    peer.send(CHANNEL, 'basic.ack', { deliveryTag: got.deliveryTag })
    acknowledged.push({ queue: QUEUE, id: got.id })
  }
  const messages: Sent[] = []
  for (let i = random.below(PUBLISHES_MAX + 1); i > 0; i--) {
    const destination = random.pick(SAFE_DESTINATIONS)
    const message = ledger.send(name, {
      size: randomSize(random),
      persistent: true,
      priority: random.below(5),
      queues: destination.queues,
      isHeld: true,
    })
    send(peer, destination, message)
    messages.push(message)
  }
  const transaction: LedgerTransaction = { messages, acknowledged }
  ledger.committing(transaction)
  await peer.call(CHANNEL, 'tx.commit')
  ledger.committed(transaction)
}

async function get(peer: RawPeer, ledger: Ledger) {
  peer.send(CHANNEL, 'basic.get', { queue: QUEUE })
  if ((await peer.peek(CHANNEL)).includes('basic.get-empty')) {
    await peer.expect(CHANNEL, 'basic.get-empty')
    return undefined
  }
  const { args, properties, body } = await peer.expectContent(CHANNEL, 'basic.get-ok')
  const id = properties.messageId ?? ''
  ledger.delivered(QUEUE, { id, body, redelivered: args.redelivered })
  return { id, deliveryTag: args.deliveryTag }
}
