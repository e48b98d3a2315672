import { expect, it } from 'vitest'
import { DefaultExchangeMatcher } from '../../src/default-exchange-matcher.ts'
import { binding, matched, message, TestQueue } from '../testkit.ts'

const queue = new TestQueue('orders')
const matcher = new DefaultExchangeMatcher((name) => (name === 'orders' ? queue : undefined))

it('leads to the queue that the routing key names', () => {
  expect(matcher).toMatchObject({ type: 'direct', usesExtraKeys: true, byKeyAlone: true })
  expect(matched(matcher, message('orders'))).toEqual([queue])
  expect(matched(matcher, message('order'))).toEqual([])
})

it('cannot be bound or unbound', () => {
  const refused = { code: 'DEFAULT_EXCHANGE', message: 'operation not permitted on the default exchange' }
  const implied = binding(queue, 'orders')
  for (const change of ['validate', 'bind', 'unbind'] as const) {
    expect(() => matcher[change](implied)).toThrow(expect.objectContaining(refused))
  }
})

it('has no bindings of its own to list or to remove', () => {
  expect(matcher.size).toBe(0)
  expect(matcher.unbindDestination(queue)).toBe(0)
  expect([...matcher.bindings(), ...matcher.exchanges()]).toEqual([])
  expect(matched(matcher, message('orders'))).toEqual([queue])
})
