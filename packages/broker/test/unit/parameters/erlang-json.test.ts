import { describe, expect, it } from 'vitest'
import { formatJsonTerm, formatPairs } from '../../../src/parameters/erlang-json.ts'

describe('formatJsonTerm', () => {
  // As RabbitMQ 3.10.8 prints them.
  it.each([
    [null, 'null'],
    [true, 'true'],
    [-5, '-5'],
    [1.5, '1.5'],
    [1e21, '1000000000000000000000'],
    [1e-7, '1.0e-7'],
    ['', '<<>>'],
    ['a"b\\', '<<"a\\"b\\\\">>'],
    ['a\nb', '<<"a\\nb">>'],
    ['xöä', '<<"xöä">>'],
    ['\u0000', '<<0>>'],
    [[1, 'b', []], '[1,<<"b">>,[]]'],
    [{ b: 1, a: { c: null } }, '#{<<"a">> => #{<<"c">> => null},<<"b">> => 1}'],
  ])('prints %j as %s', (value, printed) => {
    expect(formatJsonTerm(value)).toBe(printed)
  })
})

describe('formatPairs', () => {
  it('prints pairs in the order of their keys, one a line when they are long', () => {
    expect(
      formatPairs([
        ['b', 1],
        ['a', 'x'],
      ]),
    ).toBe('[{<<"a">>,<<"x">>},{<<"b">>,1}]')
    const long = 'x'.repeat(60)
    expect(
      formatPairs([
        ['b', 1],
        ['a', long],
      ]),
    ).toBe(`[{<<"a">>,<<"${long}">>},\n {<<"b">>,1}]`)
  })
})
