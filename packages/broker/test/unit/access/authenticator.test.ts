import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { AccessVersion } from '../../../src/access/access-version.ts'
import { InternalAuthenticator, isLoopback } from '../../../src/access/authenticator.ts'
import { checkPasswordHash, hashPassword, SCRYPT } from '../../../src/access/password.ts'
import { UserStore } from '../../../src/access/user-store.ts'
import { systemRandom } from '../../../src/clock.ts'

const LOCAL = { fromLoopback: true }

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

describe('InternalAuthenticator', () => {
  function setUp() {
    const users = new UserStore(new AccessVersion())
    return { users, authenticator: new InternalAuthenticator(users, ['guest'], systemRandom) }
  }

  it('lets users in with their password, and bound ones from this machine only', async () => {
    const { users, authenticator } = setUp()
    const password = await hashPassword('sécret', systemRandom)
    for (const name of ['guest', 'app']) users.put({ name, password, tags: [] })
    const decide = (user: string, offered: string, fromLoopback: boolean) =>
      authenticator.authenticate({ user, password: offered, fromLoopback })
    expect(await decide('guest', 'sécret', true)).toEqual({ user: 'guest', tags: [] })
    expect(await decide('guest', 'sécret', false)).toBeUndefined()
    expect(await decide('app', 'sécret', false)).toMatchObject({ user: 'app' })
    expect(await decide('app', 'wrong', true)).toBeUndefined()
    expect(await decide('other', 'sécret', true)).toBeUndefined()
  })

  it('knows a configured password without a hash of it, for good', async () => {
    const { users, authenticator } = setUp()
    const password = checkPasswordHash(Buffer.alloc(48).toString('base64'), SCRYPT)
    users.put({ name: 'app', password, tags: [] })
    authenticator.configure('pw', password)
    expect(await authenticator.authenticate({ user: 'app', password: 'pw', ...LOCAL })).toMatchObject({ user: 'app' })
    expect(await authenticator.authenticate({ user: 'app', password: 'pw2', ...LOCAL })).toBeUndefined()
  })

  it.each([
    ['rabbit_password_hashing_sha256', 'sha256'],
    ['rabbit_password_hashing_sha512', 'sha512'],
    ['rabbit_password_hashing_md5', 'md5'],
  ])('takes a hash of %s, and keeps scrypt instead after the login', async (algorithm, digest) => {
    const { users, authenticator } = setUp()
    const salt = Buffer.from([1, 2, 3, 4])
    const hashed = createHash(digest).update(salt).update('pw').digest()
    const password = checkPasswordHash(Buffer.concat([salt, hashed]).toString('base64'), algorithm)
    users.put({ name: 'app', password, tags: [] })
    expect(await authenticator.authenticate({ user: 'app', password: 'wrong', ...LOCAL })).toBeUndefined()
    expect(users.get('app')?.password).toEqual(password)
    expect(await authenticator.authenticate({ user: 'app', password: 'pw', ...LOCAL })).toMatchObject({ user: 'app' })
    expect(users.get('app')?.password.algorithm).toBe(SCRYPT)
    expect(await authenticator.authenticate({ user: 'app', password: 'pw', ...LOCAL })).toMatchObject({ user: 'app' })
  })

  it('never lets a user without a password in, nor an empty password', async () => {
    const { users, authenticator } = setUp()
    users.put({ name: 'app', password: checkPasswordHash(''), tags: [] })
    expect(await authenticator.authenticate({ user: 'app', password: '', ...LOCAL })).toBeUndefined()
    expect(await authenticator.authenticate({ user: 'app', password: 'x', ...LOCAL })).toBeUndefined()
  })

  it('decides many logins at once', async () => {
    const { users, authenticator } = setUp()
    users.put({ name: 'app', password: await hashPassword('pw', systemRandom), tags: [] })
    const attempts = Array.from({ length: 6 }, (_, i) =>
      authenticator.authenticate({ user: 'app', password: i % 2 === 0 ? 'pw' : 'no', ...LOCAL }),
    )
    expect((await Promise.all(attempts)).map((login) => login !== undefined)).toEqual([
      true,
      false,
      true,
      false,
      true,
      false,
    ])
    // Seven expensive hashes, on a machine that may be busy.
  }, 60_000)
})

describe('checkPasswordHash', () => {
  it('refuses what no algorithm made', () => {
    expect(() => checkPasswordHash('AAAA')).toThrow('a rabbit_password_hashing_sha256 hash has 36 bytes in base64')
    expect(() => checkPasswordHash('', 'rot13')).toThrow("unknown password hashing algorithm 'rot13'")
  })
})
