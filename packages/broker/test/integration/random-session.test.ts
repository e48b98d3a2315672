/**
 * Random sessions of several channels on shared queues, checked against what the client knows.
 *
 * No message is lost, none comes twice without having been given back, no consumer gets more than its limit, and none that could take a
 * message waits while its queue has one. In the end the queues hold, in the order of publishing, exactly what was never settled.
 */

import { eventually, openChannel, type RawPeer } from '@warrenmq/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Broker, createBroker } from '../../src/index.ts'
import { RandomNumbers } from './random-numbers.ts'
import { declareQueue, drain, inspect, sendTo } from './support.ts'

const SEEDS = [1, 2, 3, Date.now() % 100_000]
const ROUNDS = 25
const STEPS_PER_ROUND = 8
const QUEUE_COUNT = 2
const CHANNELS = [1, 2, 3]

interface Delivery {
  readonly tag: number
  readonly id: number
  readonly consumer: Consumer
}

interface Consumer {
  readonly tag: string
  readonly queue: string
  readonly prefetchCount: number
}

/** What one channel of a connection has in hand, as its client knows it. */
class SessionChannel {
  readonly peer: RawPeer
  readonly number: number
  readonly consumers = new Map<string, Consumer>()
  unacked: Delivery[] = []
  prefetchCount = 0
  globalPrefetchCount = 0

  constructor(peer: RawPeer, number: number) {
    this.peer = peer
    this.number = number
  }

  held(consumer: Consumer): number {
    return this.unacked.filter((delivery) => delivery.consumer === consumer).length
  }

  canTake(consumer: Consumer): boolean {
    const { globalPrefetchCount: limit } = this
    return (
      (consumer.prefetchCount === 0 || this.held(consumer) < consumer.prefetchCount) &&
      (limit === 0 || this.unacked.length < limit)
    )
  }
}

/** The session: its queues, its channels, and every message by its number. */
class Session {
  readonly #random: RandomNumbers
  readonly #publisher: RawPeer
  readonly #queues: readonly string[]
  readonly #channels: readonly SessionChannel[]
  /** Queue of each message that was not settled yet, in the order of publishing. */
  readonly unsettled = new Map<number, string>()
  readonly #seen = new Set<number>()
  readonly #handed = new Set<number>()
  #published = 0
  #consumed = 0

  constructor(random: RandomNumbers, publisher: RawPeer, queues: readonly string[], peers: readonly RawPeer[]) {
    this.#random = random
    this.#publisher = publisher
    this.#queues = queues
    this.#channels = peers.flatMap((peer) => CHANNELS.map((number) => new SessionChannel(peer, number)))
  }

  async run(): Promise<void> {
    for (let round = 0; round < ROUNDS; round++) {
      for (let count = 0; count < STEPS_PER_ROUND; count++) await this.#step(this.#random.pick(this.#channels))
      await eventually(() => this.#isSettled(), `a state in which nobody waits, after round ${round}`)
    }
    for (const channel of this.#channels) await this.#closeChannel(channel)
  }

  async #step(channel: SessionChannel): Promise<void> {
    const { peer, number } = channel
    const random = this.#random
    await this.#collect(channel)
    switch (random.below(12)) {
      case 0:
      case 1:
      case 2:
        return this.#publish()
      case 3:
        return this.#consume(channel)
      case 4: {
        const [tag] = channel.consumers.keys()
        if (tag === undefined || random.chance(50)) return
        peer.send(number, 'basic.cancel', { consumerTag: tag })
        await this.#collect(channel, 'basic.cancel-ok')
        channel.consumers.delete(tag)
        return
      }
      case 5: {
        const global = random.chance(40)
        const prefetchCount = random.below(6)
        if (global) channel.globalPrefetchCount = prefetchCount
        else channel.prefetchCount = prefetchCount
        peer.send(number, 'basic.qos', { prefetchCount, global })
        return this.#collect(channel, 'basic.qos-ok')
      }
      case 6:
        peer.send(number, 'basic.recover', { requeue: true })
        // What comes before the answer went back with the rest.
        await this.#collect(channel, 'basic.recover-ok', () => this.#giveBack(channel, channel.unacked))
        return
      case 7:
        if (random.chance(80)) return
        await this.#closeChannel(channel)
        await peer.call(number, 'channel.open')
        return
      default:
        return this.#settle(channel)
    }
  }

  #publish(): void {
    for (let count = this.#random.below(30); count > 0; count--) {
      const id = this.#published++
      const queue = this.#random.pick(this.#queues)
      this.unsettled.set(id, queue)
      sendTo(this.#publisher, queue, bodyOf(id))
    }
  }

  async #consume(channel: SessionChannel): Promise<void> {
    const tag = `consumer-${this.#consumed++}`
    const queue = this.#random.pick(this.#queues)
    channel.consumers.set(tag, { tag, queue, prefetchCount: channel.prefetchCount })
    channel.peer.send(channel.number, 'basic.consume', { queue, consumerTag: tag })
    await this.#collect(channel, 'basic.consume-ok')
  }

