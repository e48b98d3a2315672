/** Transactions: publishes and acknowledgements that wait for tx.commit. */

import { describe, expect, it } from 'vitest'
import { declareQueue, drain, get, inspect, itRefuses, onEachBroker, type Refusal, sendTo } from './support.ts'

const REFUSALS: readonly Refusal[] = [
  {
    name: 'refuses a commit without select',
    steps: (peer) => peer.send(1, 'tx.commit'),
    expected: 'ch 406 PRECONDITION_FAILED - channel is not transactional [tx.commit]',
  },
  {
    name: 'refuses a rollback without select',
    steps: (peer) => peer.send(1, 'tx.rollback'),
    expected: 'ch 406 PRECONDITION_FAILED - channel is not transactional [tx.rollback]',
  },
  {
    name: 'finds out at the publish that an exchange is missing',
    steps: async (peer) => {
      await peer.call(1, 'tx.select')
      peer.publish(1, { exchange: 'nosuch' })
    },
    expected: "ch 404 NOT_FOUND - no exchange 'nosuch' in vhost '/' [basic.publish]",
  },
  {
    name: 'finds out at the ack that a tag is unknown',
    steps: async (peer) => {
      await peer.call(1, 'tx.select')
      peer.send(1, 'basic.ack', { deliveryTag: 1 })
    },
    expected: 'ch 406 PRECONDITION_FAILED - unknown delivery tag 1 [basic.ack]',
  },
]

onEachBroker((target) => {
  describe('refused', () => itRefuses(target, REFUSALS))

  it('holds publishes until commit', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await peer.call(1, 'tx.select')
    await peer.call(1, 'tx.select')
    sendTo(peer, queue, 'one')
    sendTo(peer, queue, 'two')
    expect(await inspect(peer, queue)).toMatchObject({ messageCount: 0 })
    await peer.call(1, 'tx.commit')
    expect(await drain(peer, queue)).toEqual(['one', 'two'])
  })

  it('drops publishes at rollback', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await peer.call(1, 'tx.select')
    sendTo(peer, queue, 'dropped')
    await peer.call(1, 'tx.rollback')
    await peer.call(1, 'tx.commit')
    expect(await drain(peer, queue)).toEqual([])
  })

  it('drops publishes when the channel closes', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await peer.call(2, 'channel.open')
    await peer.call(2, 'tx.select')
    peer.publish(2, { routingKey: queue }, 'dropped')
    await peer.call(2, 'channel.close', { replyCode: 200 })
    expect(await drain(peer, queue)).toEqual([])
  })

  it('returns at commit what no queue takes, before commit-ok', async () => {
    await using peer = await target.openChannel()
    await peer.call(1, 'tx.select')
    peer.publish(1, { routingKey: 'nowhere', mandatory: true }, 'returned')
    await peer.call(1, 'basic.qos', { prefetchCount: 1 })
    peer.send(1, 'tx.commit')
    expect((await peer.expectContent(1, 'basic.return')).body.toString()).toBe('returned')
    await peer.expect(1, 'tx.commit-ok')
  })

  it('returns at commit what was for a queue that is gone by then', async () => {
    await using peer = await target.openChannel()
    await using other = await target.openChannel()
    const queue = `tx-gone-${target.name}-${process.pid}`
    await other.call(1, 'queue.declare', { queue })
    await peer.call(1, 'tx.select')
    peer.publish(1, { routingKey: queue, mandatory: true }, 'm')
    peer.publish(1, { routingKey: queue }, 'n')
    await peer.call(1, 'channel.flow', { active: true })
    await other.call(1, 'queue.delete', { queue })
    peer.send(1, 'tx.commit')
    const { args, body } = await peer.expectContent(1, 'basic.return')
    expect([args.replyText, args.routingKey, body.toString()]).toEqual(['NO_ROUTE', queue, 'm'])
    await peer.expect(1, 'tx.commit-ok')
  })

  it('publishes at commit to a queue that has taken the place of the one it was for', async () => {
    await using peer = await target.openChannel()
    await using other = await target.openChannel()
    const queue = `tx-again-${target.name}-${process.pid}`
    await other.call(1, 'queue.declare', { queue, autoDelete: true })
    await peer.call(1, 'tx.select')
    peer.publish(1, { routingKey: queue, mandatory: true }, 'm')
    await peer.call(1, 'channel.flow', { active: true })
    await other.call(1, 'queue.delete', { queue })
    await declareQueue(other, queue)
    await peer.call(1, 'tx.commit')
    expect(await drain(other, queue)).toEqual(['m'])
  })

  it('holds acknowledgements until commit', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await peer.call(2, 'channel.open')
    for (const body of ['acked', 'kept']) sendTo(peer, queue, body)
    await peer.call(2, 'tx.select')
    await get(peer, queue, { noAck: false, channel: 2 })
    await get(peer, queue, { noAck: false, channel: 2 })
    peer.send(2, 'basic.ack', { deliveryTag: 1 })
    await peer.call(2, 'tx.commit')
    peer.send(2, 'basic.ack', { deliveryTag: 2 })
    await peer.call(2, 'channel.close', { replyCode: 200 })
    expect(await drain(peer, queue)).toEqual(['kept'])
  })

  it('holds a reject until commit', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    sendTo(peer, queue, 'rejected')
    await peer.call(1, 'tx.select')
    await get(peer, queue, { noAck: false })
    peer.send(1, 'basic.reject', { deliveryTag: 1, requeue: true })
    expect(await inspect(peer, queue)).toMatchObject({ messageCount: 0 })
    await peer.call(1, 'tx.commit')
    expect(await inspect(peer, queue)).toMatchObject({ messageCount: 1 })
  })

  it('puts acknowledgements back to unacked at rollback, and does not requeue', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    sendTo(peer, queue, 'once')
    await peer.call(1, 'tx.select')
    await get(peer, queue, { noAck: false })
    peer.send(1, 'basic.ack', { deliveryTag: 1 })
    await peer.call(1, 'tx.rollback')
    expect(await inspect(peer, queue)).toMatchObject({ messageCount: 0 })
    peer.send(1, 'basic.ack', { deliveryTag: 1 })
    await peer.call(1, 'tx.commit')
    await peer.call(1, 'channel.close', { replyCode: 200 })
    await peer.call(1, 'channel.open')
    expect(await drain(peer, queue)).toEqual([])
  })
})
