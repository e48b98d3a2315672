import { expect, it } from 'vitest'
import { AccessVersion } from '../../../src/access/access-version.ts'
import type { Login } from '../../../src/access/authentication-backend.ts'
import { RightsExpiry } from '../../../src/access/rights-expiry.ts'
import { ManualClock } from '../../manual-clock.ts'

const DAY_MS = 86_400_000

function setUp(leftMs: number | undefined) {
  const clock = new ManualClock()
  const version = new AccessVersion()
  const expiry = new RightsExpiry(clock, version)
  let end = clock.now() + (leftMs ?? 0)
  const login: Login = {
    user: 'app',
    tags: [],
    authorization: [],
    ...(leftMs !== undefined && { expiresAt: () => end }),
  }
  const renew = (ms: number) => (end = clock.now() + ms)
  return { clock, version, expiry, login, renew }
}

it('tells of the end when it comes, once', () => {
  const { clock, version, expiry, login } = setUp(1000)
  expiry.watch(login)
  clock.advance(999)
  expect(version.value).toBe(0)
  clock.advance(1)
  expect(version.value).toBe(1)
  clock.advance(10 * DAY_MS)
  expect(version.value).toBe(1)
})

it('waits for an end that is further away than timers reach', () => {
  const { clock, version, expiry, login } = setUp(30 * DAY_MS)
  expiry.watch(login)
  clock.advance(30 * DAY_MS - 1)
  expect(version.value).toBe(0)
  clock.advance(1)
  expect(version.value).toBe(1)
})

it('goes by a renewal', () => {
  const { clock, version, expiry, login, renew } = setUp(1000)
  expiry.watch(login)
  clock.advance(500)
  renew(1000)
  expiry.watch(login)
  clock.advance(999)
  expect(version.value).toBe(0)
  clock.advance(1)
  expect(version.value).toBe(1)
})

it('waits for nothing where rights do not end, or the connection has', () => {
  const endless = setUp(undefined)
  endless.expiry.watch(endless.login)
  expect(endless.clock.timerCount).toBe(0)
  const { clock, expiry, login } = setUp(1000)
  expiry.watch(login)
  expiry.close()
  expect(clock.timerCount).toBe(0)
})
