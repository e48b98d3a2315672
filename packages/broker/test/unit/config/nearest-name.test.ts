import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nearestName } from '../../../src/config/nearest-name.ts'

/** Edits between two names, by trying every first step. */
function naiveEdits(from: string, to: string): number {
  if (from === '') return to.length
  if (to === '') return from.length
  const ways = [
    naiveEdits(from.slice(1), to) + 1,
    naiveEdits(from, to.slice(1)) + 1,
    naiveEdits(from.slice(1), to.slice(1)) + (from[0] === to[0] ? 0 : 1),
  ]
  if (from.length > 1 && from[0] === to[1] && from[1] === to[0]) ways.push(naiveEdits(from.slice(2), to.slice(2)) + 1)
  return Math.min(...ways)
}

describe('nearestName', () => {
  it('finds the name that takes the fewest edits', () => {
    expect(nearestName('heartbaet', ['frame_max', 'heartbeat'], 2)).toBe('heartbeat')
    expect(nearestName('hartbeat', ['frame_max', 'heartbeat'], 2)).toBe('heartbeat')
  })

  it('counts a swap of neighbours as one edit', () => {
    expect(nearestName('prot', ['port'], 1)).toBe('port')
  })

  it('looks over case and the choice of separator', () => {
    expect(nearestName('FRAME-MAX', ['frame_max'], 0)).toBe('frame_max')
  })

  it('finds nothing when every name is too far, or there is none', () => {
    expect(nearestName('vm_memory_high_watermark', ['port', 'host'], 4)).toBeUndefined()
    expect(nearestName('port', [], 4)).toBeUndefined()
  })

  it('counts as many edits as trying every way does', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 5 })
    fc.assert(
      fc.property(word, word, fc.nat(5), (name, known, editsMax) => {
        expect(nearestName(name, [known], editsMax)).toBe(naiveEdits(name, known) <= editsMax ? known : undefined)
      }),
    )
  })
})
