import type { TypedTable } from '@warrenmq/codec'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RoutingError } from '../../src/errors.ts'
import { HeadersMatcher } from '../../src/headers-matcher.ts'
import { headersOracle } from '../oracle.ts'
import { binding, matched, message, noArguments, TestQueue, table } from '../testkit.ts'
import { describeMatcher } from './matcher-suite.ts'

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'))
const item = (tag: string, value: unknown): { tag: string; value: unknown } => ({ tag, value })

const value = fc.constantFrom<readonly [string, unknown]>(
  ['I', 1],
  ['l', 1],
  ['d', 1],
  ['d', 1.5],
  ['T', 1],
  ['S', '1'],
  ['t', true],
  ['V', null],
  ['x', bytes('1')],
  ['S', bytes('\xff')],
  ['l', 2n ** 60n],
  ['d', 2 ** 60],
  ['D', { scale: 1, value: 10 }],
  ['A', [item('I', 1)]],
  ['A', [item('l', 1)]],
  ['F', table({ n: ['I', 1] })],
)
const entries = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'x-d', '__proto__'), value, {
  maxKeys: 4,
  noNullPrototype: true,
})
const mode = fc.constantFrom(undefined, 'all', 'any', 'all-with-x', 'any-with-x')
const args = fc
  .tuple(mode, entries)
  .map(([xMatch, rest]) => table(xMatch === undefined ? rest : { ...rest, 'x-match': ['S', xMatch] }))

describeMatcher({
  type: 'headers',
  oracle: headersOracle,
  bindings: fc.record({ routingKey: fc.constantFrom('', 'k'), arguments: args }),
  messages: fc.option(entries.map(table), { nil: undefined }).map((headers) => message('k', headers)),
})

function matches(args: TypedTable, headers: TypedTable | undefined): boolean {
  const matcher = new HeadersMatcher<TestQueue>()
  matcher.bind(binding(new TestQueue('q'), '', args))
  return matched(matcher, message('', headers)).length > 0
}

function bindError(args: TypedTable): unknown {
  try {
    new HeadersMatcher<TestQueue>().bind(binding(new TestQueue('q'), '', args))
  } catch (error) {
    return error
  }
  return undefined
}

describe('headers exchange', () => {
  it('goes by headers and by no routing key', () => {
    expect(new HeadersMatcher()).toMatchObject({ type: 'headers', usesExtraKeys: false, byKeyAlone: false })
  })

  it('wants all headers by default, and matches everything when the binding names none', () => {
    expect(matches(table({ a: ['I', 1], b: ['I', 2] }), table({ a: ['I', 1], b: ['I', 2], c: ['I', 3] }))).toBe(true)
    expect(matches(table({ a: ['I', 1], b: ['I', 2] }), table({ a: ['I', 1] }))).toBe(false)
    expect(matches(noArguments, undefined)).toBe(true)
    expect(matches(table({ 'x-match': ['S', 'any'] }), table({ a: ['I', 1] }))).toBe(false)
  })

  it('leaves names that start with x- aside unless the mode says otherwise', () => {
    const headers = table({ a: ['I', 1] })
    expect(matches(table({ 'x-match': ['S', 'all'], a: ['I', 1], 'x-b': ['I', 2] }), headers)).toBe(true)
    expect(matches(table({ 'x-match': ['S', 'all-with-x'], a: ['I', 1], 'x-b': ['I', 2] }), headers)).toBe(false)
    expect(matches(table({ 'x-match': ['S', 'any'], 'x-b': ['I', 2] }), table({ 'x-b': ['I', 2] }))).toBe(false)
    expect(matches(table({ 'x-match': ['S', 'any-with-x'], 'x-b': ['I', 2] }), table({ 'x-b': ['I', 2] }))).toBe(true)
  })

  it('takes a void value for: present, whatever the value', () => {
    expect(matches(table({ a: ['V', null] }), table({ a: ['I', 1] }))).toBe(true)
    expect(matches(table({ a: ['V', null] }), table({ a: ['V', null] }))).toBe(true)
    expect(matches(table({ a: ['V', null] }), table({ b: ['I', 1] }))).toBe(false)
    expect(matches(table({ a: ['I', 1] }), table({ a: ['V', null] }))).toBe(false)
  })

  it('visits a queue again for another binding, and finds it by what is left after unbind', () => {
    const matcher = new HeadersMatcher<TestQueue>()
    const queue = new TestQueue('q')
    matcher.bind(binding(queue, '', table({ a: ['I', 1] })))
    matcher.bind(binding(queue, '', table({ a: ['l', 1] })))
    expect(matcher.unbind(binding(queue, '', table({ a: ['I', 1] })))).toBe(true)
    expect(matched(matcher, message('', table({ a: ['I', 1] })))).toEqual([queue])
  })

  it('refuses an x-match that is no mode, in RabbitMQ’s words', () => {
    expect(bindError(table({ 'x-match': ['S', 'foo'] }))).toMatchObject({
      code: 'INVALID_BINDING',
      message: 'Invalid x-match field value <<"foo">>; expected all, any, all-with-x, or any-with-x',
    })
    expect(bindError(table({ 'x-match': ['I', 1] }))).toMatchObject({
      code: 'INVALID_BINDING',
      message: 'Invalid x-match field type signedint (value 1); expected longstr',
    })
    expect(bindError(table({ 'x-match': ['S', 'ALL'] }))).toBeInstanceOf(RoutingError)
  })

  it('accepts a refused binding for unbind, which finds nothing', () => {
    const matcher = new HeadersMatcher<TestQueue>()
    expect(matcher.unbind(binding(new TestQueue('q'), '', table({ 'x-match': ['S', 'foo'] })))).toBe(false)
  })

  it('reads a header once, however many bindings compare it', () => {
    const matcher = new HeadersMatcher<TestQueue>()
    const wanted = { a: ['I', 1], b: ['A', [item('I', 1)]] } as const
    for (let i = 0; i < 100; i++) matcher.bind(binding(new TestQueue(`${i}`), '', table(wanted)))
    let reads = 0
    const array = new Proxy([item('I', 1)], {
      get: (target, property, receiver) => {
        if (property === 'map') reads++
        return Reflect.get(target, property, receiver)
      },
    })
    expect(matched(matcher, message('', table({ a: ['I', 1], b: ['A', array] })))).toHaveLength(100)
    expect(reads).toBe(1)
  })
})
