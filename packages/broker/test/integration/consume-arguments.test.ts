/** The arguments of basic.consume, and consumers that want a queue for themselves. */

import { type FieldTable, typed } from '@warrenmq/codec'
import { describe, expect, it } from 'vitest'
import { declareQueue, itRefuses, onEachBroker, type Refusal, sendTo, takeDeliveries } from './support.ts'

function consume(queue: string, args: FieldTable): Refusal['steps'] {
  return async (peer) => {
    await declareQueue(peer, queue)
    peer.send(1, 'basic.consume', { queue, arguments: args })
  }
}

const REFUSALS: readonly Refusal[] = [
  {
    name: 'refuses an x-priority that is a string',
    steps: consume('args-priority1', { 'x-priority': 'high' }),
    expected:
      "ch 406 PRECONDITION_FAILED - invalid arg 'x-priority' for queue 'args-priority1' in vhost '/': \"expected integer, got longstr\" [basic.consume]",
  },
  {
    name: 'refuses an x-priority that is a fraction',
    steps: consume('args-priority2', { 'x-priority': 1.5 }),
    expected:
      "ch 406 PRECONDITION_FAILED - invalid arg 'x-priority' for queue 'args-priority2' in vhost '/': \"expected integer, got double\" [basic.consume]",
  },
  {
    name: 'refuses an argument of streams',
    steps: consume('args-stream', { 'x-stream-offset': 'first' }),
    expected:
      "ch 406 PRECONDITION_FAILED - invalid arg 'x-stream-offset' for queue 'args-stream' in vhost '/' of queue type rabbit_classic_queue [basic.consume]",
  },
  {
    name: 'refuses an exclusive consumer where a single one is active',
    steps: async (peer) => {
      await declareQueue(peer, 'args-single', { arguments: { 'x-single-active-consumer': true } })
      peer.send(1, 'basic.consume', { queue: 'args-single', exclusive: true })
    },
    expected: "ch 403 ACCESS_REFUSED - queue 'args-single' in vhost '/' in exclusive use [basic.consume]",
  },
]

onEachBroker((target) => {
  describe('refused', () => itRefuses(target, REFUSALS))

  it.each<[string, FieldTable]>([
    ['a negative x-priority', { 'x-priority': -5 }],
    ['an x-priority of another width', { 'x-priority': typed('l', 7) }],
    ['unknown arguments', { 'x-unknown': 'whatever', other: [1, 2] }],
  ])('takes %s', async (_what, args) => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await peer.call(1, 'basic.consume', { queue, noAck: true, arguments: args })
    sendTo(peer, queue, 'm')
    expect(await takeDeliveries(peer, 1)).toEqual(['m'])
  })
})
