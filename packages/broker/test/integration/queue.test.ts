/** Queues: declare, delete, purge, and when they go by themselves. */

import type { MethodInput } from '@warrenmq/codec'
import { eventually, type RawPeer } from '@warrenmq/testkit'
import { describe, expect, it } from 'vitest'
import {
  declareQueue,
  drain,
  get,
  inspect,
  itRefuses,
  onEachBroker,
  type Refusal,
  sendTo,
  untilGone,
} from './support.ts'

type Declare = MethodInput<'queue.declare'>

function redeclare(queue: string, first: Declare, second: Declare) {
  return async (peer: RawPeer) => {
    await peer.call(1, 'queue.declare', { queue, exclusive: true, ...first })
    peer.send(1, 'queue.declare', { queue, exclusive: true, ...second })
  }
}

const NO_PREVIOUS = 'ch 404 NOT_FOUND - no previously declared queue'

const REFUSALS: readonly Refusal[] = [
  {
    name: 'refuses a new name with the reserved prefix',
    steps: (peer) => peer.send(1, 'queue.declare', { queue: 'amq.foo' }),
    expected: "ch 403 ACCESS_REFUSED - queue name 'amq.foo' contains reserved prefix 'amq.*' [queue.declare]",
  },
  {
    name: 'refuses to declare again a queue whose name the broker made',
    steps: async (peer) => peer.send(1, 'queue.declare', { queue: await declareQueue(peer), exclusive: true }),
    expected:
      /^ch 403 ACCESS_REFUSED - queue name 'amq\.gen-.{22}' contains reserved prefix 'amq\.\*' \[queue\.declare\]$/,
  },
  {
    name: 'does not find a missing name with the reserved prefix',
    steps: (peer) => peer.send(1, 'queue.declare', { queue: 'amq.foo', passive: true }),
    expected: "ch 404 NOT_FOUND - no queue 'amq.foo' in vhost '/' [queue.declare]",
  },
  {
    name: 'does not find a missing queue',
    steps: (peer) => peer.send(1, 'queue.declare', { queue: 'nosuch', passive: true }),
    expected: "ch 404 NOT_FOUND - no queue 'nosuch' in vhost '/' [queue.declare]",
  },
  {
    name: 'does not find the empty name',
    steps: (peer) => peer.send(1, 'queue.declare', { queue: '', passive: true }),
    expected: "ch 404 NOT_FOUND - no queue '' in vhost '/' [queue.declare]",
  },
  {
    name: 'refuses another durability',
    steps: redeclare('queue-durable', { exclusive: false, autoDelete: true }, { exclusive: false, durable: true }),
    expected:
      "ch 406 PRECONDITION_FAILED - inequivalent arg 'durable' for queue 'queue-durable' in vhost '/': received 'true' but current is 'false' [queue.declare]",
  },
  {
    name: 'refuses another auto-delete',
    steps: redeclare('queue-auto', {}, { autoDelete: true }),
    expected:
      "ch 406 PRECONDITION_FAILED - inequivalent arg 'auto_delete' for queue 'queue-auto' in vhost '/': received 'true' but current is 'false' [queue.declare]",
  },
  {
    name: 'names durable before auto-delete and arguments',
    steps: redeclare(
      'queue-order',
      { exclusive: false, autoDelete: true },
      { exclusive: false, durable: true, arguments: { 'x-max-length': 1 } },
    ),
    expected:
      "ch 406 PRECONDITION_FAILED - inequivalent arg 'durable' for queue 'queue-order' in vhost '/': received 'true' but current is 'false' [queue.declare]",
  },
  {
    name: 'names auto-delete before arguments',
    steps: redeclare('queue-order2', {}, { autoDelete: true, arguments: { 'x-max-length': 1 } }),
    expected:
      "ch 406 PRECONDITION_FAILED - inequivalent arg 'auto_delete' for queue 'queue-order2' in vhost '/': received 'true' but current is 'false' [queue.declare]",
  },
  {
    name: 'closes the channel for a failed declare without wait',
    steps: (peer) => peer.send(1, 'queue.declare', { queue: 'amq.foo', noWait: true }),
    expected: "ch 403 ACCESS_REFUSED - queue name 'amq.foo' contains reserved prefix 'amq.*' [queue.declare]",
  },
  {
    name: 'purges no missing queue',
    steps: (peer) => peer.send(1, 'queue.purge', { queue: 'nosuch' }),
    expected: "ch 404 NOT_FOUND - no queue 'nosuch' in vhost '/' [queue.purge]",
  },
  {
    name: 'purges no last declared queue when there is none',
    steps: (peer) => peer.send(1, 'queue.purge', {}),
    expected: `${NO_PREVIOUS} [queue.purge]`,
  },
  {
    name: 'deletes no last declared queue when there is none',
    steps: (peer) => peer.send(1, 'queue.delete', {}),
    expected: `${NO_PREVIOUS} [queue.delete]`,
  },
  {
    name: 'unbinds no last declared queue when there is none',
    steps: (peer) => peer.send(1, 'queue.unbind', { exchange: 'amq.direct' }),
    expected: `${NO_PREVIOUS} [queue.unbind]`,
  },
  {
    name: 'consumes from no last declared queue when there is none',
    steps: (peer) => peer.send(1, 'basic.consume', {}),
    expected: `${NO_PREVIOUS} [basic.consume]`,
  },
  {
    name: 'gets from no last declared queue when there is none',
    steps: (peer) => peer.send(1, 'basic.get', {}),
    expected: `${NO_PREVIOUS} [basic.get]`,
  },
  {
    name: 'deletes if-empty no queue with ready messages',
    steps: async (peer) => {
      await declareQueue(peer, 'queue-full')
      sendTo(peer, 'queue-full', 'm')
      peer.send(1, 'queue.delete', { queue: 'queue-full', ifEmpty: true })
    },
    expected: "ch 406 PRECONDITION_FAILED - queue 'queue-full' in vhost '/' not empty [queue.delete]",
  },
  {
    name: 'says of a queue that is neither empty nor unused that it is not empty',
    steps: async (peer) => {
      await declareQueue(peer, 'queue-busy')
      await peer.call(1, 'basic.qos', { prefetchCount: 1 })
      await peer.call(1, 'basic.consume', { queue: 'queue-busy' })
      sendTo(peer, 'queue-busy', 'm1')
      sendTo(peer, 'queue-busy', 'm2')
      await peer.expectContent(1, 'basic.deliver')
      peer.send(1, 'queue.delete', { queue: 'queue-busy', ifEmpty: true, ifUnused: true })
    },
    expected: "ch 406 PRECONDITION_FAILED - queue 'queue-busy' in vhost '/' not empty [queue.delete]",
  },
  {
    name: 'deletes if-unused no queue with consumers',
    steps: async (peer) => {
      await declareQueue(peer, 'queue-used')
      await peer.call(1, 'basic.consume', { queue: 'queue-used' })
      peer.send(1, 'queue.delete', { queue: 'queue-used', ifUnused: true })
    },
    expected: "ch 406 PRECONDITION_FAILED - queue 'queue-used' in vhost '/' in use [queue.delete]",
  },
]

