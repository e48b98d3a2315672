import { eventually, within } from '@warrenmq/testkit'
import { describe, expect, it } from 'vitest'

const never = new Promise<never>(() => {})

describe('within', () => {
  it('gives what came in time', async () => {
    expect(await within(Promise.resolve('came'), 'it')).toBe('came')
  })

  it('passes a failure on', async () => {
    await expect(within(Promise.reject(new Error('broken')), 'it')).rejects.toThrow('broken')
  })

  it('says what it waited for when the time is up', async () => {
    await expect(within(never, 'a reply', 20)).rejects.toThrow('waited 20 ms for a reply')
  })
})

describe('eventually', () => {
  it('asks until there is an answer', async () => {
    let count = 0
    expect(await eventually(() => ++count === 3 && count, 'the third time')).toBe(3)
  })

  it('takes a failure for "not yet"', async () => {
    let count = 0
    const condition = () => {
      if (++count < 3) throw new Error('not yet')
      return 'now'
    }
    expect(await eventually(condition, 'success')).toBe('now')
  })

  it('gives the last failure as the cause when the time is up', async () => {
    const failing = () => Promise.reject(new Error('still broken'))
    const error = await eventually(failing, 'success', 20).catch((caught: Error) => caught)
    expect(error).toMatchObject({ message: 'waited 20 ms for success', cause: { message: 'still broken' } })
  })
})
