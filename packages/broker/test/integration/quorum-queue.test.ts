/** Quorum queues: how they are declared, what they refuse, and that they do what queues do. */

import { type FieldTable, type FieldValue, typed } from '@warrenmq/codec'
import type { RawPeer } from '@warrenmq/testkit'
import { describe, expect, it } from 'vitest'
import {
  countByTag,
  drain,
  get,
  inspect,
  itRefuses,
  onEachBroker,
  type Refusal,
  sendTo,
  takeDeliveries,
  untilReady,
} from './support.ts'

const QUORUM = { 'x-queue-type': 'quorum' }
const BAD = "queue 'quorum-bad' in vhost '/'"

/** Refused before a queue is made. */
function refusedArgument(name: string, value: FieldValue, reason: string): Refusal {
  return {
    name: `refuses ${name} = ${String(value)}`,
    steps: (peer) => {
      const args = { ...QUORUM, [name]: value }
      peer.send(1, 'queue.declare', { queue: 'quorum-bad', durable: true, arguments: args })
    },
    expected: `ch 406 PRECONDITION_FAILED - invalid arg '${name}' for ${BAD}${reason} [queue.declare]`,
  }
}

const declareBad = (peer: RawPeer, args: object) =>
  peer.send(1, 'queue.declare', { queue: 'quorum-bad', durable: true, arguments: QUORUM, ...args })

const OF_CLASSIC: readonly [string, FieldValue][] = [
  ['x-max-priority', 5],
  ['x-queue-mode', 'lazy'],
  ['x-queue-version', 2],
  ['x-queue-master-locator', 'random'],
]

const REFUSALS: readonly Refusal[] = [
  ...[
    ['non-durable', { durable: false }],
    ['exclusive-owner', { exclusive: true }],
    ['exclusive-owner', { exclusive: true, durable: false }],
    ['auto-delete', { autoDelete: true }],
    ['auto-delete', { autoDelete: true, exclusive: true, durable: false }],
  ].map(([property, args]): Refusal => {
    return {
      name: `refuses ${JSON.stringify(args)}`,
      steps: (peer) => declareBad(peer, args as object),
      expected: `ch 406 PRECONDITION_FAILED - invalid property '${property}' for ${BAD} [queue.declare]`,
    }
  }),
  ...[{}, { durable: false, arguments: { ...QUORUM, 'x-max-priority': 5 } }].map((args): Refusal => {
    return {
      name: `refuses to make a name up, declared with ${JSON.stringify(args)}`,
      steps: (peer) => declareBad(peer, { ...args, queue: '' }),
      expected:
        'ch 406 PRECONDITION_FAILED - Cannot declare a server-named queue for type rabbit_quorum_queue [queue.declare]',
    }
  }),
  ...OF_CLASSIC.map(([name, value]) => refusedArgument(name, value, ' of queue type rabbit_quorum_queue')),
  refusedArgument('x-max-age', '1D', ' of queue type rabbit_quorum_queue'),
  refusedArgument('x-dead-letter-strategy', 'foo', ': invalid_dlx_strategy'),
  refusedArgument('x-dead-letter-strategy', 5, ': {unacceptable_type,signedint}'),
  refusedArgument('x-quorum-initial-group-size', 0, ': {value_zero,0}'),
  refusedArgument('x-quorum-initial-group-size', -1, ': {value_negative,-1}'),
  refusedArgument('x-quorum-initial-group-size', 'a', ': "expected integer, got longstr"'),
  refusedArgument('x-queue-leader-locator', 'foo', ': invalid_queue_locator_arg'),
  refusedArgument('x-queue-leader-locator', 1, ': {unacceptable_type,signedint}'),
  refusedArgument('x-max-in-memory-length', -1, ': {value_negative,-1}'),
  refusedArgument('x-max-in-memory-bytes', 'a', ': "expected integer, got longstr"'),
]

let count = 0

