import { encodeContentFrames } from '@warrenmq/codec'
import { afterEach, describe, expect, it } from 'vitest'
import { DelayedMessages } from '../../../src/exchange/delayed-messages.ts'
import { noJournal } from '../../../src/log/journal.ts'
import { BlockStore } from '../../../src/log/store/block-store.ts'
import { Message } from '../../../src/queue/message.ts'
import { ReleaseList } from '../../../src/queue/release-list.ts'
import { Turn } from '../../../src/scheduler/turn.ts'
import type { Destination } from '../../../src/vhost/exchange.ts'
import { RoutedMessage } from '../../../src/vhost/routed-message.ts'
import { ManualClock } from '../../manual-clock.ts'

/** A message as published to the exchange `x`. */
function delayed(routingKey: string, delay: number, body: string): RoutedMessage {
  const route = Buffer.from(`\x01x${String.fromCharCode(routingKey.length)}${routingKey}`)
  const frames = encodeContentFrames(1, { headers: { 'x-delay': delay } }, Buffer.from(body), 131_072)
  const bytes = Uint8Array.from(Buffer.concat([route, Buffer.of(0, 206), ...frames]))
  const message = new Message()
  message.point(bytes, 0, route.length, bytes.length)
  return new RoutedMessage(message)
}

describe('DelayedMessages', () => {
  const store = new BlockStore()
  const turn = new Turn((error) => {
    throw error
  })
  const clock = new ManualClock()
  const published: string[] = []
  const publish = (_destination: Destination, position: number, keys: readonly string[]): void => {
    const message = new Message()
    store.read(position, message)
    published.push(`${keys.join()} ${Buffer.from(message.body())}`)
  }
  const environment = { store, journal: noJournal, turn, clock, releases: new ReleaseList(store, turn), publish }
  let messages = new DelayedMessages({} as Destination, environment, undefined, undefined)

  afterEach(() => {
    messages.close()
    expect(clock.timerCount).toBe(0)
    published.length = 0
    messages = new DelayedMessages({} as Destination, environment, undefined, undefined)
  })

  /** Keeps a message, as route would, and says that it did. */
  function keep(key: string, delay: number, body: string, extraKeys: readonly string[] = []): void {
    const content = delayed(key, delay, body)
    expect(messages.accept(content, [key, ...extraKeys])).toBe(false)
    expect(content.heldBack).toBe(true)
  }

  it('publishes what is due with its keys, at the end of the turn', () => {
    keep('late', 20, 'two')
    keep('early', 10, 'one', ['cc'])
    clock.advance(10)
    expect(published).toEqual([])
    turn.run()
    expect(published).toEqual(['early,cc one'])
    clock.advance(10)
    turn.run()
    expect(published).toEqual(['early,cc one', 'late two'])
    expect(messages.count).toBe(0)
  })

  it('makes nothing of a message that the disk has damaged', () => {
    const damaged = new BlockStore()
    const all = new DelayedMessages({} as Destination, { ...environment, store: damaged }, undefined, undefined)
    all.accept(delayed('key', 10, 'one'), ['key'])
    for (const block of damaged.blocks()) block.damaged = [{ start: 0, end: block.size }]
    clock.advance(10)
    turn.run()
    expect(published).toEqual([])
    expect([...damaged.blocks()]).toEqual([])
    all.close()
    damaged.close()
  })

  it('lists what waits by due time, page after page', () => {
    const start = clock.now()
    for (let i = 0; i < 25; i++) keep(`key-${i}`, 1 + ((i * 7) % 10), 'body', i === 3 ? ['cc'] : [])
    const all = messages.list(1000)
    expect(all).toHaveLength(25)
    expect(all[0]).toEqual({ id: 1, dueAt: start + 1, routingKeys: ['key-0'], bodySize: 4 })
    expect(all.find(({ id }) => id === 4)?.routingKeys).toEqual(['key-3', 'cc'])
    const paged = messages.list(10)
    paged.push(...messages.list(10, paged[9]))
    paged.push(...messages.list(10, paged[19]))
    expect(paged).toEqual(all)
    expect(messages.list(10, all[24])).toEqual([])
    expect(messages.list(0)).toEqual([])
  })

  it('cancels by id', () => {
    keep('one', 10, '1')
    keep('two', 20, '2')
    expect(messages.cancel(1)).toBe(true)
    expect(messages.cancel(1)).toBe(false)
    expect(messages.cancel(99)).toBe(false)
    clock.advance(30)
    turn.run()
    expect(published).toEqual(['two 2'])
  })

  it('gives its references back however messages leave it', () => {
    const large = 'x'.repeat(100_000)
    const before = store.memoryBytes
    keep('due', 10, large)
    keep('cancelled', 20, large)
    keep('dropped', 30, large)
    expect(store.memoryBytes).toBeGreaterThan(before + 300_000)
    clock.advance(10)
    turn.run()
    messages.cancel(2)
    messages.close()
    expect(store.memoryBytes).toBe(before)
  })

  it('goes through many in slices', () => {
    for (let i = 0; i < 3000; i++) keep('k', 5, `${i}`)
    clock.advance(5)
    turn.run()
    expect(published.length).toBe(1024)
    for (let i = 0; i < 3; i++) turn.run()
    expect(published.map((text) => Number(text.slice(2)))).toEqual(Array.from({ length: 3000 }, (_, i) => i))
  })
})
