import { describe, expect, it } from 'vitest'
import { type BodySchema, parseBody, readBody } from '../../../src/management/body-schema.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

describe('parseBody', () => {
  it.each(['', 'null', 'undefined', '{}'])('takes %j for an object without fields', (text) => {
    expect(parseBody(bytes(text))).toEqual({})
    expect(parseBody(undefined)).toEqual({})
  })

  it.each(['x', '[]', '5', 'true', '{"a":', '{"a":1}}'])('refuses %j', (text) => {
    expect(() => parseBody(bytes(text))).toThrow('not_json')
  })

  it('refuses bytes that are no UTF-8, and a text', () => {
    expect(() => parseBody(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d))).toThrow('not_json')
    expect(() => parseBody(bytes('"{}"'))).toThrow('doubly-JSON-encoded')
  })
})

describe('readBody', () => {
  const schema = {
    required: ['name', 'apply-to'],
    properties: {
      name: { type: 'string' },
      'apply-to': { type: 'any' },
      durable: { type: 'boolean' },
      count: { type: 'integer' },
      arguments: { type: 'object' },
      list: { type: 'array' },
    },
  } as const satisfies BodySchema
  const read = (body: object) => readBody(schema, { name: 'n', 'apply-to': null, ...body })

  it('names what is missing, as Erlang prints it', () => {
    expect(() => readBody(schema, {})).toThrow("[{key_missing,name},{key_missing,'apply-to'}]")
    const long = ['routing_key', 'properties', 'payload', 'payload_encoding']
    const properties = Object.fromEntries(long.map((name) => [name, { type: 'string' as const }]))
    expect(() => readBody({ required: long, properties }, {})).toThrow(
      JSON.stringify(`[${long.map((name) => `{key_missing,${name}}`).join(',\n ')}]`),
    )
  })

  it('reads booleans and whole numbers also as texts, and no list for an object without fields', () => {
    expect(read({ durable: 'true', count: '-5', arguments: [], list: [1], other: 1 })).toEqual({
      name: 'n',
      'apply-to': null,
      durable: true,
      count: -5,
      arguments: {},
      list: [1],
    })
  })

  it.each([
    [{ name: 5 }, ['not_string', 'name']],
    [{ durable: 'maybe' }, ['not_boolean', 'maybe']],
    [{ durable: null }, ['not_boolean', null]],
    [{ count: 1.5 }, ['not_integer', 'count']],
    [{ count: '1e3' }, ['not_integer', 'count']],
    [{ arguments: 'x' }, ['not_an_object', 'arguments']],
    [{ arguments: [1] }, ['not_an_object', 'arguments']],
    [{ list: {} }, ['not_a_list', 'list']],
  ])('refuses %j', (body, reason) => {
    expect(() => read(body)).toThrow(JSON.stringify(reason))
  })

  it('takes nothing from where all objects are made', () => {
    const properties = { constructor: { type: 'any' } } as const
    expect(readBody({ properties }, {})).toEqual({})
    expect(() => readBody({ required: ['toString'], properties: {} }, {})).toThrow('key_missing,toString')
  })
})
