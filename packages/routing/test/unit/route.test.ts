import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMatcher, DefaultExchangeMatcher, RouteKind, route, routeKind } from '../../src/index.ts'
import { binding, content, names, noArguments, TestExchange, TestQueue, table } from '../testkit.ts'

function exchange(type: string, name: string = type): TestExchange {
  return new TestExchange(name, createMatcher(type) as TestExchange['matcher'])
}

function bind(source: TestExchange, destination: TestExchange | TestQueue, key = '', args = noArguments): void {
  source.matcher.bind(binding(destination, key, args))
}

function routed(start: TestExchange, key: string, extraKeys: readonly string[] = []): string[] {
  return names(route(start, [key, ...extraKeys]))
}

describe('route', () => {
  it('gives each queue once, however many bindings and exchanges lead to it', () => {
    const [source, inner] = [exchange('topic', 'source'), exchange('fanout', 'inner')]
    const queue = new TestQueue('q')
    bind(source, queue, '#')
    bind(source, queue, 'a.*')
    bind(source, inner, 'a.#')
    bind(inner, queue)
    expect(routed(source, 'a.b')).toEqual(['q'])
    expect(routed(source, 'a.b')).toEqual(['q'])
  })

  it('ends in exchanges that lead to each other or to themselves', () => {
    const [one, two] = [exchange('fanout', 'one'), exchange('fanout', 'two')]
    bind(one, two)
    bind(two, one)
    bind(one, one)
    bind(two, new TestQueue('q'))
    expect(routed(one, '')).toEqual(['q'])
  })

  it('follows a chain of exchanges longer than the stack is deep', () => {
    const first = exchange('fanout')
    let last = first
    for (let i = 0; i < 50_000; i++) {
      const next = exchange('fanout')
      bind(last, next)
      last = next
    }
    bind(last, new TestQueue('end'))
    expect(routed(first, '')).toEqual(['end'])
  })

  it('uses every routing key where keys count, and matches once where they do not', () => {
    const [direct, fanout] = [exchange('direct'), exchange('fanout')]
    for (const key of ['a', 'b', 'c']) bind(direct, new TestQueue(key), key)
    expect(routed(direct, 'a', ['c', 'none', 'a'])).toEqual(['a', 'c'])
    bind(fanout, new TestQueue('all'))
    expect(routed(fanout, 'a', ['c'])).toEqual(['all'])
  })

  it('reaches queues by name through the default exchange', () => {
    const queues = new Map(['a', 'b'].map((name) => [name, new TestQueue(name)]))
    const unnamed = new TestExchange('', new DefaultExchangeMatcher((name) => queues.get(name)))
    expect(routed(unnamed, 'a', ['b', 'c'])).toEqual(['a', 'b'])
    expect(routed(unnamed, 'c')).toEqual([])
  })

  it('passes headers on through exchanges that do not look at them', () => {
    const [fanout, headers] = [exchange('fanout'), exchange('headers')]
    bind(fanout, headers)
    bind(headers, new TestQueue('q'), '', table({ a: ['I', 1] }))
    expect(names(route(fanout, [''], content(table({ a: ['I', 1] }))))).toEqual(['q'])
    expect(names(route(fanout, [''], content(table({ a: ['I', 2] }))))).toEqual([])
  })
})

describe('alternate exchange', () => {
  function withAlternate(...exchanges: TestExchange[]): TestExchange {
    for (let i = 0; i + 1 < exchanges.length; i++) exchanges[i].alternateExchange = exchanges[i + 1]
    return exchanges[0]
  }

  it('gets what its exchange has no binding for, and nothing else', () => {
    const [direct, fallback] = [exchange('direct'), exchange('fanout')]
    bind(direct, new TestQueue('bound'), 'known')
    bind(fallback, new TestQueue('rest'))
    withAlternate(direct, fallback)
    expect(routed(direct, 'known')).toEqual(['bound'])
    expect(routed(direct, 'unknown')).toEqual(['rest'])
    expect(routed(direct, 'unknown', ['known'])).toEqual(['bound'])
  })

  it('is chained, and a chain that comes back ends', () => {
    const [one, two, three] = [exchange('direct', '1'), exchange('direct', '2'), exchange('direct', '3')]
    withAlternate(one, two, three, one)
    expect(routed(one, 'k')).toEqual([])
    bind(three, new TestQueue('q'), 'k')
    expect(routed(one, 'k')).toEqual(['q'])
  })

  it('serves an exchange that was reached through a binding', () => {
    const [source, inner, fallback] = [exchange('fanout'), exchange('direct'), exchange('fanout', 'fallback')]
    bind(source, inner)
    bind(source, new TestQueue('q'))
    bind(fallback, new TestQueue('rest'))
    withAlternate(inner, fallback)
    expect(routed(source, 'k')).toEqual(['q', 'rest'])
  })

  it('is not used when a match led to an exchange that finds nothing, or to one already visited', () => {
    const [source, empty, fallback] = [exchange('fanout'), exchange('direct'), exchange('fanout', 'fallback')]
    bind(fallback, new TestQueue('rest'))
    withAlternate(source, fallback)
    bind(source, empty)
    expect(routed(source, 'k')).toEqual([])
    source.matcher.unbind(binding(empty, ''))
    bind(source, source)
    expect(routed(source, 'k')).toEqual([])
  })
})

