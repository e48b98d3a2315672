import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMatcher, DefaultExchangeMatcher, explainRoute, route } from '../../src/index.ts'
import { binding, content, names, noArguments, TestExchange, TestQueue, table } from '../testkit.ts'

function exchange(type: string, name: string = type): TestExchange {
  return new TestExchange(name, createMatcher(type) as TestExchange['matcher'])
}

function bind(source: TestExchange, destination: TestExchange | TestQueue, key = '', args = noArguments): void {
  source.matcher.bind(binding(destination, key, args))
}

/** Each exchange on the way with the keys of the bindings that match. */
function explained(start: TestExchange, keys: readonly string[], headers = content(undefined)): unknown {
  const { steps, queues } = explainRoute(start, keys, headers)
  const told = steps.map((step) => ({
    exchange: step.exchange.name,
    matches: step.matches.map(({ binding: { destination, routingKey } }) => `${routingKey} -> ${destination.name}`),
    ...(step.alternate && { alternate: step.alternate.name }),
  }))
  return { steps: told, queues: names(queues) }
}

describe('explainRoute', () => {
  it('tells the bindings that match, and only those', () => {
    const [source, inner] = [exchange('topic', 'source'), exchange('direct', 'inner')]
    const [q, other] = [new TestQueue('q'), new TestQueue('other')]
    bind(source, q, 'a.*')
    bind(source, q, 'b.*')
    bind(source, q, '#')
    bind(source, other, 'c')
    bind(source, inner, 'a.#')
    bind(inner, other, 'a.b')
    bind(inner, other, 'x')
    expect(explained(source, ['a.b'])).toEqual({
      steps: [
        { exchange: 'source', matches: expect.arrayContaining(['a.* -> q', '# -> q', 'a.# -> inner']) },
        { exchange: 'inner', matches: ['a.b -> other'] },
      ],
      queues: ['other', 'q'],
    })
  })

  it('tells which headers match', () => {
    const source = exchange('headers')
    const q = new TestQueue('q')
    bind(source, q, '', table({ a: ['I', 1] }))
    bind(source, q, '', table({ a: ['I', 2] }))
    const { steps } = explainRoute(source, [''], content(table({ a: ['I', 2] })))
    expect(steps[0].matches.map((match) => match.binding.arguments.a?.value)).toEqual([2])
  })

  it('names the key by which a binding matches', () => {
    const source = exchange('direct')
    bind(source, new TestQueue('q'), 'cc')
    const { steps } = explainRoute(source, ['a', 'cc'])
    expect(steps[0].matches.map((match) => match.routingKey)).toEqual(['cc'])
  })

  it('tells the alternate exchange of one whose bindings match nothing', () => {
    const [source, spare] = [exchange('direct', 'source'), exchange('fanout', 'spare')]
    source.alternateExchange = spare
    bind(spare, new TestQueue('q'))
    expect(explained(source, ['none'])).toEqual({
      steps: [
        { exchange: 'source', matches: [], alternate: 'spare' },
        { exchange: 'spare', matches: [' -> q'] },
      ],
      queues: ['q'],
    })
  })

  it('tells the implied binding of the default exchange', () => {
    const q = new TestQueue('q')
    const unnamed = new TestExchange('', new DefaultExchangeMatcher((name) => (name === 'q' ? q : undefined)))
    expect(explained(unnamed, ['q'])).toEqual({ steps: [{ exchange: '', matches: ['q -> q'] }], queues: ['q'] })
    expect(explained(unnamed, ['none'])).toEqual({ steps: [{ exchange: '', matches: [] }], queues: [] })
  })

  it('says where chance decides, and asks no intake', () => {
    const source = exchange('x-random')
    bind(source, new TestQueue('q'))
    let asked = false
    const keeping = new TestExchange('keeping', createMatcher('fanout') as TestExchange['matcher'])
    Object.assign(keeping, { intake: { accept: () => (asked = true) } })
    bind(source, keeping)
    const start = exchange('fanout', 'start')
    bind(start, source)
    bind(start, keeping)
    const steps = explainRoute(start, ['']).steps
    expect(steps.map(({ byChance, hasIntake }) => [byChance, hasIntake])).toEqual([
      [false, false],
      [true, false],
      [false, true],
    ])
    expect(asked).toBe(false)
  })

  it('finds what route finds', () => {
    const types = fc.constantFrom('direct', 'fanout', 'topic', 'headers', 'x-consistent-hash', 'x-modulus-hash')
    const link = fc.record({
      from: fc.nat(4),
      to: fc.nat(9),
      key: fc.constantFrom('1', '2', 'a.b', 'a.*', '#', '3'),
      header: fc.nat(2),
    })
    const world = fc.record({
      types: fc.array(types, { minLength: 5, maxLength: 5 }),
      links: fc.array(link, { maxLength: 25 }),
    })
    const message = fc.record({
      keys: fc.array(fc.constantFrom('1', '2', 'a.b', 'x'), { minLength: 1, maxLength: 3 }),
      header: fc.nat(2),
    })
    fc.assert(
      fc.property(world, message, ({ types, links }, { keys, header }) => {
        const exchanges = types.map((type, i) => exchange(type, `x${i}`))
        const ends = [...exchanges, ...[0, 1, 2, 3, 4].map((i) => new TestQueue(`q${i}`))]
        for (const { from, to, key, header } of links) {
          const isHash = exchanges[from].matcher.type === 'x-consistent-hash'
          bind(exchanges[from], ends[to], isHash && !/^\d$/.test(key) ? '1' : key, table({ h: ['I', header] }))
        }
        const headers = content(table({ h: ['I', header] }))
        expect(names(explainRoute(exchanges[0], keys, headers).queues)).toEqual(
          names(route(exchanges[0], keys, headers)),
        )
      }),
    )
  })
})
