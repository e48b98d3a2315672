import { type TypedTable, type TypedValue, toPlainTable, typed } from '@warrenmq/codec'
import { describe, expect, it } from 'vitest'
import { addDeath, isCycle } from '../../../src/dead-letter/deaths.ts'

const death = (queue: string, reason: string) => ({
  queue,
  reason,
  exchange: 'x',
  routingKeys: ['k'],
  expiration: undefined,
  timeSeconds: 7,
})
const entry = (fields: Record<string, TypedValue>) => typed('F', fields as TypedTable)
const entries = (...deaths: readonly (readonly [queue: string, reason: string])[]) =>
  deaths.map(([queue, reason]) => entry({ queue: typed('S', queue), reason: typed('S', reason) }))
const plain = (deaths: readonly TypedValue[]) =>
  deaths.map(({ value }) => {
    const { queue, reason, count } = toPlainTable(value as TypedTable)
    return [queue, reason, count]
  })

describe('addDeath', () => {
  it('counts a queue and reason together, and puts the latest first', () => {
    let deaths = addDeath(undefined, death('a', 'rejected'))
    for (const [queue, reason] of [
      ['b', 'expired'],
      ['a', 'rejected'],
      ['a', 'maxlen'],
    ]) {
      deaths = addDeath(deaths, death(queue, reason))
    }
    expect(plain(deaths)).toEqual([
      ['a', 'maxlen', 1],
      ['a', 'rejected', 2],
      ['b', 'expired', 1],
    ])
  })

  it.each([
    { what: 'no count', count: undefined, after: 2 },
    { what: 'a count of another type', count: typed('S', 'many'), after: 2 },
    { what: 'a small count', count: typed('b', 5), after: 6 },
    { what: 'a count beyond 2^53', count: typed('l', 2n ** 60n), after: 2n ** 60n + 1n },
    { what: 'the highest count', count: typed('l', 2n ** 63n - 1n), after: -(2n ** 63n) },
  ])('goes on from an entry with $what', ({ count, after }) => {
    const fields = { queue: typed('S', 'a'), reason: typed('S', 'expired'), ...(count === undefined ? {} : { count }) }
    expect(plain(addDeath([entry(fields)], death('a', 'expired')))).toEqual([['a', 'expired', after]])
  })

  it('keeps what a client put there that is no death', () => {
    const odd = [typed('I', 5), entry({}), entry({ queue: typed('I', 1) })]
    expect(addDeath(odd, death('a', 'expired')).slice(1)).toEqual(odd)
  })
})

describe('isCycle', () => {
  it.each([
    { deaths: entries(['a', 'expired']), cycle: true },
    { deaths: entries(['b', 'expired']), cycle: false },
    { deaths: entries(['b', 'expired'], ['a', 'expired']), cycle: true },
    { deaths: entries(['b', 'rejected'], ['a', 'expired']), cycle: false },
    { deaths: entries(['a', 'rejected']), cycle: false },
    { deaths: entries(['b', 'maxlen'], ['a', 'maxlen'], ['c', 'rejected']), cycle: true },
    { deaths: [typed('I', 1), ...entries(['a', 'expired'])], cycle: false },
    { deaths: [], cycle: false },
  ])('is $cycle for case %#', ({ deaths, cycle }) => {
    expect(isCycle(deaths, 'a')).toBe(cycle)
  })
})
