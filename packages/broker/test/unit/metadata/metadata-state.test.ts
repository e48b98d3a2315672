import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type MetadataCommand, MetadataState } from '../../../src/metadata/metadata-state.ts'

const key = fc.constantFrom('a', 'b', 'ab', 'c', '')
const command: fc.Arbitrary<MetadataCommand> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ op: fc.constant('put' as const), key, value: fc.string({ maxLength: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('delete' as const), key }) },
)

function stateOf(commands: readonly MetadataCommand[], state = new MetadataState(), first = 1): MetadataState {
  for (const [index, each] of commands.entries()) state.apply(each, first + index)
  return state
}

describe('MetadataState', () => {
  it('holds what the last command said of each key', () => {
    fc.assert(
      fc.property(fc.array(command), (commands) => {
        const expected = new Map<string, string>()
        for (const each of commands) {
          if (each.op === 'put') expected.set(each.key, each.value)
          else expected.delete(each.key)
        }
        const state = stateOf(commands)
        expect(new Map(state.pairs())).toEqual(expected)
        expect(state.size).toBe(expected.size)
        expect(state.position).toBe(commands.length)
      }),
    )
  })

  it('has a hash of its pairs alone, whatever led to them', () => {
    fc.assert(
      fc.property(fc.array(command), (commands) => {
        const state = stateOf(commands)
        const puts = [...state.pairs()].reverse().map(([name, value]) => ({ op: 'put' as const, key: name, value }))
        expect(stateOf(puts).hash).toBe(state.hash)
      }),
    )
    expect(stateOf([]).hash).toBe('0'.repeat(16))
  })

  it('has another hash for other pairs', () => {
    const hashes = new Set<string>()
    const texts = ['', 'a', 'b', 'ab', 'ba', '\0', '\ud800', 'a'.repeat(1000)]
    for (const name of texts) for (const value of texts) hashes.add(stateOf([{ op: 'put', key: name, value }]).hash)
    expect(hashes.size).toBe(texts.length ** 2)
  })

  it('is the same from a snapshot that was changed under way, and the commands behind its beginning', () => {
    fc.assert(
      fc.property(
        fc.array(command),
        fc.array(fc.array(command, { maxLength: 4 }), { maxLength: 8 }),
        fc.integer({ min: 1, max: 3 }),
        (before, between, sliceSize) => {
          const state = stateOf(before)
          const begun = state.position
          const restored = new MetadataState()
          restored.position = begun
          const tail: MetadataCommand[] = []
          const changes = [...between]
          for (const slice of state.snapshot(sliceSize)) {
            expect(slice.length).toBeLessThanOrEqual(sliceSize)
            restored.load(slice, begun)
            const next = changes.shift() ?? []
            stateOf(next, state, state.position + 1)
            tail.push(...next)
          }
          const rest = changes.flat()
          stateOf(rest, state, state.position + 1)
          stateOf([...tail, ...rest], restored, begun + 1)
          expect(new Map(restored.pairs())).toEqual(new Map(state.pairs()))
          expect(restored.hash).toBe(state.hash)
          expect(restored.position).toBe(state.position)
        },
      ),
    )
  })
})
