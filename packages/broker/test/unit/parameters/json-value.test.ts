import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { copyJson, type JsonValue, JsonValueError, sameJson } from '../../../src/parameters/json-value.ts'

describe('copyJson', () => {
  it('copies what JSON can say, and shares nothing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const copy = copyJson(value)
        expect(JSON.stringify(copy)).toBe(JSON.stringify(value))
        expect(sameJson(copy, value as JsonValue)).toBe(true)
        if (typeof copy === 'object' && copy !== null) expect(Object.isFrozen(copy)).toBe(true)
      }),
    )
  })

  it('takes hostile keys for keys', () => {
    const copy = copyJson(JSON.parse('{"__proto__":{"polluted":1},"constructor":2}')) as Record<string, unknown>
    expect(Object.keys(copy)).toEqual(['__proto__', 'constructor'])
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  it('refuses nesting beyond 64 levels', () => {
    const nested = (depth: number) => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`)
    expect(() => copyJson(nested(65))).not.toThrow()
    expect(() => copyJson(nested(66))).toThrow(JsonValueError)
  })
})

describe('sameJson', () => {
  it('does not mind the order of keys', () => {
    expect(sameJson({ a: 1, b: [2] }, { b: [2], a: 1 })).toBe(true)
  })

  it.each([
    [{ a: 1 }, { a: 1, b: 1 }],
    [{ a: 1 }, { b: 1 }],
    [[1], [1, 2]],
    [[1], { 0: 1 }],
    [null, {}],
    [1, '1'],
  ])('tells %j from %j', (a, b) => {
    expect(sameJson(a as JsonValue, b as JsonValue)).toBe(false)
  })
})
