import { describe, expect, it } from 'vitest'
import { type ApplyTo, NO_POLICY, type Policy } from '../../../src/policy/policy.ts'
import { PolicyTable } from '../../../src/policy/policy-table.ts'

const policy = (name: string, definition: Policy['definition'], rest: Partial<Policy> = {}): Policy => ({
  name,
  pattern: '.*',
  applyTo: 'all',
  priority: 0,
  definition,
  ...rest,
})

describe('PolicyTable', () => {
  it('merges an operator policy in: the lower number of each key, and what only one has', () => {
    const table = new PolicyTable(
      [policy('p', { 'max-length': 10, expires: 5, overflow: 'reject-publish' })],
      [policy('op', { 'max-length': 20, expires: 3, 'message-ttl': 1 })],
    )
    const effective = table.forQueue('q', 'classic')
    expect(effective.policy?.name).toBe('p')
    expect(effective.operatorPolicy?.name).toBe('op')
    expect(effective.definition).toEqual({
      'max-length': 10,
      expires: 3,
      overflow: 'reject-publish',
      'message-ttl': 1,
    })
  })

  it('answers nothing for what no policy matches', () => {
    const table = new PolicyTable([policy('p', { 'max-length': 1 }, { pattern: '^a' })])
    expect(table.forQueue('b', 'classic')).toBe(NO_POLICY)
    expect(table.forQueue('a', 'classic').definition).toEqual({ 'max-length': 1 })
  })

  it('gives objects under the same policies one answer', () => {
    const table = new PolicyTable([policy('p', { 'max-length': 1 })], [policy('op', { expires: 1 })])
    expect(table.forQueue('a', 'classic')).toBe(table.forQueue('b', 'classic'))
    expect(table.forQueue('a', 'classic')).toBe(table.forExchange('x'))
  })

  it('takes the first by name of those with one priority', () => {
    const table = new PolicyTable([policy('b', { expires: 2 }), policy('a', { expires: 1 })])
    expect(table.forQueue('q', 'classic').policy?.name).toBe('a')
  })

  const APPLIES: readonly [ApplyTo, string[]][] = [
    ['all', ['classic', 'quorum', 'stream', 'exchange']],
    ['queues', ['classic', 'quorum', 'stream']],
    ['exchanges', ['exchange']],
    ['classic_queues', ['classic']],
    ['quorum_queues', ['quorum']],
    ['streams', ['stream']],
  ]
  it.each(APPLIES)('applies a policy for %s to %j', (applyTo, kinds) => {
    const table = new PolicyTable([policy('p', { 'max-length-bytes': 1 }, { applyTo })])
    const found = ['classic', 'quorum', 'stream', 'exchange'].filter((kind) => {
      const effective = kind === 'exchange' ? table.forExchange('x') : table.forQueue('x', kind)
      return effective !== NO_POLICY
    })
    expect(found).toEqual(kinds)
  })

  it.each([
    ['delivery-limit', 5, ['quorum']],
    ['queue-mode', 'lazy', ['classic']],
    ['max-age', '1D', ['stream']],
    ['ha-mode', 'all', ['classic']],
    ['message-ttl', 5, ['classic', 'quorum']],
    ['dead-letter-strategy', 'at-least-once', ['quorum']],
  ])('passes a policy with %s over for queues of a type that has no such setting', (key, value, types) => {
    const table = new PolicyTable([policy('p', { [key]: value, 'max-length-bytes': 5 })])
    expect(['classic', 'quorum', 'stream'].filter((type) => table.forQueue('q', type) !== NO_POLICY)).toEqual(types)
  })

  it('falls back on the next policy when one does not suit the type', () => {
    const table = new PolicyTable([
      policy('quorum', { 'delivery-limit': 1 }, { priority: 9 }),
      policy('rest', { expires: 1 }),
    ])
    expect(table.forQueue('q', 'classic').policy?.name).toBe('rest')
    expect(table.forQueue('q', 'quorum').policy?.name).toBe('quorum')
  })
})
