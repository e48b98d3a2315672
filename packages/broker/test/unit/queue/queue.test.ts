import { type TypedTable, typed } from '@warrenmq/codec'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/clock.ts'
import { noJournal } from '../../../src/log/journal.ts'
import { BlockStore } from '../../../src/log/store/block-store.ts'
import { BLOCK_SIZE } from '../../../src/memory/working-memory.ts'
import type { ConsumerRing } from '../../../src/queue/consumer-ring.ts'
import type { Message } from '../../../src/queue/message.ts'
import { Queue } from '../../../src/queue/queue.ts'
import type { QueueConsumer } from '../../../src/queue/queue-consumer.ts'
import { ReleaseList } from '../../../src/queue/release-list.ts'
import { Turn } from '../../../src/scheduler/turn.ts'
import { AllDeathCounts } from '../../../src/statistics/death-counts.ts'
import { bodyText, createMessage } from '../message-bytes.ts'

interface Delivery {
  readonly body: string
  readonly position: number
  readonly sequence: number
  readonly redelivered: boolean
}

/** A consumer with a credit, that remembers what it got. */
class TestConsumer implements QueueConsumer {
  readonly tag: string
  readonly queue: Queue
  readonly noAck: boolean
  readonly exclusive = false
  readonly priority: number
  ring: ConsumerRing | undefined = undefined
  ready = false
  next: QueueConsumer | undefined = undefined
  previous: QueueConsumer | undefined = undefined
  readonly deliveries: Delivery[] = []
  readonly held: Delivery[] = []
  cancelled = false
  credit: number

  constructor(queue: Queue, tag: string, credit = Infinity, noAck = false, priority = 0) {
    this.queue = queue
    this.tag = tag
    this.credit = credit
    this.noAck = noAck
    this.priority = priority
  }

  canTake(): boolean {
    return this.held.length < this.credit
  }

  deliver(message: Message, sequence: number, redelivered: boolean): void {
    const delivery = { body: bodyText(message), position: message.position, sequence, redelivered }
    this.deliveries.push(delivery)
    if (this.noAck) return
    this.held.push(delivery)
    if (!this.canTake()) this.queue.consumerBusy(this)
  }

  queueDeleted(): void {
    this.cancelled = true
  }

  settle(index = 0): void {
    const [delivery] = this.held.splice(index, 1)
    this.queue.settle(delivery.position, delivery.sequence)
    this.queue.consumerReady(this)
  }

  giveBack(index = 0): void {
    const [delivery] = this.held.splice(index, 1)
    this.queue.giveBack(delivery.position, delivery.sequence, true)
    this.queue.consumerReady(this)
  }
}

let store: BlockStore
let turn: Turn

beforeEach(() => {
  store = new BlockStore()
  turn = new Turn((error) => {
    throw error
  })
})

afterEach(() => store.close())

function createQueue(name = 'q', args: TypedTable = Object.create(null)): Queue {
  const settings = {
    name,
    durable: false,
    autoDelete: false,
    arguments: args,
    exclusiveOwner: undefined,
  }
  return new Queue(settings, {
    store,
    journal: noJournal,
    turn,
    clock: systemClock,
    releases: new ReleaseList(store, turn),
    deadLetter: (_queue, position) => store.release(position),
    deaths: new AllDeathCounts(),
    handedOut: () => [],
    queueExpired: () => {},
  })
}

function publish(queue: Queue, ...bodies: readonly string[]): void {
  for (const body of bodies) queue.publish(createMessage(queue.name, body, 1))
}

function attach(consumer: TestConsumer): TestConsumer {
  consumer.queue.addConsumer(consumer)
  turn.run()
  return consumer
}

const bodies = (consumer: TestConsumer) => consumer.deliveries.map(({ body }) => body)

