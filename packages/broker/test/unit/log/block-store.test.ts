import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { BlockStore } from '../../../src/log/store/block-store.ts'
import { BLOCK_SIZE, storeBlocks } from '../../../src/memory/working-memory.ts'
import { Message } from '../../../src/queue/message.ts'
import { bodyText, createMessage, routeText } from '../message-bytes.ts'

const stores: BlockStore[] = []

function createStore(): BlockStore {
  const store = new BlockStore()
  stores.push(store)
  return store
}

afterEach(() => {
  for (const store of stores.splice(0)) store.close()
})

function readBody(store: BlockStore, position: number): string {
  const message = new Message()
  store.read(position, message)
  return bodyText(message)
}

describe('BlockStore', () => {
  it('gives back route, header and body of what it keeps, small and large', () => {
    const store = createStore()
    for (const size of [0, 1, 1000, 40_000, 64 * 1024, BLOCK_SIZE + 5]) {
      const body = 'x'.repeat(size)
      const kept = createMessage(`key-${size}`, body, 3)
      const position = store.keep(kept)
      const read = new Message()
      store.read(position, read)
      expect(bodyText(read)).toBe(body)
      expect(routeText(read)).toBe(routeText(kept))
      expect(read.bodySize).toBe(size)
      expect(read.position).toBe(position)
    }
  })

  it('writes a message once, however many queues keep it', () => {
    const store = createStore()
    const message = createMessage('q', 'body')
    const position = store.keep(message)
    expect(store.keep(message)).toBe(position)
    store.release(position)
    expect(readBody(store, position)).toBe('body')
  })

  it('takes a large message over without copying when its bytes are its own', () => {
    const store = createStore()
    const message = createMessage('q', new Uint8Array(100_000))
    const read = new Message()
    store.read(store.keep(message), read)
    expect(read.bytes).toBe(message.bytes)
    expect(read.owned).toBe(true)
  })

  it('gives memory back when the last reference to a block goes', () => {
    const store = createStore()
    const empty = store.memoryBytes
    const positions = Array.from({ length: 300 }, () => store.keep(createMessage('q', new Uint8Array(10_000), 1)))
    positions.push(store.keep(createMessage('q', new Uint8Array(1_000_000))))
    expect(store.memoryBytes).toBeGreaterThan(4_000_000)
    for (const position of positions) store.release(position)
    expect(store.memoryBytes).toBeLessThanOrEqual(empty + BLOCK_SIZE)
  })

  it('fills the same place again while nothing in it stays', () => {
    const store = createStore()
    for (let i = 0; i < 1000; i++) store.release(store.keep(createMessage('q', new Uint8Array(10_000), 1)))
    expect(store.memoryBytes).toBe(BLOCK_SIZE)
  })

  it('works without room in the shared working memory, and returns what it took', () => {
    const free = storeBlocks.freeCount
    const hoarders = Array.from({ length: 20 }, createStore)
    const bodies = hoarders.map((store, i) => {
      const positions = Array.from({ length: 100 }, (_, j) =>
        store.keep(createMessage('q', `${i}:${j}:${'y'.repeat(20_000)}`, 1)),
      )
      return positions.map((position, j) => readBody(store, position).startsWith(`${i}:${j}:y`))
    })
    expect(bodies.flat().every(Boolean)).toBe(true)
    for (const store of stores.splice(0)) store.close()
    expect(storeBlocks.freeCount).toBe(free)
  })

  it('reads a long backlog back as it was written, through the window and around it', () => {
    const store = createStore()
    const body = (i: number) => `${i}:${'z'.repeat(i % 700)}`
    const positions = Array.from({ length: 20_000 }, (_, i) => store.keep(createMessage('q', body(i), 1)))
    const wrong = positions.filter((position, i) => {
      // Every hundredth message is read out of turn, from another block.
      const other = i % 100 === 0 ? positions.length - 1 - i : i
      return readBody(store, positions[other]) !== body(other) || readBody(store, position) !== body(i)
    })
    expect(wrong).toEqual([])
    for (const position of positions) store.release(position)
    expect(store.memoryBytes).toBe(BLOCK_SIZE)
  })

  it('agrees with a plain map under any order of keeping and releasing', () => {
    const step = fc.record({ size: fc.integer({ min: 0, max: 90_000 }), release: fc.nat(), twice: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const store = new BlockStore()
        const model: { position: number; body: string }[] = []
        steps.forEach(({ size, release, twice }, i) => {
          const body = String.fromCharCode(97 + (i % 26)).repeat(size)
          const message = createMessage('q', body, i % 2)
          for (let k = 0; k < (twice ? 2 : 1); k++) model.push({ position: store.keep(message), body })
          if (release % 3 === 0) {
            const [gone] = model.splice(release % model.length, 1)
            store.release(gone.position)
          }
        })
        for (const { position, body } of model) expect(readBody(store, position)).toBe(body)
        for (const { position } of model) store.release(position)
        expect(store.memoryBytes).toBe(BLOCK_SIZE)
        store.close()
      }),
      { numRuns: 30 },
    )
  })

  it('gives its place in the working memory back once, even if a write that read it ends later', () => {
    const store = new BlockStore()
    const block = store.openLogged(1)
    block.pins++
    store.seal(block)
    store.close()
    const first = storeBlocks.take()
    store.unpin(block)
    const taken = [first]
    for (let base = storeBlocks.take(); base >= 0; base = storeBlocks.take()) taken.push(base)
    for (const base of taken) storeBlocks.release(base)
    expect(new Set(taken).size).toBe(taken.length)
  })
})