describe('routeKind', () => {
  it('asks the exchange, those it is bound to, and alternates', () => {
    const [source, inner, alternate] = [exchange('fanout'), exchange('direct'), exchange('topic')]
    bind(source, inner)
    bind(inner, source)
    inner.alternateExchange = alternate
    expect(routeKind(source)).toBe(RouteKind.fixed)
    expect(routeKind(exchange('headers'))).toBe(RouteKind.varying)

    const viaBinding = exchange('headers')
    bind(inner, viaBinding, 'k')
    expect(routeKind(source)).toBe(RouteKind.varying)
    inner.matcher.unbindDestination(viaBinding)
    expect(routeKind(source)).toBe(RouteKind.fixed)

    alternate.alternateExchange = exchange('headers')
    expect(routeKind(source)).toBe(RouteKind.varying)
  })
})

/** Exchanges by index; `fanout` ones match every key, `direct` ones only 'k'. */
interface Graph {
  readonly direct: readonly boolean[]
  readonly bindings: readonly {
    readonly from: number
    readonly to: number
    readonly toQueue: boolean
    readonly key: string
  }[]
  readonly alternates: readonly (number | undefined)[]
}

const size = 5
const node = fc.nat(size - 1)
const graph: fc.Arbitrary<Graph> = fc.record({
  direct: fc.array(fc.boolean(), { minLength: size, maxLength: size }),
  bindings: fc.array(fc.record({ from: node, to: node, toQueue: fc.boolean(), key: fc.constantFrom('k', 'l') })),
  alternates: fc.array(fc.option(node, { nil: undefined }), { minLength: size, maxLength: size }),
})

it('agrees with a plain search of any graph of exchanges', () => {
  fc.assert(
    fc.property(graph, ({ direct, bindings, alternates }) => {
      const exchanges = direct.map((isDirect, i) => exchange(isDirect ? 'direct' : 'fanout', `x${i}`))
      const queues = exchanges.map((_, i) => new TestQueue(`q${i}`))
      for (const { from, to, toQueue, key } of bindings)
        bind(exchanges[from], toQueue ? queues[to] : exchanges[to], key)
      alternates.forEach((to, from) => {
        exchanges[from].alternateExchange = to === undefined ? undefined : exchanges[to]
      })

      const found = new Set<string>()
      const seen = new Set<number>()
      const search = (at: number): void => {
        if (seen.has(at)) return
        seen.add(at)
        const matching = bindings.filter(({ from, key }) => from === at && (!direct[at] || key === 'k'))
        for (const { to, toQueue } of matching) toQueue ? found.add(`q${to}`) : search(to)
        if (matching.length === 0 && alternates[at] !== undefined) search(alternates[at])
      }
      search(0)
      expect(routed(exchanges[0], 'k')).toEqual([...found].sort())
    }),
    { numRuns: 500 },
  )
})

describe('intake', () => {
  it('sees what comes to its exchange and may keep it, also from the alternate exchange', () => {
    const [source, taker, fallback] = [exchange('fanout'), exchange('fanout', 'taker'), exchange('fanout', 'fallback')]
    bind(source, taker)
    bind(taker, new TestQueue('q'))
    bind(fallback, new TestQueue('rest'))
    taker.alternateExchange = fallback
    const seen: unknown[] = []
    let goesOn = true
    taker.intake = {
      accept: (given, keys) => {
        seen.push([given, keys])
        return goesOn
      },
    }
    const given = content(undefined)
    expect(names(route(source, ['k', 'cc'], given))).toEqual(['q'])
    goesOn = false
    expect(names(route(source, ['k'], given))).toEqual([])
    expect(seen).toEqual([
      [given, ['k', 'cc']],
      [given, ['k']],
    ])
  })

  it('makes the routes that may come to it effective', () => {
    const [source, taker] = [exchange('fanout'), exchange('fanout', 'taker')]
    taker.intake = { accept: () => true }
    source.alternateExchange = taker
    bind(source, exchange('headers'))
    expect(routeKind(source)).toBe(RouteKind.effective)
  })
})
