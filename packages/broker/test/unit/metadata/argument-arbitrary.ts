/** Tables of arguments with values of every type. */

import { type TypedTable, type TypedValue, typed } from '@warrenmq/codec'
import fc from 'fast-check'

const name = fc.string({ minLength: 1, maxLength: 5, unit: 'grapheme' }).map((text) => `k${text}`)

const value: fc.Arbitrary<TypedValue> = fc.oneof(
  { depthSize: 'small', withCrossShrink: true },
  fc.boolean().map((each) => typed('t', each)),
  fc.integer({ min: -128, max: 127 }).map((each) => typed('b', each)),
  fc.nat(255).map((each) => typed('B', each)),
  fc.integer({ min: -32_768, max: 32_767 }).map((each) => typed('s', each)),
  fc.nat(65_535).map((each) => typed('u', each)),
  fc.integer().map((each) => typed('I', each)),
  fc.nat(0xffff_ffff).map((each) => typed('i', each)),
  fc.maxSafeInteger().map((each) => typed('l', each)),
  fc.constantFrom(typed('l', 2n ** 63n - 1n), typed('l', -(2n ** 63n))),
  fc.float().map((each) => typed('f', each)),
  fc.double().map((each) => typed('d', each)),
  fc.record({ scale: fc.nat(255), value: fc.nat(0xffff_ffff) }).map((each) => typed('D', each)),
  fc.string({ maxLength: 5, unit: 'grapheme' }).map((each) => typed('S', each)),
  fc.constant(typed('S', Uint8Array.of(0xc3, 0x28))),
  fc.uint8Array({ maxLength: 5 }).map((each) => typed('x', each)),
  fc.maxSafeNat().map((each) => typed('T', each)),
  fc.constant(typed('V', null)),
  fc.constant(typed('A', [typed('I', 1), typed('F', tableOf([['n', typed('D', { scale: 1, value: 2 })]]))])),
)

function tableOf(entries: readonly (readonly [string, TypedValue])[]): TypedTable {
  const table: Record<string, TypedValue> = Object.create(null)
  for (const [key, each] of entries) table[key] = each
  return table
}

export const argumentTable: fc.Arbitrary<TypedTable> = fc.array(fc.tuple(name, value), { maxLength: 3 }).map(tableOf)
