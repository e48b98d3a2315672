import type { TypedTable } from '@warrenmq/codec'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RoutingMessage } from '../../src/binding.ts'
import { ConsistentHashMatcher } from '../../src/consistent-hash-matcher.ts'
import { binding, content, matched, message, noArguments, TestQueue, table } from '../testkit.ts'
import { describeMatcher } from './matcher-suite.ts'

describeMatcher({
  type: 'x-consistent-hash',
  oracle: undefined,
  bindings: fc.record({ routingKey: fc.constantFrom('1', '3', '1000000'), arguments: fc.constant(noArguments) }),
  messages: fc.string().map((key) => message(key)),
})

const KEYS = Array.from({ length: 4000 }, (_, i) => message(`key-${i}`))

function create(weights: readonly string[], args: TypedTable = noArguments): ConsistentHashMatcher<TestQueue> {
  const matcher = new ConsistentHashMatcher<TestQueue>(args)
  for (const [i, weight] of weights.entries()) matcher.bind(binding(new TestQueue(`q${i}`), weight))
  return matcher
}

/** The name of the one queue that each message goes to. */
function choices(matcher: ConsistentHashMatcher<TestQueue>, messages: readonly RoutingMessage[] = KEYS): string[] {
  return messages.map((each) => {
    const found = matched(matcher, each)
    expect(found).toHaveLength(1)
    return found[0].name
  })
}

function share(names: readonly string[], name: string): number {
  return names.filter((each) => each === name).length / names.length
}

function bindError(key: string): unknown {
  try {
    create([key])
  } catch (error) {
    return error
  }
  return undefined
}

describe('consistent-hash exchange', () => {
  it('gives each queue the share that its weight is of all', () => {
    const names = choices(create(['1', '3', '+4', '0008']))
    for (const [i, weight] of [1, 3, 4, 8].entries()) expect(share(names, `q${i}`)).toBeCloseTo(weight / 16, 1)
  })

  it('chooses alike in every process, whatever the order of the bindings', () => {
    const [forth, back] = [create([]), create([])]
    const queues = Array.from({ length: 9 }, (_, i) => new TestQueue(`q${i}`))
    for (const queue of queues) forth.bind(binding(queue, '2'))
    for (const queue of queues.reverse()) back.bind(binding(queue, '2'))
    expect(choices(forth)).toEqual(choices(back))
    // What another process chose: this may not change, or messages with one key would change queues with a new version.
    expect(choices(forth).slice(0, 8)).toMatchInlineSnapshot(`
      [
        "q0",
        "q1",
        "q6",
        "q5",
        "q5",
        "q6",
        "q4",
        "q4",
      ]
    `)
  })

  it('moves only messages to a queue that comes, and from one that goes', () => {
    const matcher = create(['1', '2', '3'])
    const before = choices(matcher)
    const added = new TestQueue('new')
    matcher.bind(binding(added, '3'))
    const between = choices(matcher)
    between.forEach((name, i) => {
      if (name !== 'new') expect(name).toBe(before[i])
    })
    expect(share(between, 'new')).toBeCloseTo(1 / 3, 1)
    matcher.unbindDestination(added)
    expect(choices(matcher)).toEqual(before)
  })

  it('goes by the oldest binding to a queue', () => {
    const matcher = create(['1', '1'])
    const [twice] = Array.from(matcher.bindings(), ({ destination }) => destination)
    matcher.bind(binding(twice, '9'))
    expect(share(choices(matcher), 'q0')).toBeCloseTo(0.5, 1)
    matcher.unbind(binding(twice, '1'))
    expect(share(choices(matcher), 'q0')).toBeCloseTo(0.9, 1)
  })

  it('takes large weights as they are', () => {
    expect(share(choices(create(['1000000', '500000'])), 'q0')).toBeCloseTo(2 / 3, 1)
  })

  it('hashes the routing key alone unless it is told otherwise', () => {
    expect(create([])).toMatchObject({ byKeyAlone: true, usesExtraKeys: false })
    expect(create([], table({ 'hash-header': ['S', 'h'] }))).toMatchObject({ byKeyAlone: false })
    expect(create([], table({ 'hash-property': ['S', 'message_id'] }))).toMatchObject({ byKeyAlone: false })
  })

  it('hashes a header by value, and all messages without it alike', () => {
    const matcher = create(Array(16).fill('1'), table({ 'hash-header': ['S', 'h'] }))
    const messages = Array.from({ length: 200 }, (_, i) => message('same', table({ h: ['I', i] })))
    expect(new Set(choices(matcher, messages)).size).toBe(16)
    expect(choices(matcher, [message('', table({ h: ['l', 7] })), message('', table({ h: ['b', 7] }))])).toEqual(
      choices(matcher, [messages[7], messages[7]]),
    )
    const without = [message('a'), message('b', table({ x: ['I', 1] })), { routingKey: 'c', content: undefined }]
    expect(new Set(choices(matcher, without)).size).toBe(1)
  })

  it.each(['message_id', 'correlation_id', 'timestamp'] as const)('hashes the property %s', (name) => {
    const matcher = create(Array(16).fill('1'), table({ 'hash-property': ['S', name] }))
    const messages = Array.from({ length: 200 }, (_, i) => {
      return { routingKey: 'same', content: content(undefined, { [name]: `${i}` }) }
    })
    expect(new Set(choices(matcher, messages)).size).toBe(16)
    expect(new Set(choices(matcher, [message('a'), message('b')])).size).toBe(1)
  })

  it.each([
    ['notint', 'The binding key must be an integer: <<"notint">>'],
    ['', 'The binding key must be an integer: <<>>'],
    ['1.0', 'The binding key must be an integer: <<"1.0">>'],
    ['1e3', 'The binding key must be an integer: <<"1e3">>'],
    [' 3', 'The binding key must be an integer: <<" 3">>'],
    ['0', 'The binding key must be greater than 0'],
    ['-1', 'The binding key must be greater than 0'],
    ['1000001', 'The binding key must not be greater than 1000000'],
    ['9'.repeat(255), 'The binding key must not be greater than 1000000'],
  ])('refuses the weight %j', (key, text) => {
    expect(bindError(key)).toMatchObject({ code: 'INVALID_BINDING', message: text })
  })

  it.each([
    [{ 'hash-header': ['S', 'a'], 'hash-property': ['S', 'message_id'] }, /mutually exclusive$/],
    [{ 'hash-property': ['S', 'bogus'] }, /^Unsupported property: bogus$/],
    [{ 'hash-header': ['I', 1] }, /^invalid type 'signedint' for arg 'hash-header'$/],
    [{ 'hash-property': ['I', 1] }, /^invalid type 'signedint' for arg 'hash-property'$/],
  ] as const)('refuses %j', (args, text) => {
    expect(() => create([], table(args))).toThrow(text)
  })
})
