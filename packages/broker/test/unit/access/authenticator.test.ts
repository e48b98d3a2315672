import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { AccessVersion } from '../../../src/access/access-version.ts'
import { Authenticator, isLoopback } from '../../../src/access/authenticator.ts'
import { InternalAuthentication } from '../../../src/access/internal-authentication.ts'
import { LoginDelay } from '../../../src/access/login-delay.ts'
import { checkPasswordHash, hashPassword, SCRYPT } from '../../../src/access/password.ts'
import { UserStore } from '../../../src/access/user-store.ts'
import { systemClock, systemRandom } from '../../../src/clock.ts'

describe('isLoopback', () => {
  it.each(['127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1'])('knows %s', (address) => {
    expect(isLoopback(address)).toBe(true)
  })

  it.each(['10.0.0.1', '128.0.0.1', '::2', '::ffff:10.127.0.1', '1127.0.0.1', undefined])(
    'is not taken in by %s',
    (address) => {
      expect(isLoopback(address)).toBe(false)
    },
  )
})

// Deriving keys takes long on a busy machine.
describe('Authenticator over the internal backend', { timeout: 30_000 }, () => {
  function setUp() {
    const users = new UserStore(new AccessVersion())
    const internal = new InternalAuthentication(users, systemRandom)
    const all = new Authenticator([internal], ['guest'], new LoginDelay(systemClock))
    const decide = async (user: string, password: string, fromLoopback = true) => {
      const login = await all.authenticate({ user, password }, { address: 'a', fromLoopback })
      return 'refused' in login ? undefined : login.user
    }
    return { users, internal, decide }
  }

  it('lets users in with their password, and bound ones from this machine only', async () => {
    const { users, decide } = setUp()
    const password = await hashPassword('sécret', systemRandom)
    for (const name of ['guest', 'app']) users.put({ name, password, tags: [] })
    expect(await decide('guest', 'sécret', true)).toBe('guest')
    expect(await decide('guest', 'sécret', false)).toBeUndefined()
    expect(await decide('app', 'sécret', false)).toBe('app')
    expect(await decide('app', 'wrong', true)).toBeUndefined()
    expect(await decide('other', 'sécret', true)).toBeUndefined()
  })

  it('knows a configured password without a hash of it, for good', async () => {
    const { users, internal, decide } = setUp()
    const password = checkPasswordHash(Buffer.alloc(48).toString('base64'), SCRYPT)
    users.put({ name: 'app', password, tags: [] })
    internal.configure('pw', password)
    expect(await decide('app', 'pw')).toBe('app')
    expect(await decide('app', 'pw2')).toBeUndefined()
  })

  it.each([
    ['rabbit_password_hashing_sha256', 'sha256'],
    ['rabbit_password_hashing_sha512', 'sha512'],
    ['rabbit_password_hashing_md5', 'md5'],
  ])('takes a hash of %s, and keeps scrypt instead after the login', async (algorithm, digest) => {
    const { users, decide } = setUp()
    const salt = Buffer.from([1, 2, 3, 4])
    const hashed = createHash(digest).update(salt).update('pw').digest()
    const password = checkPasswordHash(Buffer.concat([salt, hashed]).toString('base64'), algorithm)
    users.put({ name: 'app', password, tags: [] })
    expect(await decide('app', 'wrong')).toBeUndefined()
    expect(users.get('app')?.password).toEqual(password)
    expect(await decide('app', 'pw')).toBe('app')
    expect(users.get('app')?.password.algorithm).toBe(SCRYPT)
    expect(await decide('app', 'pw')).toBe('app')
  })

  it('never lets a user without a password in, nor an empty password', async () => {
    const { users, decide } = setUp()
    users.put({ name: 'app', password: checkPasswordHash(''), tags: [] })
    expect(await decide('app', '')).toBeUndefined()
    expect(await decide('app', 'x')).toBeUndefined()
  })

  it('decides many logins at once', async () => {
    const { users, decide } = setUp()
    users.put({ name: 'app', password: await hashPassword('pw', systemRandom), tags: [] })
    const offered = [...new Array<string>(20).fill('pw'), 'no']
    const decided = await Promise.all(offered.map((password) => decide('app', password)))
    expect(decided).toEqual(offered.map((password) => (password === 'pw' ? 'app' : undefined)))
  })
})

describe('checkPasswordHash', () => {
  it('refuses what no algorithm made', () => {
    expect(() => checkPasswordHash('AAAA')).toThrow('a rabbit_password_hashing_sha256 hash has 36 bytes in base64')
    expect(() => checkPasswordHash('', 'rot13')).toThrow("unknown password hashing algorithm 'rot13'")
  })
})