  #settle(channel: SessionChannel): void {
    if (channel.unacked.length === 0) return
    const { peer, number } = channel
    const { tag: deliveryTag } = this.#random.pick(channel.unacked)
    const multiple = this.#random.chance(30)
    const requeue = this.#random.chance(40)
    const ack = this.#random.chance(60)
    const messages = channel.unacked.filter(({ tag }) => (multiple ? tag <= deliveryTag : tag === deliveryTag))
    if (ack) peer.send(number, 'basic.ack', { deliveryTag, multiple })
    else if (multiple) peer.send(number, 'basic.nack', { deliveryTag, multiple, requeue })
    else peer.send(number, 'basic.reject', { deliveryTag, requeue })
    if (ack || !requeue) for (const { id } of messages) this.unsettled.delete(id)
    this.#giveBack(channel, messages)
  }

  async #closeChannel(channel: SessionChannel): Promise<void> {
    channel.peer.send(channel.number, 'channel.close', { replyCode: 200 })
    await this.#collect(channel, 'channel.close-ok')
    this.#giveBack(channel, channel.unacked)
    channel.consumers.clear()
    channel.prefetchCount = 0
    channel.globalPrefetchCount = 0
  }

  /** The channel's client has these no longer. */
  #giveBack(channel: SessionChannel, messages: readonly Delivery[]): void {
    const gone = new Set(messages)
    for (const { id } of messages) this.#handed.delete(id)
    channel.unacked = channel.unacked.filter((delivery) => !gone.has(delivery))
  }

  /** Takes what was delivered up to an answer, which an extra method asks for where none is due. */
  async #collect(channel: SessionChannel, answer?: string, answered: () => void = () => {}): Promise<void> {
    const { peer, number } = channel
    if (answer === undefined) peer.send(number, 'channel.flow', { active: true })
    while ((await peer.peek(number)).includes('basic.deliver')) await this.#take(channel)
    const method = await peer.nextMethod(number)
    expect(method.name).toBe(answer ?? 'channel.flow-ok')
    answered()
  }

  async #take(channel: SessionChannel): Promise<void> {
    const { args, body } = await channel.peer.expectContent(channel.number, 'basic.deliver')
    const consumer = channel.consumers.get(args.consumerTag)
    if (consumer === undefined) throw new Error(`a delivery to ${args.consumerTag}, which is gone`)
    const id = Number.parseInt(body.toString('latin1', 0, 10), 10)
    expect(body.equals(bodyOf(id)), `body of ${id}`).toBe(true)
    expect(this.unsettled.get(id), `queue of ${id}`).toBe(consumer.queue)
    expect(this.#handed.has(id), `${id} is in other hands`).toBe(false)
    if (this.#seen.has(id)) expect(args.redelivered, `${id} redelivered`).toBe(true)
    this.#seen.add(id)
    this.#handed.add(id)
    channel.unacked.push({ tag: Number(args.deliveryTag), id, consumer })
    if (consumer.prefetchCount > 0) expect(channel.held(consumer)).toBeLessThanOrEqual(consumer.prefetchCount)
  }

  /** Whether every queue is empty for whose messages somebody waits. */
  async #isSettled(): Promise<boolean> {
    for (const channel of this.#channels) await this.#collect(channel)
    for (const queue of this.#queues) {
      const { messageCount } = await inspect(this.#publisher, queue)
      const waiting = this.#channels.some((channel) =>
        [...channel.consumers.values()].some((consumer) => consumer.queue === queue && channel.canTake(consumer)),
      )
      if (waiting && messageCount > 0) return false
    }
    return true
  }
}

/** Starts with the number; some are long. */
function bodyOf(id: number): Buffer {
  const length = id % 17 === 0 ? 40_000 : 10 + (id % 300)
  return Buffer.alloc(length, `${String(id).padStart(10, '0')}.`)
}

describe('a random session', () => {
  let broker: Broker

  beforeAll(async () => {
    broker = await createBroker({ port: 0, outputBytesHigh: 65_536 })
  })
  afterAll(() => broker.close())

  it.each(SEEDS)('loses nothing, doubles nothing and never stalls (seed %i)', async (seed) => {
    await using publisher = await openChannel(broker.port)
    const peers = [await openChannel(broker.port), await openChannel(broker.port)]
    const queues: string[] = []
    for (let number = 0; number < QUEUE_COUNT; number++) {
      queues.push(await declareQueue(publisher, `session.${seed}.${number}`, { exclusive: false }))
    }
    for (const peer of peers) for (const number of CHANNELS.slice(1)) await peer.call(number, 'channel.open')
    const session = new Session(new RandomNumbers(seed), publisher, queues, peers)
    await session.run()

    for (const queue of queues) {
      const left = [...session.unsettled].filter(([, where]) => where === queue).map(([id]) => id)
      expect((await drain(publisher, queue)).map((body) => Number.parseInt(body.slice(0, 10), 10))).toEqual(left)
      await publisher.call(1, 'queue.delete', { queue })
    }
    for (const peer of peers) await peer.close()
  })
})
