/**
 * What every exchange type must do, run by each type's test with its own bindings and messages. Binding keys here are whole numbers, which
 * every type takes.
 */

import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Binding, createMatcher, type ExchangeMatcher, type RoutingMessage } from '../../src/index.ts'
import type { Oracle } from '../oracle.ts'
import { binding, matched, message, names, TestExchange, TestQueue, table } from '../testkit.ts'

/** One exchange type, and what to try it with. */
export interface MatcherSuite {
  readonly type: string
  /** Whether a message matches a binding; `undefined` for a type that chooses one of its destinations. */
  readonly oracle: Oracle | undefined
  /** Bindings from a space small enough that two of them are often the same. */
  readonly bindings: fc.Arbitrary<Pick<Binding<unknown>, 'routingKey' | 'arguments'>>
  /** Messages from a space small enough that they often match. */
  readonly messages: fc.Arbitrary<RoutingMessage>
}

type Op =
  | { readonly op: 'bind' | 'unbind'; readonly binding: Binding<TestQueue> }
  | { readonly op: 'unbindDestination'; readonly destination: TestQueue }

export function describeMatcher(suite: MatcherSuite): void {
  const create = (): ExchangeMatcher<TestQueue> => createMatcher<TestQueue>(suite.type) as ExchangeMatcher<TestQueue>

  describe(`as any exchange type, ${suite.type}`, () => {
    it('is created under its name, empty', () => {
      expect(create().type).toBe(suite.type)
      expect(create().size).toBe(0)
      expect(matched(create(), message('key', table({})))).toEqual([])
    })

    it('keeps one of two bindings that are the same', () => {
      const matcher = create()
      const queue = new TestQueue('q')
      expect(matcher.bind(binding(queue, '1', table({ a: ['I', 1], b: ['S', 'x'] })))).toBe(true)
      expect(matcher.bind(binding(queue, '1', table({ b: ['S', 'x'], a: ['I', 1] })))).toBe(false)
      expect(matcher.size).toBe(1)
    })

    it('tells bindings apart by destination, key, and the names, types and values of their arguments', () => {
      const matcher = create()
      const queue = new TestQueue('q')
      const different = [
        binding(queue, '1'),
        binding(new TestQueue('q'), '1'),
        binding(queue, '2'),
        binding(queue, '1', table({ a: ['I', 1] })),
        binding(queue, '1', table({ b: ['I', 1] })),
        binding(queue, '1', table({ a: ['I', 2] })),
        binding(queue, '1', table({ a: ['l', 1] })),
        binding(queue, '1', table({ a: ['d', 1] })),
        binding(queue, '1', table({ a: ['S', '1'] })),
      ]
      for (const each of different) expect(matcher.bind(each)).toBe(true)
      for (const each of different) expect(matcher.bind(each)).toBe(false)
      expect(matcher.size).toBe(different.length)
      for (const each of different) expect(matcher.unbind(each)).toBe(true)
      expect(matcher.size).toBe(0)
    })

    it('reports whether unbind found the binding', () => {
      const matcher = create()
      const queue = new TestQueue('q')
      expect(matcher.unbind(binding(queue, '1'))).toBe(false)
      matcher.bind(binding(queue, '1'))
      expect(matcher.unbind(binding(queue, '2'))).toBe(false)
      expect(matcher.unbind(binding(queue, '1'))).toBe(true)
      expect(matcher.unbind(binding(queue, '1'))).toBe(false)
    })

    it('lists its bindings, all or those to one destination', () => {
      const matcher = create()
      const [one, two] = [new TestQueue('one'), new TestQueue('two')]
      matcher.bind(binding(one, '1'))
      matcher.bind(binding(two, '1'))
      matcher.bind(binding(one, '2', table({ n: ['V', null] })))
      expect([...matcher.bindings()]).toHaveLength(3)
      expect(Array.from(matcher.bindings(one), ({ routingKey }) => routingKey)).toEqual(['1', '2'])
      expect(Array.from(matcher.bindings(two), ({ destination }) => destination)).toEqual([two])
      expect([...matcher.bindings(new TestQueue('three'))]).toEqual([])
    })

    it('knows which destinations are exchanges', () => {
      const matcher = createMatcher<TestQueue | TestExchange>(suite.type) as ExchangeMatcher<TestQueue | TestExchange>
      const exchange = new TestExchange('x', createMatcher('fanout') as TestExchange['matcher'])
      matcher.bind(binding(new TestQueue('q'), '1'))
      matcher.bind(binding(exchange, '1'))
      matcher.bind(binding(exchange, '2'))
      expect([...matcher.exchanges()]).toEqual([exchange])
      matcher.unbind(binding(exchange, '1'))
      expect([...matcher.exchanges()]).toEqual([exchange])
      matcher.unbindDestination(exchange)
      expect([...matcher.exchanges()]).toEqual([])
    })

    it('agrees with a scan of a list through any sequence of changes', () => {
      const queues = Array.from({ length: 4 }, (_, i) => new TestQueue(`q${i}`))
      const ops = fc.array(arbitraryOp(queues, suite.bindings), { maxLength: 60 })
      fc.assert(
        fc.property(ops, fc.array(suite.messages, { minLength: 1, maxLength: 5 }), (changes, messages) => {
          const matcher = create()
          const model: Binding<TestQueue>[] = []
          for (const change of changes) applyAndCompare(matcher, model, change)
          expect(matcher.size).toBe(model.length)
          expect(new Set(Array.from(matcher.bindings(), identity))).toEqual(new Set(model.map(identity)))
          for (const each of messages) {
            const { oracle } = suite
            const matching = oracle === undefined ? model : model.filter((kept) => oracle(kept, each))
            const expected = names(new Set(matching.map((kept) => kept.destination)))
            const found = names(matched(matcher, each))
            if (oracle !== undefined) expect(found).toEqual(expected)
            else expect([found.length, expected]).toEqual([Math.min(1, expected.length), expect.arrayContaining(found)])
          }
        }),
        { numRuns: 400 },
      )
    })
  })
}

