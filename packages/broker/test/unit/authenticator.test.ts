import { describe, expect, it } from 'vitest'
import { isLoopback, SingleUserAuthenticator } from '../../src/access/authenticator.ts'

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

describe('SingleUserAuthenticator', () => {
  const guest = new SingleUserAuthenticator('guest', 'sécret', ['guest'])

  it('lets the user in with the password, from this machine', async () => {
    expect(await guest.authenticate({ user: 'guest', password: 'sécret', fromLoopback: true })).toBe(true)
  })

  it.each([
    { user: 'guest', password: 'wrong', fromLoopback: true },
    { user: 'guest', password: '', fromLoopback: true },
    { user: 'guest', password: 'sécret!', fromLoopback: true },
    { user: 'other', password: 'sécret', fromLoopback: true },
    { user: 'guest', password: 'sécret', fromLoopback: false },
  ])('refuses %o', async (credentials) => {
    expect(await guest.authenticate(credentials)).toBe(false)
  })

  it('lets a user in from elsewhere who is not bound to this machine', async () => {
    const open = new SingleUserAuthenticator('app', 'pw', [])
    expect(await open.authenticate({ user: 'app', password: 'pw', fromLoopback: false })).toBe(true)
  })

  it('never takes an empty password, even if that is the one it was given', async () => {
    const empty = new SingleUserAuthenticator('app', '', [])
    expect(await empty.authenticate({ user: 'app', password: '', fromLoopback: true })).toBe(false)
  })
})
