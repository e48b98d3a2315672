/** Looks at everything that the queues hold after a start, lets go of some of it, and reports it to the ledger. */

import { decodeMethod, FrameType } from '@warrenmq/codec'
import { openChannel, type RawPeer, readContent } from '@warrenmq/testkit'
import { CHANNEL } from './actor.ts'
import type { Ledger } from './ledger.ts'
import type { RandomNumbers } from './random-numbers.ts'
import { DELAY_MAX_MS, QUEUES, type QueueRules } from './topology.ts'

/** Of a queue that holds more, most is acknowledged, so that it does not grow for ever. */
const BACKLOG_MAX = 200

interface Found {
  readonly id: string
  readonly deliveryTag: number | bigint
}

/** Inspects all queues. What is left goes back to them, redelivered. */
export async function inspect(port: number, ledger: Ledger, random: RandomNumbers): Promise<void> {
  await using peer = await openChannel(port)
  const dueBy = performance.now() + DELAY_MAX_MS
  const contents = new Map<string, string[]>()
  const found = new Map<QueueRules, Found[]>()
  for (const queue of QUEUES) {
    if (queue.name === 'delayed') await new Promise((resolve) => setTimeout(resolve, dueBy - performance.now()))
    const messages = await takeAll(peer, queue, ledger)
    found.set(queue, messages)
    contents.set(
      queue.name,
      messages.map(({ id }) => id),
    )
  }
  ledger.inspected(contents)
  for (const [{ name }, messages] of found) {
    const share = messages.length > BACKLOG_MAX ? 90 : random.below(60)
    for (const { id, deliveryTag } of messages) {
      if (!random.chance(share)) continue
      ledger.settling(name, id)
      peer.send(CHANNEL, 'basic.ack', { deliveryTag })
    }
  }
  await peer.close()
}

/** All messages of a queue, in the order of their delivery. They stay in hand. */
async function takeAll(peer: RawPeer, { name }: QueueRules, ledger: Ledger): Promise<Found[]> {
  const found: Found[] = []
  let missing = (await peer.call(CHANNEL, 'queue.declare', { queue: name, passive: true })).messageCount
  peer.send(CHANNEL, 'basic.consume', { queue: name, consumerTag: name })
  for (let isCancelled = false; ; ) {
    if (missing <= 0 && !isCancelled) {
      isCancelled = true
      peer.send(CHANNEL, 'basic.cancel', { consumerTag: name })
    }
    const frame = await peer.nextFrame(CHANNEL)
    if (frame.type !== FrameType.method) throw new Error(`a frame of type ${frame.type} came where a method was due`)
    const { name: method, args } = decodeMethod(frame.payload)
    if (method === 'basic.cancel-ok') return found
    if (method === 'basic.consume-ok') continue
    if (method !== 'basic.deliver')
      throw new Error(`${method} came to the inspection of ${name}: ${JSON.stringify(args)}`)
    const { properties, body } = await readContent(() => peer.nextFrame(CHANNEL))
    const id = properties.messageId ?? ''
    ledger.delivered(name, { id, body, redelivered: args.redelivered })
    found.push({ id, deliveryTag: args.deliveryTag })
    missing--
  }
}