onEachBroker((target) => {
  describe('refused', () => itRefuses(target, REFUSALS))

  /** Runs `use` with a quorum queue, which is gone afterwards. */
  async function withQueue(args: FieldTable, use: (peer: RawPeer, queue: string) => Promise<void>): Promise<void> {
    await using peer = await target.openChannel()
    const queue = `quorum-${target.name}-${process.pid}-${++count}`
    await peer.call(1, 'queue.declare', { queue, durable: true, arguments: { ...QUORUM, ...args } })
    try {
      await use(peer, queue)
    } finally {
      await using cleaner = await target.openChannel()
      await cleaner.call(1, 'queue.delete', { queue })
    }
  }

  it('keeps messages in order, with deliveries, acknowledgements and basic.get', async () => {
    await withQueue({}, async (peer, queue) => {
      await peer.call(1, 'confirm.select')
      for (let number = 0; number < 6; number++) sendTo(peer, queue, `${number}`)
      await untilConfirmed(peer, 6)
      await untilReady(peer, queue, 6)
      expect((await get(peer, queue))?.body.toString()).toBe('0')
      await peer.call(2, 'channel.open')
      await peer.call(2, 'basic.qos', { prefetchCount: 3 })
      await peer.call(2, 'basic.consume', { queue })
      expect(await takeDeliveries(peer, 3, 2)).toEqual(['1', '2', '3'])
      await untilReady(peer, queue, 2)
      peer.send(2, 'basic.ack', { deliveryTag: 3, multiple: true })
      expect(await takeDeliveries(peer, 2, 2)).toEqual(['4', '5'])
      expect((await inspect(peer, queue)).consumerCount).toBe(1)
    })
  })

  it('is the same queue only for a declaration that says so', async () => {
    await withQueue({ 'x-delivery-limit': 5 }, async (peer, queue) => {
      const limit = { ...QUORUM, 'x-delivery-limit': typed('l', 5) }
      await peer.call(1, 'queue.declare', { queue, durable: true, arguments: limit })
      const inequivalent = (argument: string, difference: string) =>
        `ch 406 PRECONDITION_FAILED - inequivalent arg '${argument}' for queue '${queue}' in vhost '/': ${difference} [queue.declare]`
      const attempts: readonly [FieldTable, string][] = [
        [{}, inequivalent('x-queue-type', "received none but current is the value 'quorum' of type 'longstr'")],
        [{ 'x-queue-type': 'classic' }, inequivalent('x-queue-type', "received 'classic' but current is 'quorum'")],
        [QUORUM, inequivalent('x-delivery-limit', "received none but current is the value '5' of type 'signedint'")],
        [{ ...limit, 'x-delivery-limit': 6 }, inequivalent('x-delivery-limit', "received '6' but current is '5'")],
        [
          { ...limit, 'x-dead-letter-strategy': 'at-most-once' },
          inequivalent(
            'x-dead-letter-strategy',
            "received the value 'at-most-once' of type 'longstr' but current is none",
          ),
        ],
        [
          { ...limit, 'x-queue-leader-locator': 'balanced' },
          inequivalent('x-queue-leader-locator', "received the value 'balanced' of type 'longstr' but current is none"),
        ],
      ]
      let channel = 10
      for (const [args, expected] of attempts) {
        await peer.call(++channel, 'channel.open')
        peer.send(channel, 'queue.declare', { queue, durable: true, arguments: args })
        expect(await peer.outcome()).toBe(expected)
      }
      peer.send(1, 'queue.declare', { queue, durable: true, exclusive: true, arguments: limit })
      expect(await peer.outcome()).toMatch(/^ch 405 RESOURCE_LOCKED/)
    })
  })

  it('is not what a classic queue was declared as', async () => {
    await using peer = await target.openChannel()
    const queue = `quorum-classic-${process.pid}`
    await peer.call(1, 'queue.declare', { queue, durable: true })
    await peer.call(1, 'queue.declare', { queue, durable: true, arguments: { 'x-queue-type': 'classic' } })
    peer.send(1, 'queue.declare', { queue, durable: true, arguments: QUORUM })
    expect(await peer.outcome()).toBe(
      `ch 406 PRECONDITION_FAILED - inequivalent arg 'x-queue-type' for queue '${queue}' in vhost '/': received the value 'quorum' of type 'longstr' but current is none [queue.declare]`,
    )
    await peer.call(2, 'channel.open')
    await peer.call(2, 'queue.delete', { queue })
  })

  it.each([
    ['if-unused', { ifUnused: true }],
    ['if-empty', { ifEmpty: true }],
    ['if-unused', { ifUnused: true, ifEmpty: true }],
  ])('cannot be deleted %s', async (flag, args) => {
    await withQueue({}, async (peer, queue) => {
      peer.send(1, 'queue.delete', { queue, ...args })
      expect(await peer.outcome()).toBe(
        `conn 540 NOT_IMPLEMENTED - cannot delete queue '${queue}' in vhost '/'. queue.delete operations with ${flag} flag set are not supported by quorum queues [queue.delete]`,
      )
    })
  })

  it('takes no consumer of a channel whose consumers share a prefetch', async () => {
    await withQueue({}, async (peer, queue) => {
      await peer.call(1, 'basic.qos', { prefetchCount: 5, global: true })
      await peer.call(1, 'basic.qos', { prefetchCount: 0, global: true })
      await peer.call(1, 'basic.consume', { queue, consumerTag: 'lifted' })
      await peer.call(2, 'channel.open')
      await peer.call(2, 'basic.qos', { prefetchCount: 5, global: true })
      peer.send(2, 'basic.consume', { queue })
      expect(await peer.outcome()).toBe(
        `conn 540 NOT_IMPLEMENTED - queue '${queue}' in vhost '/' does not support global qos [basic.consume]`,
      )
    })
  })

  it('refuses basic.get where a single consumer is active', async () => {
    await withQueue({ 'x-single-active-consumer': true }, async (peer, queue) => {
      peer.send(1, 'basic.get', { queue })
      expect(await peer.outcome()).toBe(
        `ch 405 RESOURCE_LOCKED - cannot obtain access to locked queue '${queue}' in vhost '/'. basic.get operations are not supported by quorum queues with single active consumer [basic.get]`,
      )
    })
  })

  it('refuses arguments of consumers as queues of its type do', async () => {
    await withQueue({}, async (peer, queue) => {
      peer.send(1, 'basic.consume', { queue, arguments: { 'x-stream-offset': 'first' } })
      expect(await peer.outcome()).toBe(
        `ch 406 PRECONDITION_FAILED - invalid arg 'x-stream-offset' for queue '${queue}' in vhost '/' of queue type rabbit_quorum_queue [basic.consume]`,
      )
    })
  })

  it('serves a single active consumer, and the next one when that is gone or cancelled', async () => {
    await withQueue({ 'x-single-active-consumer': true }, async (peer, queue) => {
      for (const channel of [2, 3, 4]) {
        await peer.call(channel, 'channel.open')
        await peer.call(channel, 'basic.consume', { queue, consumerTag: `c${channel}` })
      }
      sendTo(peer, queue, 'a')
      expect(await countByTag(peer, 1, 2)).toEqual({ c2: 1 })
      await peer.call(2, 'channel.close', { replyCode: 200 })
      expect(await takeDeliveries(peer, 1, 3)).toEqual(['a'])
      peer.send(3, 'basic.ack', { multiple: true })
      await peer.call(3, 'basic.cancel', { consumerTag: 'c3' })
      sendTo(peer, queue, 'b')
      expect(await takeDeliveries(peer, 1, 4)).toEqual(['b'])
    })
  })

  it('serves consumers by priority', async () => {
    await withQueue({}, async (peer, queue) => {
      await peer.call(1, 'basic.qos', { prefetchCount: 10 })
      await peer.call(1, 'basic.consume', { queue, consumerTag: 'low' })
      await peer.call(1, 'basic.consume', { queue, consumerTag: 'high', arguments: { 'x-priority': 5 } })
      for (let number = 0; number < 3; number++) sendTo(peer, queue, `${number}`)
      expect(await countByTag(peer, 3)).toEqual({ high: 3 })
    })
  })

  it('is purged, and dead-letters what is rejected', async () => {
    await using owner = await target.openChannel()
    const { queue: dead } = await owner.call(1, 'queue.declare', { exclusive: true })
    const args = {
      'x-dead-letter-exchange': '',
      'x-dead-letter-routing-key': dead,
      'x-dead-letter-strategy': 'at-most-once',
    }
    await withQueue(args, async (peer, queue) => {
      for (const body of ['a', 'b', 'c']) sendTo(peer, queue, body)
      await untilReady(peer, queue, 3)
      await get(peer, queue, { noAck: false })
      peer.send(1, 'basic.reject', { deliveryTag: 1 })
      await untilReady(owner, dead, 1)
      expect(await drain(owner, dead)).toEqual(['a'])
      expect((await peer.call(1, 'queue.purge', { queue })).messageCount).toBe(2)
    })
  })
})

async function untilConfirmed(peer: RawPeer, published: number): Promise<void> {
  for (let confirmed = 0; confirmed < published; ) {
    const { deliveryTag, multiple } = await peer.expect(1, 'basic.ack')
    confirmed = multiple ? Number(deliveryTag) : confirmed + 1
  }
}
