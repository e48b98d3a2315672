/**
 * What a RabbitMQ node answered (`test/fixtures/*.json`, written by `test/fixtures/capture.py`), asked again here.
 */

import { readFileSync } from 'node:fs'
import {
  decodeTypedTable,
  encodeFieldTable,
  type FieldTag,
  type TypedFieldValue,
  type TypedTable,
  typed,
} from '@warrenmq/codec'
import { describe, expect, it } from 'vitest'
import { createMatcher, DefaultExchangeMatcher, type ExchangeMatcher, RoutingError, route } from '../../src/index.ts'
import { binding, matched, message, names, noArguments, TestExchange, TestQueue } from '../testkit.ts'

type JsonValue = readonly [tag: FieldTag, value: unknown]
type JsonTable = Readonly<Record<string, JsonValue>>

interface HeadersTable {
  readonly bindings: readonly JsonTable[]
  readonly messages: readonly (JsonTable | null)[]
  /** For each message the indexes of the bindings it matched. */
  readonly matches: readonly (readonly number[])[]
}

interface Scenario {
  readonly exchanges: readonly { readonly name: string; readonly type: string; readonly alternate: string | null }[]
  readonly bindings: readonly (readonly [source: string, destination: string, key: string])[]
  readonly publishes: readonly {
    readonly exchange: string
    readonly keys: readonly string[]
    readonly queues: readonly string[]
  }[]
}

function fixture<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), 'utf8'))[name]
}

/** The table as the codec gives it after decoding. */
function received(entries: JsonTable): TypedTable {
  return decodeTypedTable(encodeFieldTable(typedTable(entries)))
}

function typedTable(entries: JsonTable): TypedTable {
  return Object.fromEntries(Object.entries(entries).map(([name, value]) => [name, typed(value[0], fieldValue(value))]))
}

function fieldValue([tag, inner]: JsonValue): TypedFieldValue {
  if (tag === 't') return inner !== 0
  if (tag === 'A') return (inner as JsonValue[]).map((item) => typed(item[0], fieldValue(item)))
  if (tag === 'F') return typedTable(inner as JsonTable)
  const { integer, hex } = (inner ?? {}) as { integer?: string; hex?: string }
  if (integer !== undefined) return BigInt(integer)
  if (hex !== undefined) return Uint8Array.from(Buffer.from(hex, 'hex'))
  if (tag === 'x') return Uint8Array.from(Buffer.from(inner as string))
  return inner as TypedFieldValue
}

function create(type: string): ExchangeMatcher<TestQueue> {
  return createMatcher<TestQueue>(type) as ExchangeMatcher<TestQueue>
}

describe('a topic exchange matches like RabbitMQ’s', () => {
  const { patterns, matches } = fixture<{ patterns: string[]; matches: Record<string, string[]> }>('topic')
  const matcher = create('topic')
  for (const pattern of patterns) matcher.bind(binding(new TestQueue(pattern), pattern))

  it.each(Object.entries(matches))('the key %j', (key, expected) => {
    expect(names(matched(matcher, message(key)))).toEqual([...expected].sort())
  })
})

describe('a headers exchange compares like RabbitMQ’s', () => {
  const { equality, modes, refused } = fixture<{
    equality: HeadersTable
    modes: HeadersTable
    refused: readonly { 'x-match': JsonValue; text: string }[]
  }>('headers')

  it.each(rows(equality))('the value of %s', (_, expected, found) => {
    expect(found()).toEqual(expected)
  })

  it.each(rows(modes))('the headers %s in every mode', (_, expected, found) => {
    expect(found()).toEqual(expected)
  })

  it.each(refused)('refusing $x-match', ({ 'x-match': xMatch, text }) => {
    const bind = () => create('headers').bind(binding(new TestQueue('q'), '', received({ 'x-match': xMatch })))
    expect(bind).toThrow(RoutingError)
    expect(bind).toThrow(expect.objectContaining({ message: text.replace('PRECONDITION_FAILED - ', '') }))
  })

  type Row = [headers: string, expected: string[], found: () => string[]]

  /** A test for each message: its headers, the bindings it should match, and those it does. */
  function rows({ bindings, messages, matches }: HeadersTable): Row[] {
    const matcher = create('headers')
    const texts = bindings.map((each, i) => `${i}: ${JSON.stringify(each)}`)
    bindings.forEach((each, i) => {
      matcher.bind(binding(new TestQueue(texts[i]), '', received(each)))
    })
    return messages.map((headers, i) => [
      JSON.stringify(headers),
      matches[i].map((index) => texts[index]).sort(),
      () => names(matched(matcher, message('key', headers === null ? undefined : received(headers)))),
    ])
  }
})

it.each(fixture<{ one: JsonTable; two: JsonTable; same: boolean }[]>('identity'))(
  'takes bindings with $one and $two for the same as RabbitMQ does',
  ({ one, two, same }) => {
    const matcher = create('direct')
    const queue = new TestQueue('q')
    matcher.bind(binding(queue, 'key', received(one)))
    expect(matcher.bind(binding(queue, 'key', received(two)))).toBe(!same)
  },
)

describe('messages go where they go in RabbitMQ', () => {
  it.each(Object.entries(fixture<Record<string, Scenario>>('routes')))(
    '%s',
    (_, { exchanges, bindings, publishes }) => {
      const queues = new Map<string, TestQueue>()
      const byName = new Map<string, TestExchange>()
      byName.set('', new TestExchange('', new DefaultExchangeMatcher((name) => queues.get(name))))
      for (const { name, type } of exchanges) {
        byName.set(name, new TestExchange(name, createMatcher(type) as TestExchange['matcher']))
      }
      for (const { name, alternate } of exchanges) {
        // Nothing comes out of the default exchange as an alternate: it counts as one that does not exist.
        if (alternate) find(byName, name).alternateExchange = byName.get(alternate)
      }
      for (const [source, destination, key] of bindings) {
        if (!byName.has(destination) && !queues.has(destination)) queues.set(destination, new TestQueue(destination))
        const target = byName.get(destination) ?? find(queues, destination)
        find(byName, source).matcher.bind(binding(target, key, noArguments))
      }
      for (const publish of publishes) {
        expect([publish, names(route(find(byName, publish.exchange), publish.keys))]).toEqual([publish, publish.queues])
      }
    },
  )
})

function find<T>(map: ReadonlyMap<string, T>, name: string): T {
  const found = map.get(name)
  if (found === undefined) throw new Error(`the fixture names ${name}, which it does not declare`)
  return found
}