onEachBroker((target) => {
  describe('refused', () => itRefuses(target, REFUSALS))

  it('answers a declare with the name and two zeros', async () => {
    await using peer = await target.openChannel()
    const answer = await peer.call(1, 'queue.declare', { queue: 'queue-new', exclusive: true })
    expect(answer).toEqual({ queue: 'queue-new', messageCount: 0, consumerCount: 0 })
  })

  it('makes names of its own', async () => {
    await using peer = await target.openChannel()
    const names = new Set<string>()
    for (let i = 0; i < 10; i++) names.add(await declareQueue(peer))
    expect(names.size).toBe(10)
    for (const name of names) expect(name).toMatch(/^amq\.gen-[A-Za-z0-9_-]{22}$/)
  })

  it('strips CR and LF out of a name', async () => {
    await using peer = await target.openChannel()
    expect(await declareQueue(peer, '\rqueue-\nstripped\r\n')).toBe('queue-stripped')
    expect(await inspect(peer, 'queue-\r\nstripped')).toEqual({ messageCount: 0, consumerCount: 0 })
  })

  it.each([
    ['255 bytes', `queue-${'x'.repeat(249)}`],
    ['letters beyond ASCII', 'queue-größe-鼠-🐇'],
  ])('takes a name of %s', async (_what, queue) => {
    await using peer = await target.openChannel()
    expect(await declareQueue(peer, queue)).toBe(queue)
    sendTo(peer, queue, 'm')
    expect((await get(peer, queue))?.args.routingKey).toBe(queue)
  })

  it('counts ready messages and the consumers of all channels', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    for (const body of ['a', 'b', 'c']) sendTo(peer, queue, body)
    await get(peer, queue, { noAck: false })
    expect(await inspect(peer, queue)).toEqual({ messageCount: 2, consumerCount: 0 })
    await peer.call(2, 'channel.open')
    await peer.call(2, 'basic.qos', { prefetchCount: 1 })
    for (const consumerTag of ['one', 'two']) peer.send(2, 'basic.consume', { queue, consumerTag, noWait: true })
    await eventually(async () => {
      const { messageCount, consumerCount } = await inspect(peer, queue)
      return messageCount === 0 && consumerCount === 2
    }, 'two consumers with a message each')
  })

  it('takes an empty name as the last declared queue of the channel', async () => {
    await using peer = await target.openChannel()
    await declareQueue(peer, 'queue-last1')
    await declareQueue(peer, 'queue-last2')
    sendTo(peer, 'queue-last2', 'm')
    expect(await peer.call(1, 'queue.purge', {})).toEqual({ messageCount: 1 })
    expect(await peer.call(1, 'queue.delete', {})).toEqual({ messageCount: 0 })
  })

  it('finds a queue passively, whatever flags and arguments are given', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    const args = { durable: true, autoDelete: true, arguments: { 'x-max-length': 3 } }
    await peer.call(1, 'queue.declare', { queue, passive: true, ...args })
  })

  it('answers nothing without wait', async () => {
    await using peer = await target.openChannel()
    const queue = 'queue-nowait'
    peer.send(1, 'queue.declare', { queue, exclusive: true, noWait: true })
    sendTo(peer, queue, 'm')
    peer.send(1, 'queue.purge', { queue, noWait: true })
    expect(await inspect(peer, queue)).toEqual({ messageCount: 0, consumerCount: 0 })
    peer.send(1, 'queue.delete', { queue, noWait: true })
    peer.send(1, 'queue.declare', { queue, passive: true })
    expect(await peer.outcome()).toBe("ch 404 NOT_FOUND - no queue 'queue-nowait' in vhost '/' [queue.declare]")
  })

  it('answers the delete of a missing queue', async () => {
    await using peer = await target.openChannel()
    const deleted = await peer.call(1, 'queue.delete', { queue: 'nosuch', ifUnused: true, ifEmpty: true })
    expect(deleted).toEqual({ messageCount: 0 })
  })

  it('counts the ready messages that a delete drops, and takes later acks of the others', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    for (const body of ['a', 'b', 'c']) sendTo(peer, queue, body)
    await get(peer, queue, { noAck: false })
    expect(await peer.call(1, 'queue.delete', { queue })).toEqual({ messageCount: 2 })
    peer.send(1, 'basic.ack', { deliveryTag: 1 })
    await declareQueue(peer)
  })

  it('deletes if-empty a queue whose messages are all unacked', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    sendTo(peer, queue, 'm')
    await get(peer, queue, { noAck: false })
    expect(await peer.call(1, 'queue.delete', { queue, ifEmpty: true })).toEqual({ messageCount: 0 })
  })

  it('tells the consumers of a deleted queue', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await peer.call(2, 'channel.open')
    await peer.call(2, 'basic.consume', { queue, consumerTag: 'told' })
    await peer.call(1, 'queue.delete', { queue })
    expect(await peer.expect(2, 'basic.cancel')).toEqual({ consumerTag: 'told', noWait: true })
  })

  it('purges the ready messages and leaves the unacked ones', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    for (const body of ['unacked', 'b', 'c']) sendTo(peer, queue, body)
    await get(peer, queue, { noAck: false })
    expect(await peer.call(1, 'queue.purge', { queue })).toEqual({ messageCount: 2 })
    peer.send(1, 'basic.reject', { deliveryTag: 1, requeue: true })
    expect(await drain(peer, queue)).toEqual(['unacked'])
  })

  it('keeps an auto-delete queue that never had a consumer', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer, '', { autoDelete: true })
    sendTo(peer, queue, 'm')
    await get(peer, queue)
    await inspect(peer, queue)
  })

  it.each<[string, (peer: RawPeer) => Promise<unknown>]>([
    ['is cancelled', (peer) => peer.call(2, 'basic.cancel', { consumerTag: 'last' })],
    ['loses its channel', (peer) => peer.call(2, 'channel.close', { replyCode: 200 })],
  ])('deletes an auto-delete queue when its last consumer %s', async (_how, end) => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer, '', { autoDelete: true, exclusive: false })
    await peer.call(2, 'channel.open')
    await peer.call(2, 'basic.consume', { queue, consumerTag: 'first' })
    await peer.call(2, 'basic.consume', { queue, consumerTag: 'last' })
    await peer.call(2, 'basic.cancel', { consumerTag: 'first' })
    await inspect(peer, queue)
    await end(peer)
    await untilGone(peer, queue)
  })

  it('deletes an auto-delete queue when the connection of its last consumer ends', async () => {
    await using peer = await target.openChannel()
    await using consumer = await target.openChannel()
    const queue = await declareQueue(peer, '', { autoDelete: true, exclusive: false })
    await consumer.call(1, 'basic.consume', { queue })
    await consumer[Symbol.asyncDispose]()
    await untilGone(peer, queue)
  })
})
