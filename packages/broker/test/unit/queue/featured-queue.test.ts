/** A queue with features against a naive model of one, and what tests over a socket cannot see: timers, memory, slices. */

import { encodeContentHeaderFrame, typed } from '@warrenmq/codec'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { noJournal } from '../../../src/log/journal.ts'
import { BlockStore } from '../../../src/log/store/block-store.ts'
import { BLOCK_SIZE } from '../../../src/memory/working-memory.ts'
import { Message } from '../../../src/queue/message.ts'
import { Queue } from '../../../src/queue/queue.ts'
import { type QueueFeatures, resolveQueueFeatures } from '../../../src/queue/queue-features.ts'
import { ReleaseList } from '../../../src/queue/release-list.ts'
import { Turn } from '../../../src/scheduler/turn.ts'
import { AllDeathCounts } from '../../../src/statistics/death-counts.ts'
import { bodyText } from '../message-bytes.ts'
import { ManualClock } from './manual-clock.ts'

interface Values {
  readonly priority?: number
  readonly expiration?: string
}

/** A message with properties, in bytes of its own. */
function createMessage(body: string, properties: Values = {}): Message {
  const frame = (payload: string) => [3, 0, 1, 0, 0, 0, payload.length, ...Buffer.from(payload), 206]
  const bytes = Uint8Array.from([
    ...[0, 1, 0x71, 0, 206],
    ...encodeContentHeaderFrame(1, body.length, properties),
    ...(body === '' ? [] : frame(body)),
  ])
  const message = new Message()
  message.point(bytes, 0, 3, bytes.length)
  return message
}

function setUp(table: Record<string, number | string> = {}) {
  const store = new BlockStore()
  const clock = new ManualClock()
  const turn = new Turn((error) => {
    throw error
  })
  const deaths: string[] = []
  const read = new Message()
  const args = Object.fromEntries(
    Object.entries(table).map(([name, value]) => [
      name,
      typeof value === 'number' ? typed('l', value) : typed('S', value),
    ]),
  )
  const queue = new Queue(
    { name: 'q', durable: false, autoDelete: false, arguments: args, exclusiveOwner: undefined },
    {
      store,
      journal: noJournal,
      turn,
      clock,
      releases: new ReleaseList(store, turn),
      deadLetter(_queue, position, _sequence, reason) {
        store.read(position, read)
        deaths.push(`${bodyText(read)} ${reason}`)
        store.release(position)
      },
      deaths: new AllDeathCounts(),
      handedOut: () => [],
      queueExpired: (expired) => deaths.push(`${expired.name} unused`),
    },
  )
  return { store, clock, turn, deaths, queue }
}

/** A message of the model. */
interface Item {
  readonly body: string
  readonly priority: number
  readonly sequence: number
  readonly expiry: number
  redelivered: boolean
}

/** What a queue with features does, in the plainest way. */
class Model {
  ready: Item[] = []
  held: Item[] = []
  readonly deaths: string[] = []
  features: QueueFeatures
  #sequence = 0

  constructor(features: QueueFeatures) {
    this.features = features
  }

  publish(body: string, { priority = 0, expiration }: Values, now: number): boolean {
    const { overflow, maxPriority, messageTtlMs, deadLetterExchange } = this.features
    if (overflow !== 'drop-head' && this.#isOver(1, body.length)) {
      if (overflow === 'reject-publish-dlx') this.#die(body, 'maxlen')
      return false
    }
    if (messageTtlMs === 0 && deadLetterExchange === undefined) return true
    const ttl = Math.min(messageTtlMs ?? Infinity, expiration === undefined ? Infinity : Number(expiration))
    this.#insert({
      body,
      priority: maxPriority === undefined ? 0 : Math.min(priority, maxPriority),
      sequence: this.#sequence++,
      expiry: now + ttl,
      redelivered: false,
    })
    this.sweep(now)
    return true
  }

  sweep(now: number): void {
    while (this.features.overflow === 'drop-head' && this.ready.length > 0 && this.#isOver(0, 0)) this.#drop('maxlen')
    this.expire(now)
  }

  expire(now: number): void {
    while (this.ready.length > 0 && this.ready[0].expiry <= now) this.#drop('expired')
  }

  take(now: number): Item | undefined {
    this.expire(now)
    const item = this.ready.shift()
    if (item !== undefined) this.held.push(item)
    return item
  }

  end(index: number, how: 'settle' | 'giveBack' | 'reject'): void {
    const [item] = this.held.splice(index, 1)
    if (how === 'reject') this.#die(item.body, 'rejected')
    if (how === 'giveBack') this.#insert({ ...item, redelivered: true })
  }

  get bytes(): number {
    return this.ready.reduce((sum, { body }) => sum + body.length, 0)
  }

  #isOver(count: number, bytes: number): boolean {
    const { maxLength = Infinity, maxLengthBytes = Infinity } = this.features
    return this.ready.length + count > maxLength || this.bytes + bytes > maxLengthBytes
  }

  #drop(reason: string): void {
    this.#die((this.ready.shift() as Item).body, reason)
  }

  #die(body: string, reason: string): void {
    if (this.features.deadLetterExchange !== undefined) this.deaths.push(`${body} ${reason}`)
  }

  #insert(item: Item): void {
    this.ready.push(item)
    this.ready.sort((a, b) => b.priority - a.priority || a.sequence - b.sequence)
  }
}

