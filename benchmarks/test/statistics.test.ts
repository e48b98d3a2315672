import { describe, expect, it } from 'vitest'
import { summarise } from '../src/statistics.mjs'

describe('summarise', () => {
  it('takes the middle of an odd number of values, by size and not by text', () => {
    expect(summarise([10, 9, 100])).toEqual({ median: 10, min: 9, max: 100 })
  })

  it('takes the mean of the two middle values of an even number', () => {
    expect(summarise([4, 1, 2, 8])).toEqual({ median: 3, min: 1, max: 8 })
  })

  it('has no answer without values', () => {
    expect(summarise([])).toBeUndefined()
  })
})
