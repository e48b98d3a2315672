import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/clock.ts'

afterEach(() => vi.restoreAllMocks())

describe('systemClock', () => {
  it('looks at the time once in a turn of the event loop', async () => {
    // Another test may have asked in this turn.
    await nextTurn()
    const machine = vi.spyOn(Date, 'now').mockReturnValueOnce(1000).mockReturnValueOnce(2000)
    expect([systemClock.now(), systemClock.now()]).toEqual([1000, 1000])
    await nextTurn()
    expect([systemClock.now(), systemClock.now()]).toEqual([2000, 2000])
    expect(machine).toHaveBeenCalledTimes(2)
  })
})
