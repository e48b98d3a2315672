import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BlockPool, SLAB_PIECES } from '../../../src/memory/block-pool.ts'
import { BLOCK_SIZE } from '../../../src/memory/working-memory.ts'

describe('BlockPool', () => {
  it('gives no two users the same piece, whatever is taken and given in which order', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat()), { maxLength: 400 }), (steps) => {
        const pool = new BlockPool()
        const taken: Uint8Array[] = []
        const places = new Map<ArrayBufferLike, Set<number>>()
        for (const [isTaking, pick] of steps) {
          if (isTaking || taken.length === 0) {
            const piece = pool.take()
            expect(piece.length).toBe(BLOCK_SIZE)
            const offsets = places.get(piece.buffer) ?? new Set()
            places.set(piece.buffer, offsets)
            expect(offsets.has(piece.byteOffset)).toBe(false)
            offsets.add(piece.byteOffset)
            taken.push(piece)
          } else {
            const [piece] = taken.splice(pick % taken.length, 1)
            places.get(piece.buffer)?.delete(piece.byteOffset)
            pool.give(piece)
          }
          expect(pool.usedCount).toBe(taken.length)
        }
      }),
      { numRuns: 50 },
    )
  })

  it('keeps what is free for the next user, and no more than 128 MiB of it', () => {
    const pool = new BlockPool()
    const pieces = Array.from({ length: 8 * SLAB_PIECES }, () => pool.take())
    expect(pool.freeCount).toBe(0)
    for (const piece of pieces) pool.give(piece)
    expect(pool.freeCount).toBe(4 * SLAB_PIECES)
    expect(pool.usedCount).toBe(0)
    pool.take()
    expect(pool.freeCount).toBe(4 * SLAB_PIECES - 1)
  })

  it('takes a piece back once, as whatever it is seen', () => {
    const pool = new BlockPool()
    const { buffer, byteOffset } = pool.take()
    pool.give(new Float64Array(buffer, byteOffset, 1))
    expect(() => pool.give(new Uint8Array(buffer, byteOffset, 1))).toThrow('not a piece that was taken')
    expect(() => pool.give(new Uint8Array(8))).toThrow('not a piece that was taken')
  })
})