const limits = fc.record(
  {
    'message-ttl': fc.constantFrom(0, 5, 50),
    'max-length': fc.integer({ min: 0, max: 6 }),
    'max-length-bytes': fc.integer({ min: 0, max: 30 }),
    overflow: fc.constantFrom('drop-head', 'reject-publish', 'reject-publish-dlx'),
    'dead-letter-exchange': fc.constant('dlx'),
  },
  { requiredKeys: [] },
)

const action = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('publish' as const),
      size: fc.integer({ min: 4, max: 12 }),
      properties: fc.record(
        { priority: fc.integer({ min: 0, max: 5 }), expiration: fc.constantFrom('0', '3', '+40') },
        { requiredKeys: [] },
      ),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('take' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('settle' as const, 'giveBack' as const, 'reject' as const),
      index: fc.nat(9),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), milliseconds: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('configure' as const), policy: limits }) },
)

describe('a queue with features', () => {
  it('does what the naive model does', () => {
    const priorities = fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined })
    fc.assert(
      fc.property(priorities, limits, fc.array(action, { maxLength: 60 }), (maxPriority, policy, actions) => {
        const { store, clock, turn, deaths, queue } = setUp(
          maxPriority === undefined ? {} : { 'x-max-priority': maxPriority },
        )
        const resolve = (definition: object) => resolveQueueFeatures(queue.settings.arguments, { ...definition })
        queue.configure(resolve(policy))
        const model = new Model(resolve(policy))
        const held: { body: string; position: number; sequence: number }[] = []
        let count = 0
        for (const step of actions) {
          if (step.kind === 'publish') {
            const body = `${count++}`.padEnd(step.size, '.')
            const taken = queue.publish(createMessage(body, step.properties))
            expect(taken).toBe(model.publish(body, step.properties, clock.now()))
          } else if (step.kind === 'take') {
            const taken = queue.take()
            const wanted = model.take(clock.now())
            expect(taken && [bodyText(taken.message), taken.redelivered]).toEqual(
              wanted && [wanted.body, wanted.redelivered],
            )
            if (taken !== undefined) {
              const { message, sequence } = taken
              held.push({ body: bodyText(message), position: message.position, sequence })
            }
          } else if (step.kind === 'wait') {
            clock.advance(step.milliseconds)
          } else if (step.kind === 'configure') {
            queue.configure(resolve(step.policy))
            model.features = resolve(step.policy)
          } else if (held.length > 0) {
            const [{ position, sequence }] = held.splice(step.index % held.length, 1)
            if (step.kind === 'giveBack') queue.giveBack(position, sequence, true)
            else queue[step.kind](position, sequence)
            model.end(step.index % (held.length + 1), step.kind)
          }
          clock.advance(0)
          turn.run()
          model.sweep(clock.now())
          expect([queue.readyCount, queue.readyBytes, queue.unackedCount]).toEqual([
            model.ready.length,
            model.bytes,
            model.held.length,
          ])
          expect(deaths).toEqual(model.deaths)
        }
        for (const { position, sequence } of held) queue.settle(position, sequence)
        queue.delete()
        turn.run()
        expect(clock.timerCount).toBe(0)
        expect(store.memoryBytes).toBe(BLOCK_SIZE)
        store.close()
      }),
      { numRuns: 500 },
    )
  })

  it('takes over what waits in a plain queue, in its order', () => {
    const { store, queue, turn, deaths } = setUp()
    for (let i = 0; i < 10_000; i++) queue.publish(createMessage(`${i}`))
    const taken = Array.from({ length: 2 }, () => {
      const next = queue.take()
      return { position: next?.message.position ?? 0, sequence: next?.sequence ?? 0 }
    })
    queue.giveBack(taken[0].position, taken[0].sequence, true)
    const bytes = queue.readyBytes
    queue.publish(createMessage('last', { expiration: '50' }))
    expect([queue.readyCount, queue.readyBytes]).toEqual([10_000, bytes + 4])
    queue.giveBack(taken[1].position, taken[1].sequence, true)
    const order: string[] = []
    for (let next = queue.take(); next !== undefined; next = queue.take()) {
      order.push(bodyText(next.message))
      queue.settle(next.message.position, next.sequence)
    }
    expect(order).toEqual([...Array.from({ length: 10_000 }, (_, i) => `${i}`), 'last'])
    queue.configure(resolveQueueFeatures({}, { 'max-length': 0, 'dead-letter-exchange': '' }))
    turn.run()
    expect([deaths, queue.readyBytes]).toEqual([[], 0])
    store.close()
  })

  it('has one timer, however many messages wait, none beyond 2^31 milliseconds', () => {
    const { store, clock, queue, turn } = setUp({ 'x-message-ttl': 3_000_000_000, 'x-dead-letter-exchange': '' })
    for (let i = 0; i < 100; i++) {
      queue.publish(createMessage(`${i}`))
      clock.advance(1)
    }
    expect(clock.timerCount).toBe(1)
    clock.advance(2 ** 31)
    turn.run()
    expect([queue.readyCount, clock.timerCount]).toEqual([100, 1])
    clock.advance(3_000_000_000 - 2 ** 31 - 50)
    turn.run()
    expect(queue.readyCount).toBe(49)
    expect(clock.longestDelayMs).toBeLessThan(2 ** 31)
    store.close()
  })

  it.each([
    { what: 'expires', policy: { 'max-length-bytes': 10_000_000 }, wait: 20 },
    { what: 'is dropped', policy: { 'max-length': 0 }, wait: 0 },
  ])('gives other work its turn while a long backlog $what', ({ policy, wait }) => {
    const { store, clock, queue, turn } = setUp({ 'x-message-ttl': 10 })
    for (let i = 0; i < 20_000; i++) queue.publish(createMessage(`${i}`))
    queue.configure(resolveQueueFeatures(queue.settings.arguments, policy))
    clock.advance(wait)
    turn.run()
    expect(queue.readyCount).toBe(20_000 - 4096)
    for (let i = 0; i < 4; i++) turn.run()
    expect(queue.readyCount).toBe(0)
    expect(store.memoryBytes).toBe(BLOCK_SIZE)
    store.close()
  })

  it('gives a long backlog back in slices when it is purged', () => {
    const { store, queue, turn } = setUp()
    for (let i = 0; i < 100_000; i++) queue.publish(createMessage('x'.repeat(20)))
    const before = store.memoryBytes
    expect(queue.purge()).toBe(100_000)
    expect(queue.readyCount).toBe(0)
    turn.run()
    expect(store.memoryBytes).toBeGreaterThan(before / 2)
    for (let i = 0; i < 10; i++) turn.run()
    expect(store.memoryBytes).toBe(BLOCK_SIZE)
    store.close()
  })

  it('ends without use only when nobody used it', () => {
    const { store, clock, queue, deaths } = setUp({ 'x-expires': 100 })
    for (let i = 0; i < 5; i++) {
      clock.advance(99)
      queue.used()
    }
    clock.advance(99)
    queue.take()
    clock.advance(99)
    queue.publish(createMessage('a'))
    expect(deaths).toEqual([])
    clock.advance(1)
    expect(deaths).toEqual(['q unused'])
    queue.delete()
    expect(clock.timerCount).toBe(0)
    store.close()
  })
})
