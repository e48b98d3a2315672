import { describe, expect, it } from 'vitest'
import { AccessVersion } from '../../../src/access/access-version.ts'
import { UserStore } from '../../../src/access/user-store.ts'
import { systemRandom } from '../../../src/clock.ts'
import { assertSameSite, Sessions } from '../../../src/management/sessions.ts'
import { ManualClock } from '../../manual-clock.ts'

const LIFETIME_MS = 1000
const login = { user: 'u', tags: ['management'], authorization: [] }

function create() {
  const clock = new ManualClock()
  const users = new UserStore(new AccessVersion())
  const sessions = new Sessions(clock, systemRandom, users, LIFETIME_MS)
  const begin = (as = login) => ({ cookie: sessions.begin(as, '/api', false).split(';')[0], host: 'here:1' })
  return { clock, users, sessions, begin }
}

describe('Sessions', () => {
  it('ends with the token that it began with', () => {
    const { clock, sessions, begin } = create()
    const headers = begin({ ...login, expiresAt: () => clock.now() + 10 } as typeof login)
    expect(sessions.find(headers, false)?.user).toBe('u')
    const fixed = clock.now() + 10
    const other = begin({ ...login, expiresAt: () => fixed } as typeof login)
    clock.advance(10)
    expect(sessions.find(other, false)).toBeUndefined()
  })

  it('forgets the one that was used least recently when there are very many', () => {
    const { sessions, begin } = create()
    const [first, second] = [begin(), begin()]
    expect(sessions.find(first, false)).toBeDefined()
    for (let i = 0; i < 9999; i++) begin()
    expect(sessions.find(second, false)).toBeUndefined()
    expect(sessions.find(first, false)).toBeDefined()
  })

  it('finds its cookie among others', () => {
    const { sessions, begin } = create()
    const { cookie } = begin()
    expect(sessions.find({ cookie: `a=b; ${cookie}; warren_session2=x` }, false)).toBeDefined()
    expect(sessions.find({ cookie: `x${cookie}` }, false)).toBeUndefined()
    expect(sessions.find({}, false)).toBeUndefined()
  })
})

describe('assertSameSite', () => {
  it.each([
    [{ host: 'a:1' }, true],
    [{ host: 'a:1', origin: 'http://a:1' }, true],
    [{ host: 'a:1', origin: 'https://a:1', 'sec-fetch-site': 'same-origin' }, true],
    [{ host: 'a:1', origin: 'http://a:2' }, false],
    [{ host: 'a:1', origin: 'null' }, false],
    [{ host: 'a:1', origin: 'http://a:1.evil' }, false],
    [{ origin: 'http://a' }, false],
    [{ host: 'a', 'sec-fetch-site': 'same-site' }, false],
  ])('with %j', (headers, isOwn) => {
    const assert = () => assertSameSite(headers)
    if (isOwn) expect(assert).not.toThrow()
    else expect(assert).toThrow('another site')
  })
})
