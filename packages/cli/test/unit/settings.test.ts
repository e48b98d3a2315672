import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CommonValues } from '../../src/options/common-options.ts'
import { resolveConnectionSettings } from '../../src/options/connection-settings.ts'
import { readProfiles, writeProfiles } from '../../src/profile/profile-file.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'amqpctl-settings-'))
  path = join(folder, 'config.toml')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function resolve(flags: CommonValues, environment: Record<string, string> = {}) {
  const stream = () => new PassThrough()
  const terminal = { stdin: stream(), stdout: stream(), stderr: stream() }
  return resolveConnectionSettings(flags, { ...terminal, environment: { AMQPCTL_CONFIG: path, ...environment } })
}

function writeConfig(text: string): void {
  writeFileSync(path, text, { mode: 0o600 })
}

const TWO_PROFILES = `current = "near"
[profiles.near]
url = "http://near:15672"
user = "ann"
password = "near-secret"
vhost = "orders"
[profiles.far]
url = "https://far/prefix/"
user = "bob"
password = "far-secret"
`

describe('where to connect', () => {
  it('is a broker on this machine, as guest', () => {
    expect(resolve({})).toEqual({
      url: 'http://localhost:15672',
      user: 'guest',
      password: 'guest',
      vhost: undefined,
      node: undefined,
      timeoutSeconds: 60,
    })
  })

  it('comes from flags before the environment before the profile in use', () => {
    writeConfig(TWO_PROFILES)
    expect(resolve({})).toMatchObject({ url: 'http://near:15672', user: 'ann', vhost: 'orders' })
    expect(resolve({}, { AMQPCTL_VHOST: 'other' })).toMatchObject({ user: 'ann', vhost: 'other' })
    expect(resolve({ vhost: 'third' }, { AMQPCTL_VHOST: 'other' })).toMatchObject({ user: 'ann', vhost: 'third' })
    expect(resolve({}, { AMQPCTL_PROFILE: 'far' })).toMatchObject({ url: 'https://far/prefix', user: 'bob' })
  })

  it('is the profile that a flag names, whatever the environment says', () => {
    writeConfig(TWO_PROFILES)
    expect(resolve({ profile: 'far' }, { AMQPCTL_URL: 'http://elsewhere', AMQPCTL_USER: 'eve' })).toMatchObject({
      url: 'https://far/prefix',
      user: 'bob',
      password: 'far-secret',
    })
  })

  it('never sends the credentials of a profile to another address', () => {
    writeConfig(TWO_PROFILES)
    expect(resolve({ url: 'http://elsewhere' })).toMatchObject({ user: 'guest', password: 'guest', vhost: 'orders' })
    expect(resolve({}, { AMQPCTL_URL: 'http://elsewhere' })).toMatchObject({ user: 'guest', password: 'guest' })
    expect(resolve({ url: 'http://elsewhere', profile: 'far' })).toMatchObject({ user: 'guest', password: 'guest' })
  })

  it('may carry credentials, which are not kept in the URL', () => {
    expect(resolve({ url: 'http://a%40b:p%3Aw@host:1/x/' })).toMatchObject({
      url: 'http://host:1/x',
      user: 'a@b',
      password: 'p:w',
    })
  })

  it.each([
    [{ url: 'nonsense' }, "'nonsense' is no URL of an HTTP API"],
    [{ url: 'ftp://host' }, "'ftp://host' is no URL of an HTTP API"],
    [{ timeout: 'soon' }, 'timeout soon must be between 0 and'],
    [{ timeout: '-1' }, 'timeout -1 must be between 0 and'],
    [{ profile: 'nosuch' }, "There is no profile 'nosuch'"],
  ])('refuses %j', (flags, message) => {
    expect(() => resolve(flags)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(message), exitCode: 78 }),
    )
  })
})

describe('the configuration file', () => {
  it('is not read while others can read it', () => {
    writeConfig(TWO_PROFILES)
    chmodSync(path, 0o640)
    expect(() => resolve({})).toThrow(
      expect.objectContaining({
        message: `${path} can be read by others (mode 640)`,
        hints: [`It may hold passwords: run chmod 600 ${path}`],
        exitCode: 78,
      }),
    )
  })

  it('is written so that only its owner can read it', () => {
    writeFileSync(path, '', { mode: 0o644 })
    writeProfiles({ path, current: 'a', profiles: new Map([['a', { url: 'http://a', password: 'x"y' }]]) })
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const { current, profiles } = readProfiles({ AMQPCTL_CONFIG: path })
    expect([current, profiles.get('a')]).toEqual(['a', { url: 'http://a', password: 'x"y' }])
  })

  it('keeps a profile with a name like a property of objects', () => {
    writeProfiles({ path, current: undefined, profiles: new Map([['__proto__', { url: 'http://a' }]]) })
    expect(readFileSync(path, 'utf8')).toContain('__proto__')
    expect(readProfiles({ AMQPCTL_CONFIG: path }).profiles.size).toBe(1)
  })

  it.each([
    ['current = ', 'is not TOML'],
    ['current = 5', 'current must be the name of a profile'],
    ['colour = "red"', "has an unknown key 'colour'"],
    ['profiles = 5', 'profiles must be tables'],
    ['[profiles]\na = 5', "profile 'a' must be a table"],
    ['[profiles.a]\nurls = "x"', "profile 'a' has an unknown key 'urls'"],
    ['[profiles.a]\nurl = 5', "url of profile 'a' must be a text"],
  ])('with %j is refused', (text, message) => {
    writeConfig(text)
    expect(() => readProfiles({ AMQPCTL_CONFIG: path })).toThrow(message)
  })
})
