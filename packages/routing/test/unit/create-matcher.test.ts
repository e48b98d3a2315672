import { expect, it } from 'vitest'
import { createMatcher, exchangeTypes } from '../../src/create-matcher.ts'

it('creates every type it lists', () => {
  expect(exchangeTypes.map((type) => createMatcher(type)?.type)).toEqual(exchangeTypes)
})

it.each(['', 'Direct', 'x-delayed-message', 'constructor'])('knows no type %j', (type) => {
  expect(createMatcher(type)).toBeUndefined()
})
