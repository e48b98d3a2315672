import { describe, expect, it } from 'vitest'
import { LogIds } from '../../../src/metadata/log-ids.ts'

describe('LogIds', () => {
  it('records a number above each one before it gives it out', () => {
    let recorded = 0
    const ids = new LogIds((_key, value) => (recorded = Number(value)), 1)
    for (let expected = 1; expected <= 1000; expected++) {
      expect(ids.take()).toBe(expected)
      expect(recorded).toBeGreaterThan(expected)
    }
  })

  it('refuses when all 32 bits are used up', () => {
    const ids = new LogIds(() => {}, 0xffff_ffff)
    expect(ids.take()).toBe(0xffff_ffff)
    expect(() => ids.take()).toThrow(
      'RESOURCE_ERROR - all 4294967295 numbers of vhosts and durable queues have been used',
    )
  })
})
