import { expect, it } from 'vitest'
import { LoginDelay } from '../../../src/access/login-delay.ts'
import type { Clock } from '../../../src/clock.ts'

function setUp() {
  let now = 0
  const delays: number[] = []
  const clock: Clock = {
    now: () => now,
    setTimeout(callback, delayMs) {
      delays.push(delayMs)
      callback()
      return { clear() {} }
    },
    setInterval: () => ({ clear() {} }),
  }
  return { delay: new LoginDelay(clock), delays, pass: (ms: number) => (now += ms) }
}

it('delays refusals more and more, from the eleventh on, up to a limit', async () => {
  const { delay, delays } = setUp()
  for (let i = 0; i < 18; i++) await delay.failed('a')
  expect(delays).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000])
})

it('delays nobody else, and forgets after a minute', async () => {
  const { delay, delays, pass } = setUp()
  for (let i = 0; i < 10; i++) await delay.failed('a')
  await delay.failed('b')
  pass(60_001)
  await delay.failed('a')
  expect(delays).toEqual([])
})

it('remembers a bounded number of addresses', async () => {
  const { delay, delays } = setUp()
  for (let i = 0; i < 10; i++) await delay.failed('a')
  for (let i = 0; i < 10_000; i++) await delay.failed(`other ${i}`)
  await delay.failed('a')
  expect(delays).toEqual([])
})
