/** What tests over a socket cannot see of dead-lettering: slices, order under cascades, headers that cannot be written again. */

import { encodeContentHeaderFrame, PropertyFlag, readHeaders, type TypedValue, typed } from '@warrenmq/codec'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/clock.ts'
import { BrokerEvents } from '../../../src/events/broker-events.ts'
import { TopologyLimits } from '../../../src/limits/topology-limits.ts'
import { noJournal } from '../../../src/log/journal.ts'
import { BlockStore } from '../../../src/log/store/block-store.ts'
import { silentLogger } from '../../../src/logging/logger.ts'
import { BLOCK_SIZE } from '../../../src/memory/working-memory.ts'
import { Message } from '../../../src/queue/message.ts'
import type { Queue } from '../../../src/queue/queue.ts'
import { Turn } from '../../../src/scheduler/turn.ts'
import { BrokerStatistics } from '../../../src/statistics/broker-statistics.ts'
import { Vhost } from '../../../src/vhost/vhost.ts'
import { bodyText, createMessage } from '../message-bytes.ts'
import { ManualClock } from '../queue/manual-clock.ts'

let store: BlockStore
let turn: Turn
let vhost: Vhost
/** Who waits until the disk has room; `undefined` while it has. */
let waiting: (() => void)[] | undefined

beforeEach(() => {
  store = new BlockStore()
  waiting = undefined
  turn = new Turn((error) => {
    throw error
  })
  const limits = new TopologyLimits({ queueMax: -1, exchangeMax: -1, vhostMax: -1 }, new Map())
  const clock = new ManualClock()
  vhost = new Vhost('/', {
    store,
    journal: { ...noJournal, awaitRoom: (resume) => waiting !== undefined && waiting.push(resume) > 0 },
    turn,
    clock,
    logger: silentLogger,
    limits,
    chance: Math.random,
    statistics: new BrokerStatistics(),
    events: new BrokerEvents(systemClock),
    handedOut: () => [],
  })
})
afterEach(() => store.close())

/** A queue whose dead letters go to the queue `deadTo`. */
function declare(name: string, deadTo?: string, maxLength?: number): Queue {
  const table: Record<string, TypedValue> = {}
  if (deadTo !== undefined) {
    table['x-dead-letter-exchange'] = typed('S', '')
    table['x-dead-letter-routing-key'] = typed('S', deadTo)
  }
  if (maxLength !== undefined) table['x-max-length'] = typed('I', maxLength)
  const settings = { name, durable: false, autoDelete: false, arguments: table, exclusiveOwner: undefined }
  return vhost.declareQueue(settings, { forgetQueue() {} }).queue
}

function runTurns(count: number): void {
  for (let i = 0; i < count; i++) turn.run()
}

function takeAll(queue: Queue): string[] {
  const bodies: string[] = []
  for (let taken = queue.take(); taken !== undefined; taken = queue.take()) {
    bodies.push(bodyText(taken.message))
    queue.settle(taken.message.position, taken.sequence)
  }
  return bodies
}

describe('DeadLetters', () => {
  it('makes no letter of what the disk has damaged', () => {
    const dead = declare('dead')
    const queue = declare('q', 'dead', 1)
    for (const body of ['a', 'b', 'c']) queue.publish(createMessage('q', body))
    for (const block of store.blocks()) block.damaged = [{ start: 0, end: block.size }]
    runTurns(2)
    expect(dead.readyCount).toBe(0)
    expect(queue.readyCount).toBe(1)
  })

  it('sends many on in slices, in order', () => {
    const dead = declare('dead')
    const queue = declare('q', 'dead')
    for (let i = 0; i < 5000; i++) queue.publish(createMessage('q', `${i}`))
    for (let i = 0; i < 5000; i++) {
      const taken = queue.take()
      queue.reject(taken?.message.position ?? -1, taken?.sequence ?? -1)
    }
    turn.run()
    expect(dead.readyCount).toBeGreaterThan(0)
    expect(dead.readyCount).toBeLessThan(4001)
    expect(vhost.deadLetterCount).toBe(5000 - dead.readyCount)
    runTurns(30)
    expect(vhost.deadLetterCount).toBe(0)
    expect(takeAll(dead)).toEqual(Array.from({ length: 5000 }, (_, i) => `${i}`))
    turn.run()
    expect(store.memoryBytes).toBe(BLOCK_SIZE)
  })

  it('sends nothing on while the disk has no room, and waits but once', () => {
    const dead = declare('dead')
    const queue = declare('q', 'dead', 1)
    const full: (() => void)[] = []
    waiting = full
    for (const body of ['a', 'b', 'c']) {
      queue.publish(createMessage('q', body))
      runTurns(2)
    }
    expect([dead.readyCount, vhost.deadLetterCount, full.length]).toEqual([0, 2, 1])
    full.pop()?.()
    runTurns(2)
    expect([dead.readyCount, full.length]).toEqual([0, 1])
    waiting = undefined
    full.pop()?.()
    runTurns(2)
    expect(takeAll(dead)).toEqual(['a', 'b'])
  })

  it('needs no stack for a long chain of full queues, and keeps the order', () => {
    const dead = declare('chain-5000')
    for (let i = 0; i < 5000; i++) declare(`chain-${i}`, `chain-${i + 1}`, 0)
    // The header grows with every death, so the chain costs its length squared: begin near its end.
    const first = vhost.queue('chain-4900')
    for (let i = 0; i < 5; i++) first.publish(createMessage('chain-4900', `${i}`))
    runTurns(50)
    expect(takeAll(dead)).toEqual(['0', '1', '2', '3', '4'])
    expect(store.memoryBytes).toBe(BLOCK_SIZE)
  })

  it('drops a message whose exchange is gone', () => {
    const queue = declare('q', 'nobody', 0)
    queue.publish(createMessage('q', 'a'))
    turn.run()
    expect(vhost.deadLetterCount).toBe(0)
    expect(store.memoryBytes).toBe(BLOCK_SIZE)
  })

  it('does without deaths that a client made up and that cannot be written again', () => {
    const dead = declare('dead')
    const queue = declare('q', 'dead', 0)
    // A name of 255 octets that are no UTF-8: shown with U+FFFD it is longer than a name may be.
    const name = Buffer.alloc(255, 0xff)
    const entry = Buffer.concat([Buffer.of(255), name, Buffer.from('V')])
    const table = Buffer.concat([Buffer.from('F'), uint32(entry.length), entry])
    const deaths = Buffer.concat([Buffer.of(7), Buffer.from('x-deathA'), uint32(table.length), table])
    const payload = Buffer.concat([
      Buffer.from(encodeContentHeaderFrame(1, 0).slice(7, 19)),
      Buffer.of(PropertyFlag.headers >> 8, PropertyFlag.headers & 0xff),
      uint32(deaths.length),
      deaths,
    ])
    const bytes = Buffer.concat([
      Buffer.of(0, 1, 0x71, 0, 206, 2, 0, 1),
      uint32(payload.length),
      payload,
      Buffer.of(206),
    ])
    const message = new Message()
    message.point(Uint8Array.from(bytes), 0, 3, bytes.length)
    queue.publish(message)
    turn.run()
    const taken = dead.take()?.message as Message
    const headers = readHeaders(taken.bytes, taken.headerPayloadStart, taken.headerPayloadEnd)
    expect(headers?.['x-death'].value).toHaveLength(1)
  })
})

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
