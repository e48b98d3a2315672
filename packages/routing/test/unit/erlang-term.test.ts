import type { TypedValue } from '@warrenmq/codec'
import { expect, it } from 'vitest'
import { formatErlangTerm } from '../../src/erlang-term.ts'
import { table } from '../testkit.ts'

const typed = (tag: string, value: unknown): TypedValue => ({ tag, value }) as TypedValue

// Each text was seen in an error of RabbitMQ 3.10.8.
it.each<[TypedValue, string]>([
  [typed('S', 'foo'), '<<"foo">>'],
  [typed('S', ''), '<<>>'],
  [typed('S', 'fo"o\\'), '<<"fo\\"o\\\\">>'],
  [typed('S', 'tab\there\n\x1b'), '<<"tab\\there\\n\\e">>'],
  [typed('S', 'ü'), '<<"ü">>'],
  [typed('S', '日本'), '<<230,151,165,230,156,172>>'],
  [typed('S', 'a\x7f'), '<<97,127>>'],
  [typed('S', 'bell\x07'), '<<98,101,108,108,7>>'],
  [typed('x', Uint8Array.of(0, 1)), '<<0,1>>'],
  [typed('x', new TextEncoder().encode('bin')), '<<"bin">>'],
  [typed('I', -1), '-1'],
  [typed('l', 2n ** 60n), '1152921504606846976'],
  [typed('t', true), 'true'],
  [typed('V', null), 'undefined'],
  [typed('d', 1.5), '1.5'],
  [typed('d', 100), '100.0'],
  [typed('d', 1e22), '1.0e22'],
  [typed('d', 1e-7), '1.0e-7'],
  [typed('d', 123456789012), '123456789012.0'],
  [typed('f', Math.fround(0.1)), '0.10000000149011612'],
  [typed('D', { scale: 2, value: 314 }), '{2,314}'],
  [typed('T', 7), '7'],
  [typed('A', []), '[]'],
  [typed('A', [typed('S', 'a'), typed('I', 1)]), '[{longstr,<<"a">>},{signedint,1}]'],
  [typed('F', table({ b: ['I', 2] })), '[{<<"b">>,signedint,2}]'],
])('prints a field value as an Erlang term: case %#', (value, expected) => {
  expect(formatErlangTerm(value)).toBe(expected)
})
