/** Quorum queues count how often a message came back, and give one up that did so too often. */

import { type FieldTable, typed } from '@warrenmq/codec'
import { eventually, type RawPeer, type Received } from '@warrenmq/testkit'
import { expect, it } from 'vitest'
import { drain, get, inspect, onEachBroker, sendTo, untilReady } from './support.ts'

let count = 0

onEachBroker((target) => {
  /** Runs `use` with a quorum queue whose dead letters go to a queue of their own. */
  async function withQueue(
    args: FieldTable,
    use: (peer: RawPeer, queue: string, dead: string) => Promise<void>,
  ): Promise<void> {
    await using peer = await target.openChannel()
    const queue = `limit-${target.name}-${process.pid}-${++count}`
    const { queue: dead } = await peer.call(1, 'queue.declare', { exclusive: true })
    const table = {
      'x-queue-type': 'quorum',
      'x-dead-letter-exchange': '',
      'x-dead-letter-routing-key': dead,
      ...args,
    }
    await peer.call(1, 'queue.declare', { queue, durable: true, arguments: table })
    try {
      await use(peer, queue, dead)
    } finally {
      await using cleaner = await target.openChannel()
      await cleaner.call(1, 'queue.delete', { queue })
    }
  }

  /** Gets a message that is to be acknowledged, once there is one. */
  function take(peer: RawPeer, queue: string, channel = 1): Promise<Received<'basic.get-ok'>> {
    const message = eventually(() => get(peer, queue, { noAck: false, channel }), `a message in ${queue}`)
    return message as Promise<Received<'basic.get-ok'>>
  }

  const deliveryCount = (message: Received<'basic.get-ok'> | undefined) => {
    const header = message?.properties.headers?.['x-delivery-count']
    return header === undefined ? undefined : [header.tag, Number(header.value)]
  }

  it('gives a message up after one delivery more than the limit, and says why', async () => {
    await withQueue({ 'x-delivery-limit': 2 }, async (peer, queue, dead) => {
      sendTo(peer, queue, 'poison', { headers: { kept: 'yes' } })
      for (let round = 0; round < 3; round++) {
        const message = await take(peer, queue)
        expect(message.args.redelivered).toBe(round > 0)
        // RabbitMQ 3.10 has the header on the first delivery too, with 0; since 3.12 it comes with the second, as here.
        if (round > 0 || target.isRabbit) expect(deliveryCount(message)).toEqual(['l', round])
        else expect(deliveryCount(message)).toBeUndefined()
        expect(message.properties.headers?.kept).toEqual(typed('S', 'yes'))
        peer.send(1, 'basic.reject', { deliveryTag: message.args.deliveryTag, requeue: true })
      }
      await untilReady(peer, dead, 1)
      const letter = await get(peer, dead)
      expect(letter?.body.toString()).toBe('poison')
      const [death] = (letter?.properties.headers?.['x-death']?.value ?? []) as unknown as [{ value: FieldTable }]
      expect(death.value).toMatchObject({ reason: typed('S', 'delivery_limit'), queue: typed('S', queue) })
      expect((await inspect(peer, queue)).messageCount).toBe(0)
    })
  })

  it('counts deliveries that were lost with their channel', async () => {
    await withQueue({ 'x-delivery-limit': 1 }, async (peer, queue, dead) => {
      sendTo(peer, queue, 'poison')
      for (let channel = 2; channel < 4; channel++) {
        await peer.call(channel, 'channel.open')
        await take(peer, queue, channel)
        await peer.call(channel, 'channel.close', { replyCode: 200 })
      }
      await untilReady(peer, dead, 1)
      expect(await drain(peer, dead)).toEqual(['poison'])
    })
  })

  it('gives a message up at once with a limit of 0', async () => {
    await withQueue({ 'x-delivery-limit': 0 }, async (peer, queue, dead) => {
      sendTo(peer, queue, 'poison')
      const { args } = await take(peer, queue)
      peer.send(1, 'basic.reject', { deliveryTag: args.deliveryTag, requeue: true })
      await untilReady(peer, dead, 1)
    })
  })

  it('drops what came back too often where there is no dead-letter exchange', async () => {
    await using peer = await target.openChannel()
    const queue = `limit-plain-${target.name}-${process.pid}`
    const args = { 'x-queue-type': 'quorum', 'x-delivery-limit': 0 }
    await peer.call(1, 'queue.declare', { queue, durable: true, arguments: args })
    sendTo(peer, queue, 'poison')
    sendTo(peer, queue, 'good')
    const first = await take(peer, queue)
    expect(first.body.toString()).toBe('poison')
    peer.send(1, 'basic.reject', { deliveryTag: first.args.deliveryTag, requeue: true })
    expect((await take(peer, queue)).body.toString()).toBe('good')
    expect((await peer.call(1, 'queue.delete', { queue })).messageCount).toBe(0)
  })

  it('replaces a count that the publisher made up', async () => {
    await withQueue({ 'x-delivery-limit': 3 }, async (peer, queue) => {
      for (const headers of [{ 'x-delivery-count': 77 }, { 'x-delivery-count': 'many' }]) {
        sendTo(peer, queue, 'm', { headers })
        const first = await take(peer, queue)
        peer.send(1, 'basic.reject', { deliveryTag: first.args.deliveryTag, requeue: true })
        const second = await take(peer, queue)
        expect(deliveryCount(second)).toEqual(['l', 1])
        peer.send(1, 'basic.ack', { deliveryTag: second.args.deliveryTag })
      }
    })
  })

  it('starts to count anew in the queue that dead letters go to', async () => {
    await withQueue({ 'x-delivery-limit': 0 }, async (peer, queue, dead) => {
      for (const body of ['a', 'b']) sendTo(peer, queue, body)
      for (let taken = 0; taken < 2; taken++) {
        const { args } = await take(peer, queue)
        peer.send(1, 'basic.reject', { deliveryTag: args.deliveryTag, requeue: true })
      }
      await untilReady(peer, dead, 2)
      expect(deliveryCount(await get(peer, dead))).toBeUndefined()
    })
  })

  // In RabbitMQ 3.10 there is no limit where none is set; since 4.0 it is 20.
  it.skipIf(target.isRabbit)('allows 20 failed deliveries where no limit is set', async () => {
    await withQueue({}, async (peer, queue, dead) => {
      sendTo(peer, queue, 'poison')
      for (let round = 0; round < 21; round++) {
        const message = await take(peer, queue)
        expect(deliveryCount(message)).toEqual(round === 0 ? undefined : ['l', round])
        peer.send(1, 'basic.reject', { deliveryTag: message.args.deliveryTag, requeue: true })
      }
      await untilReady(peer, dead, 1)
    })
  })

  // RabbitMQ 3.10 does not know -1 and gives a message up at its first return.
  it.skipIf(target.isRabbit)('allows any number of them with a limit of -1', async () => {
    await withQueue({ 'x-delivery-limit': -1 }, async (peer, queue) => {
      sendTo(peer, queue, 'stubborn')
      for (let round = 0; round < 40; round++) {
        const { args } = await take(peer, queue)
        peer.send(1, 'basic.reject', { deliveryTag: args.deliveryTag, requeue: true })
      }
      expect((await take(peer, queue)).body.toString()).toBe('stubborn')
    })
  })

  // Until RabbitMQ 4.2 basic.nack counts as a failed delivery.
  it.skipIf(target.isRabbit)('does not count what was returned with basic.nack or basic.recover', async () => {
    await withQueue({ 'x-delivery-limit': 0 }, async (peer, queue) => {
      sendTo(peer, queue, 'returned')
      for (let round = 0; round < 5; round++) {
        const { args, properties } = await take(peer, queue)
        if (round > 0) expect(properties.headers).toEqual({ 'x-acquired-count': typed('l', round) })
        if (round % 2 === 0) peer.send(1, 'basic.nack', { deliveryTag: args.deliveryTag, requeue: true })
        else await peer.call(1, 'basic.recover', { requeue: true })
      }
      expect((await take(peer, queue)).args.redelivered).toBe(true)
    })
  })
})