function arbitraryOp(queues: readonly TestQueue[], bindings: MatcherSuite['bindings']): fc.Arbitrary<Op> {
  const queue = fc.constantFrom(...queues)
  const bound = fc.tuple(queue, bindings).map(([destination, rest]) => ({ ...rest, destination }))
  return fc.oneof(
    { weight: 6, arbitrary: bound.map((each): Op => ({ op: 'bind', binding: each })) },
    { weight: 3, arbitrary: bound.map((each): Op => ({ op: 'unbind', binding: each })) },
    { weight: 1, arbitrary: queue.map((destination): Op => ({ op: 'unbindDestination', destination })) },
  )
}

/** Makes a change to both, and compares what it reports. */
function applyAndCompare(matcher: ExchangeMatcher<TestQueue>, model: Binding<TestQueue>[], change: Op): void {
  if (change.op === 'unbindDestination') {
    const rest = model.filter((kept) => kept.destination !== change.destination)
    expect(matcher.unbindDestination(change.destination)).toBe(model.length - rest.length)
    model.splice(0, model.length, ...rest)
    return
  }
  const index = model.findIndex((kept) => identity(kept) === identity(change.binding))
  if (change.op === 'bind') {
    expect(matcher.bind(change.binding)).toBe(index < 0)
    if (index < 0) model.push(change.binding)
  } else {
    expect(matcher.unbind(change.binding)).toBe(index >= 0)
    if (index >= 0) model.splice(index, 1)
  }
}

/** Good enough for the values that the suites' bindings are made of. */
function identity({ destination, routingKey, arguments: args }: Binding<TestQueue>): string {
  const values = Object.keys(args)
    .sort()
    .map((name) => [name, args[name].tag, inspect(args[name].value, { depth: null })])
  return JSON.stringify([destination.name, routingKey, values])
}
