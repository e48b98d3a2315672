import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ModulusHashMatcher } from '../../src/modulus-hash-matcher.ts'
import { binding, matched, message, noArguments, TestQueue } from '../testkit.ts'
import { describeMatcher } from './matcher-suite.ts'

describeMatcher({
  type: 'x-modulus-hash',
  oracle: undefined,
  bindings: fc.record({ routingKey: fc.constantFrom('', '1', '2'), arguments: fc.constant(noArguments) }),
  messages: fc.string().map((key) => message(key)),
})

function choices(matcher: ModulusHashMatcher<TestQueue>): string[] {
  return Array.from({ length: 3000 }, (_, i) => matched(matcher, message(`key-${i}`))[0].name)
}

describe('modulus-hash exchange', () => {
  it('goes by the routing key alone', () => {
    expect(new ModulusHashMatcher()).toMatchObject({ byKeyAlone: true, usesExtraKeys: false })
  })

  it('gives every binding the same share, whatever the order they were made in', () => {
    const queues = ['a', 'b'].map((name) => new TestQueue(name))
    const bindings = [binding(queues[0], '1'), binding(queues[0], '2'), binding(queues[1], '1')]
    const [forth, back] = [new ModulusHashMatcher<TestQueue>(), new ModulusHashMatcher<TestQueue>()]
    for (const each of bindings) forth.bind(each)
    for (const each of bindings.reverse()) back.bind(each)
    expect(choices(forth)).toEqual(choices(back))
    expect(choices(forth).filter((name) => name === 'a').length / 3000).toBeCloseTo(2 / 3, 1)
  })
})