describe('Queue', () => {
  it('hands a message on at once when a consumer can take it, and stores it only if it must be settled', () => {
    const queue = createQueue()
    const automatic = attach(new TestConsumer(queue, 'a', Infinity, true))
    publish(queue, '1')
    expect(automatic.deliveries).toMatchObject([{ body: '1', position: -1, redelivered: false }])
    queue.removeConsumer(automatic)
    const manual = attach(new TestConsumer(queue, 'm'))
    publish(queue, '2')
    expect(manual.deliveries[0].position).toBeGreaterThanOrEqual(0)
    expect(queue.unackedCount).toBe(1)
    manual.settle()
    expect(queue.unackedCount).toBe(0)
    expect(store.memoryBytes).toBe(BLOCK_SIZE)
  })

  it('keeps the order of publishing for what waits', () => {
    const queue = createQueue()
    publish(queue, '1', '2', '3')
    expect(queue.readyCount).toBe(3)
    const consumer = attach(new TestConsumer(queue, 'c'))
    publish(queue, '4')
    expect(bodies(consumer)).toEqual(['1', '2', '3', '4'])
  })

  it('serves consumers in turn, passing over those without credit', () => {
    const queue = createQueue()
    const a = attach(new TestConsumer(queue, 'a'))
    const b = attach(new TestConsumer(queue, 'b', 1))
    const c = attach(new TestConsumer(queue, 'c'))
    publish(queue, '1', '2', '3', '4', '5', '6', '7')
    expect([bodies(a), bodies(b), bodies(c)]).toEqual([['1', '4', '6'], ['2'], ['3', '5', '7']])
    b.settle()
    publish(queue, '8', '9', '10')
    expect([bodies(a).at(-1), bodies(c).at(-1), bodies(b).at(-1)]).toEqual(['8', '9', '10'])
  })

  it('serves lower priorities only while all higher ones can take nothing', () => {
    const queue = createQueue()
    const low = attach(new TestConsumer(queue, 'low', Infinity, false, -1))
    const high = attach(new TestConsumer(queue, 'high', 1, false, 7))
    const highToo = attach(new TestConsumer(queue, 'highToo', 1, false, 7))
    const middle = attach(new TestConsumer(queue, 'middle', 1))
    publish(queue, '1', '2', '3', '4')
    expect([bodies(high), bodies(highToo), bodies(middle), bodies(low)]).toEqual([['1'], ['2'], ['3'], ['4']])
    highToo.settle()
    publish(queue, '5', '6')
    expect([bodies(highToo), bodies(low)]).toEqual([
      ['2', '5'],
      ['4', '6'],
    ])
    for (const consumer of [high, highToo, middle]) queue.removeConsumer(consumer)
    publish(queue, '7')
    expect(bodies(low)).toEqual(['4', '6', '7'])
  })

  it('hands every message to somebody of the highest priority that can take it', () => {
    const step = fc.record({ kind: fc.constantFrom('publish', 'settle', 'leave', 'join'), consumer: fc.nat(5) })
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 100 }),
        fc.array(fc.integer({ min: -1, max: 1 }), { minLength: 6 }),
        (steps, priorities) => {
          const queue = createQueue()
          const consumers = [1, 2, 3, 1, 2, 3].map(
            (credit, i) => new TestConsumer(queue, `c${i}`, credit, false, priorities[i]),
          )
          let published = 0
          for (const { kind, consumer: index } of steps) {
            const consumer = consumers[index]
            if (kind === 'join' && !queue.consumers.has(consumer)) attach(consumer)
            else if (kind === 'leave' && queue.consumers.has(consumer)) queue.removeConsumer(consumer)
            else if (kind === 'settle' && consumer.held.length > 0) consumer.settle()
            else if (kind === 'publish') {
              turn.run()
              const able = [...queue.consumers].filter((each) => each.canTake()).map((each) => each.priority)
              publish(queue, `${published++}`)
              const taker = consumers.find((each) => each.deliveries.at(-1)?.body === `${published - 1}`)
              expect(taker?.priority).toBe(able.length === 0 ? undefined : Math.max(...able))
            }
          }
        },
      ),
    )
  })

  it('serves one consumer where a single one is to be active, and the next when that leaves', () => {
    const queue = createQueue('q', { 'x-single-active-consumer': typed('t', true) })
    const [first, second, third] = [0, 0, 5].map((priority, i) => {
      return attach(new TestConsumer(queue, `c${i}`, Infinity, false, priority))
    })
    publish(queue, '1', '2')
    queue.removeConsumer(second)
    attach(second)
    expect([bodies(first), queue.activeConsumer]).toEqual([['1', '2'], first])
    queue.removeConsumer(first)
    publish(queue, '3')
    first.giveBack(0)
    turn.run()
    publish(queue, '4')
    expect([bodies(third), bodies(second), queue.activeConsumer]).toEqual([['3', '1', '4'], [], third])
    queue.removeConsumer(third)
    expect(queue.activeConsumer).toBe(second)
    queue.removeConsumer(second)
    publish(queue, '5')
    expect([queue.activeConsumer, queue.readyCount]).toEqual([undefined, 1])
  })

  it('puts messages back to their places and flags them, whatever the order of their return', () => {
    const queue = createQueue()
    const consumer = attach(new TestConsumer(queue, 'c', 5))
    publish(queue, '0', '1', '2', '3', '4', '5')
    queue.removeConsumer(consumer)
    for (const index of [4, 2, 0, 0, 0]) consumer.giveBack(index)
    const next = attach(new TestConsumer(queue, 'n'))
    expect(bodies(next)).toEqual(['0', '1', '2', '3', '4', '5'])
    expect(next.deliveries.map(({ redelivered }) => redelivered)).toEqual([true, true, true, true, true, false])
  })

  it('lets somebody take a message, and tells ready from unacked', () => {
    const queue = createQueue()
    publish(queue, '1', '2')
    const taken = queue.take()
    expect(taken?.redelivered).toBe(false)
    expect([queue.readyCount, queue.unackedCount]).toEqual([1, 1])
    queue.giveBack(taken?.message.position as number, taken?.sequence as number, true)
    expect(queue.take()?.redelivered).toBe(true)
    queue.take()
    expect(queue.take()).toBeUndefined()
  })

  it('drops only what is ready when purged, and everything when deleted', () => {
    const queue = createQueue()
    const consumer = attach(new TestConsumer(queue, 'c', 2))
    publish(queue, '1', '2', '3', '4')
    expect(queue.purge()).toBe(2)
    expect(queue.unackedCount).toBe(2)
    publish(queue, '5')
    expect(queue.delete()).toBe(1)
    expect(consumer.cancelled).toBe(true)
    consumer.giveBack()
    consumer.settle()
    expect([queue.readyCount, queue.unackedCount]).toEqual([0, 0])
    expect(store.memoryBytes).toBe(BLOCK_SIZE)
  })

  it('gives other work its turn in the middle of a long backlog', () => {
    const queue = createQueue()
    for (let i = 0; i < 5000; i++) publish(queue, `${i}`)
    const consumer = new TestConsumer(queue, 'c', Infinity, true)
    queue.addConsumer(consumer)
    turn.run()
    expect(consumer.deliveries.length).toBe(4096)
    turn.run()
    expect(consumer.deliveries.length).toBe(5000)
    expect(store.memoryBytes).toBe(BLOCK_SIZE)
  })

  it('neither loses, doubles nor reorders messages, whatever the consumers do', () => {
    const action = fc.oneof(
      fc.record({ kind: fc.constant('publish' as const), count: fc.integer({ min: 1, max: 8 }) }),
      fc.record({
        kind: fc.constantFrom('settle' as const, 'giveBack' as const),
        consumer: fc.nat(2),
        index: fc.nat(9),
      }),
    )
    fc.assert(
      fc.property(fc.array(action, { maxLength: 80 }), (actions) => {
        const queue = createQueue()
        const consumers = [1, 3, 5].map((credit) => new TestConsumer(queue, `c${credit}`, credit))
        for (const consumer of consumers) queue.addConsumer(consumer)
        const settled: string[] = []
        let published = 0
        for (const step of actions) {
          if (step.kind === 'publish') {
            for (let i = 0; i < step.count; i++) publish(queue, `${published++}`)
          } else {
            const consumer = consumers[step.consumer]
            if (consumer.held.length === 0) continue
            const index = step.index % consumer.held.length
            if (step.kind === 'settle') settled.push(consumer.held[index].body)
            consumer[step.kind](index)
          }
          turn.run()
        }
        const held = consumers.flatMap((consumer) => consumer.held.map(({ body }) => body))
        for (const consumer of consumers) queue.removeConsumer(consumer)
        const rest = attach(new TestConsumer(queue, 'rest', Infinity, true))
        expect(bodies(rest)).toEqual([...bodies(rest)].sort((a, b) => Number(a) - Number(b)))
        const all = [...settled, ...held, ...bodies(rest)].map(Number).sort((a, b) => a - b)
        expect(all).toEqual(Array.from({ length: published }, (_, i) => i))
      }),
    )
  })
})
