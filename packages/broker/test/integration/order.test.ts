/** The order of messages in a queue, also of those that come back, and the mark that they came back. */

import type { RawPeer } from '@warrenmq/testkit'
import { expect, it } from 'vitest'
import { declareQueue, drain, get, onEachBroker, sendTo, takeDeliveries, untilReady } from './support.ts'

const BODIES = ['m0', 'm1', 'm2', 'm3', 'm4']

/** A queue with five messages, all got and none acknowledged; their delivery tags are 1 to 5. */
async function queueAllTaken(peer: RawPeer): Promise<string> {
  const queue = await declareQueue(peer)
  for (const body of BODIES) sendTo(peer, queue, body)
  for (const body of BODIES) expect((await get(peer, queue, { noAck: false }))?.body.toString()).toBe(body)
  return queue
}

onEachBroker((target) => {
  it('gives messages in the order of their publishing', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    const bodies = Array.from({ length: 1000 }, (_, number) => String(number))
    for (const body of bodies) sendTo(peer, queue, body)
    await peer.call(1, 'basic.consume', { queue, noAck: true })
    expect(await takeDeliveries(peer, 1000)).toEqual(bodies)
  })

  it('puts rejected messages back where they were, in whatever order they are rejected', async () => {
    await using peer = await target.openChannel()
    const queue = await queueAllTaken(peer)
    for (const deliveryTag of [5, 3, 1, 2, 4]) peer.send(1, 'basic.reject', { deliveryTag, requeue: true })
    await untilReady(peer, queue, 5)
    expect(await drain(peer, queue)).toEqual(BODIES)
  })

  it('puts messages back between those that are still there', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    for (const body of BODIES) sendTo(peer, queue, body)
    await get(peer, queue, { noAck: false })
    await get(peer, queue, { noAck: false })
    peer.send(1, 'basic.nack', { deliveryTag: 1, requeue: true })
    await untilReady(peer, queue, 4)
    expect((await get(peer, queue, { noAck: false }))?.body.toString()).toBe('m0')
    peer.send(1, 'basic.nack', { deliveryTag: 2, requeue: true })
    await untilReady(peer, queue, 4)
    expect(await drain(peer, queue)).toEqual(['m1', 'm2', 'm3', 'm4'])
  })

  it('puts all of them back at once', async () => {
    await using peer = await target.openChannel()
    const queue = await queueAllTaken(peer)
    peer.send(1, 'basic.nack', { deliveryTag: 0, multiple: true, requeue: true })
    await untilReady(peer, queue, 5)
    expect(await drain(peer, queue)).toEqual(BODIES)
  })

  it('puts back what lies between acknowledged ones', async () => {
    await using peer = await target.openChannel()
    const queue = await queueAllTaken(peer)
    for (const deliveryTag of [2, 4]) peer.send(1, 'basic.ack', { deliveryTag })
    await peer.call(1, 'basic.recover', { requeue: true })
    await untilReady(peer, queue, 3)
    expect(await drain(peer, queue)).toEqual(['m0', 'm2', 'm4'])
  })

  it('puts what several channels held back in the order of publishing', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await peer.call(2, 'channel.open')
    for (const body of BODIES) sendTo(peer, queue, body)
    for (const channel of [1, 2, 1, 2]) await get(peer, queue, { noAck: false, channel })
    await peer.call(2, 'channel.close', { replyCode: 200 })
    await untilReady(peer, queue, 3)
    await peer.call(1, 'basic.recover', { requeue: true })
    await untilReady(peer, queue, 5)
    expect(await drain(peer, queue)).toEqual(BODIES)
  })

  it('drops what is rejected without requeue', async () => {
    await using peer = await target.openChannel()
    const queue = await queueAllTaken(peer)
    peer.send(1, 'basic.reject', { deliveryTag: 2 })
    peer.send(1, 'basic.nack', { deliveryTag: 4 })
    await peer.call(1, 'basic.recover', { requeue: true })
    await untilReady(peer, queue, 3)
    expect(await drain(peer, queue)).toEqual(['m0', 'm2', 'm4'])
  })

  it('marks what comes back as redelivered, and nothing else', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    for (const body of ['first', 'second']) sendTo(peer, queue, body)
    expect((await get(peer, queue, { noAck: false }))?.args.redelivered).toBe(false)
    peer.send(1, 'basic.reject', { deliveryTag: 1, requeue: true })
    await untilReady(peer, queue, 2)
    expect((await get(peer, queue))?.args).toMatchObject({ redelivered: true, messageCount: 1 })
    expect((await get(peer, queue))?.args).toMatchObject({ redelivered: false, messageCount: 0 })
  })

  it('marks as redelivered what a consumer held without having seen it', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await peer.call(2, 'channel.open')
    await peer.call(2, 'basic.consume', { queue })
    sendTo(peer, queue, 'unseen')
    await peer.expectContent(2, 'basic.deliver')
    await peer.call(2, 'channel.close', { replyCode: 200 })
    await untilReady(peer, queue, 1)
    expect((await get(peer, queue))?.args.redelivered).toBe(true)
  })

  it('recovers to the same consumer', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await peer.call(1, 'basic.consume', { queue })
    for (const body of BODIES) sendTo(peer, queue, body)
    expect(await takeDeliveries(peer, 5)).toEqual(BODIES)
    peer.send(1, 'basic.recover', { requeue: true })
    await peer.expect(1, 'basic.recover-ok')
    const again = [await peer.expectContent(1, 'basic.deliver')]
    while (again.length < 5) again.push(await peer.expectContent(1, 'basic.deliver'))
    expect(again.map(({ body }) => body.toString())).toEqual(BODIES)
    expect(again.map(({ args }) => Number(args.deliveryTag))).toEqual([6, 7, 8, 9, 10])
    expect(again.every(({ args }) => args.redelivered)).toBe(true)
  })

  it('recovers without an answer', async () => {
    await using peer = await target.openChannel()
    const queue = await queueAllTaken(peer)
    peer.send(1, 'basic.recover-async', { requeue: true })
    await untilReady(peer, queue, 5)
    expect(await drain(peer, queue)).toEqual(BODIES)
  })

  it('cannot recover without requeue', async () => {
    await using peer = await target.openChannel()
    peer.send(1, 'basic.recover', { requeue: false })
    expect(await peer.outcome()).toBe('conn 540 NOT_IMPLEMENTED - requeue=false [basic.recover]')
  })
})
