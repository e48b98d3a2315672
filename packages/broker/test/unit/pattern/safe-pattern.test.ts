import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitLookAheads } from '../../../src/pattern/look-ahead.ts'
import { compileLinear } from '../../../src/pattern/re2.ts'
import { compilePattern, PATTERN_LENGTH_MAX, PatternError } from '../../../src/pattern/safe-pattern.ts'
import { compileSimple } from '../../../src/pattern/simple-pattern.ts'

/** Pieces that patterns of the shapes in question are made of. */
const pieces = fc.constantFrom('a', 'b', 'amq\\.', '\\.', '^', '$', '.*', '(a|b)', '(?:a|ab)', '|', 'é', '\\*', '.')
const sources = fc.array(pieces, { maxLength: 5 }).map((parts) => parts.join(''))
const texts = fc.string({ unit: fc.constantFrom('a', 'b', 'amq.', '.', '\n', 'é', '*'), maxLength: 6 })

describe('compilePattern', () => {
  it.each([
    ['', 'anything', true],
    ['.*', 'anything', true],
    ['^$', '', true],
    ['^$', 'a', false],
    ['orders', 'all-orders-here', true],
    ['^orders', 'all-orders', false],
    ['^orders$', 'orders', true],
    ['orders$', 'all-orders', true],
    ['^amq\\.', 'amq.gen', true],
    ['^amq\\.', 'amqXgen', false],
    ['^tenant-1\\..*', 'tenant-1.q', true],
    ['^(a|b)$', 'b', true],
    ['^(a|b)$', 'ab', false],
    ['^q[0-9]+$', 'q17', true],
    ['^q[0-9]+$', 'q', false],
    ['^(amq\\.(gen|ctag)|mine).*', 'amq.ctag-1', true],
    ['(?i)^ORDERS', 'orders.eu', true],
    ['^\\w+\\.eu$', 'orders.eu', true],
  ])('%j on %j is %s', (source, text, expected) => {
    expect(compilePattern(source).test(text)).toBe(expected)
  })

  it.each([
    ['^(?!amq\\.).*', 'orders', 'amq.gen'],
    ['^(?!amq\\.|sys$).*$', 'system', 'sys'],
    ['^(?=.*eu)(?!x)[a-z.]+$', 'orders.eu', 'xeu'],
    ['^(?![(]|[]a])[^|]+$', 'b', '(b'],
    ['^(?!(a|b)c)|^ac', 'ac', 'bc'],
    ['^(?!a\\))b|^[[:digit:]|]$', '|', 'a)b'],
  ])('excludes names by look-aheads: %s takes %j, not %j', (source, taken, refused) => {
    expect(compilePattern(source).test(taken)).toBe(true)
    expect(compilePattern(source).test(refused)).toBe(false)
  })

  it.each([
    ['(', 'missing closing )'],
    ['[a', 'missing closing ]'],
    ['a**', 'invalid nested repetition operator'],
    ['(a)\\1', 'invalid escape sequence'],
    ['a(?!b)', 'look-aheads are supported right behind ^ only'],
    ['^((?!a).)*$', 'look-aheads are supported right behind ^ only'],
    ['(?<=a)b', 'cannot be used'],
    ['^(?!a)*b', 'a look-ahead cannot be repeated'],
    ['^(?!a', 'missing )'],
    ['^(?![a', 'missing ]'],
    ['^(?!\\Qa)b', 'cannot be combined'],
    ['((a{30}){30}){30}', 'invalid repeat count'],
    ['(abcd){999}', 'too large'],
    ['a'.repeat(PATTERN_LENGTH_MAX + 1), `at most ${PATTERN_LENGTH_MAX} are taken`],
  ])('refuses %s', (source, reason) => {
    expect(() => compilePattern(source)).toThrow(PatternError)
    expect(() => compilePattern(source)).toThrow(reason)
  })

  it.each(['^(a+)+$', '^(a|a)*$', '(.*a){12}$', '^(\\w+\\s?)*$'])('is not stalled by %s', (source) => {
    // A backtracking engine does not come back from these.
    expect(compilePattern(source).test(`${'a'.repeat(20_000)}!`)).toBe(false)
  })

  it('finds a pattern compiled, and forgets those not used for long', () => {
    const first = compilePattern('^first[0-9]$')
    expect(compilePattern('^first[0-9]$')).toBe(first)
    for (let i = 0; i < 1000; i++) compilePattern(`literal-${i}`)
    expect(compilePattern('^first[0-9]$')).not.toBe(first)
  })

  it('matches by hand as RE2 does', () => {
    fc.assert(
      fc.property(sources, texts, (source, text) => {
        const simple = compileSimple(source)
        fc.pre(simple !== undefined)
        expect(simple?.(text)).toBe(compileLinear(source)(text))
      }),
      { numRuns: 2000 },
    )
  })

  it('takes look-aheads apart as a backtracking engine reads them', () => {
    const assertions = fc.array(fc.tuple(fc.constantFrom('(?!', '(?='), sources), { minLength: 1, maxLength: 2 })
    fc.assert(
      fc.property(assertions, sources, texts, (ahead, rest, text) => {
        const source = `^${ahead.map(([open, inside]) => `${open}${inside})`).join('')}${rest}`
        fc.pre(!/^[*]/.test(rest))
        expect(splitLookAheads(source)).toBeDefined()
        expect(compilePattern(source).test(text)).toBe(new RegExp(source, 'u').test(text))
      }),
      { numRuns: 1000 },
    )
  })
})
