import { describe, expect, it } from 'vitest'
import { ConfigurationError } from '../../../src/config/configuration-error.ts'
import { OPTION_NAMES, PROGRAM_OPTIONS } from '../../../src/config/option-table.ts'
import { formatOptionValue } from '../../../src/config/option-value.ts'
import { parseConfiguration } from '../../../src/config/read-file.ts'

const parse = (text: string) => parseConfiguration(text, 'w.conf').settings

function refusal(text: string): ConfigurationError {
  try {
    parse(text)
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError)
    return error as ConfigurationError
  }
  throw new Error(`took ${JSON.stringify(text)}`)
}

describe('parseConfiguration', () => {
  it('reads the keys of rabbitmq.conf', () => {
    const text = `
# Network
listeners.tcp.default = 5673
  heartbeat=30
frame_max =\t65536   # of the largest frame
default_user = ops
default_pass = p#ss
default_vhost = /
log.console.level = warning
`
    expect(parse(text)).toEqual({
      port: 5673,
      heartbeatSeconds: 30,
      frameSizeMax: 65_536,
      defaultUser: 'ops',
      defaultPassword: 'p#ss',
      vhosts: ['/'],
      logLevel: 'warning',
    })
  })

  it.each(OPTION_NAMES)('reads %s by its key', (name) => {
    const row = PROGRAM_OPTIONS[name]
    expect(parse(`${row.fileKey} = ${formatOptionValue(row.default)}`)).toEqual({ [name]: row.default })
  })

  it('reads nothing from comments and empty lines, whatever ends them', () => {
    expect(parse('')).toEqual({})
    expect(parse('\uFEFF# heartbeat = 1\r\n\r\n   \n  # x')).toEqual({})
  })

  it('reads lines that end as on Windows', () => {
    expect(parse('heartbeat = 5\r\ndefault_user = ops\r\n')).toEqual({ heartbeatSeconds: 5, defaultUser: 'ops' })
  })

  it('takes what stands in single quotes as it is', () => {
    expect(parse("default_pass = 'a # b = c'  # comment")).toEqual({ defaultPassword: 'a # b = c' })
    expect(parse("default_pass = 'a'# comment")).toEqual({ defaultPassword: 'a' })
  })

  it('keeps equals signs and inner quotes of a value', () => {
    expect(parse("default_pass = a=b'c")).toEqual({ defaultPassword: "a=b'c" })
  })

  it('lets the last of two lines hold', () => {
    expect(parse('heartbeat = 1\nheartbeat = 2')).toEqual({ heartbeatSeconds: 2 })
  })

  it.each([
    ['5673', { port: 5673 }],
    ['127.0.0.1:5673', { host: '127.0.0.1', port: 5673 }],
    ['::1:5673', { host: '::1', port: 5673 }],
    [':::5673', { host: '::', port: 5673 }],
    ['[::1]:5673', { host: '::1', port: 5673 }],
  ])('reads the listener %s', (value, settings) => {
    expect(parse(`listeners.tcp.default = ${value}`)).toEqual(settings)
  })

  it('refuses a listener whose port is none', () => {
    expect(refusal('listeners.tcp.default = 127.0.0.1:amqp').message).toBe(
      'w.conf:1: listeners.tcp.default "amqp" must be an integer from 0 to 65535',
    )
  })

  it("reads RabbitMQ's keys for single loopback users", () => {
    expect(parse('loopback_users.guest = false')).toEqual({ loopbackUsers: [] })
    expect(parse('loopback_users.guest = true\nloopback_users.ops = true')).toEqual({ loopbackUsers: ['guest', 'ops'] })
    expect(parse('loopback_users.ops = true\nloopback_users = none')).toEqual({ loopbackUsers: [] })
    expect(refusal('loopback_users.guest = no')).toMatchObject({
      code: 'INVALID_VALUE',
      message: 'w.conf:1: loopback_users.guest "no" must be true or false',
    })
  })

  it('names the line of a bad value', () => {
    expect(refusal('# first\n\nheartbeat = often')).toMatchObject({
      code: 'INVALID_VALUE',
      message: 'w.conf:3: heartbeat "often" must be an integer from 0 to 65535',
    })
    expect(refusal('heartbeat =').message).toBe('w.conf:1: heartbeat "" must be an integer from 0 to 65535')
  })

  it('does not show a password that it refuses', () => {
    expect(refusal("default_pass = ''").message).toBe('w.conf:1: default_pass must be a text that is not empty')
  })

  it('names the nearest key to an unknown one', () => {
    expect(refusal('heartbaet = 3')).toMatchObject({
      code: 'UNKNOWN_KEY',
      message: 'w.conf:1: unknown key heartbaet; did you mean heartbeat?',
    })
    expect(refusal('\nframe.max = 4096').message).toBe('w.conf:2: unknown key frame.max; did you mean frame_max?')
  })

  it("reads RabbitMQ's lists", () => {
    const listeners = 'listeners.tcp.local = 127.0.0.1:5672\nlisteners.tcp.2 = ::1:5672\nlisteners.tcp.2 = 5673\n'
    expect(parse(listeners)).toEqual({ listeners: ['127.0.0.1:5672', '5673'] })
    expect(parse('listeners.tcp.default = 5674\nlisteners.tcp.2 = 5673')).toEqual({
      port: 5674,
      listeners: ['default', '5673'],
    })
    expect(parse(`${listeners}listeners.tcp = none`)).toEqual({ listeners: [] })
    expect(parse('listeners.ssl.default = 5671\nssl_options.versions.1 = tlsv1.3')).toEqual({
      tlsListeners: ['5671'],
      tlsVersions: ['tlsv1.3'],
    })
  })

  it('reads certificates by server name', () => {
    const lines = ['certfile = /a.pem', 'keyfile = /a.key'].map((line) => `ssl_options.sni.a.example.${line}`)
    expect(parse(lines.join('\n'))).toEqual({ tlsServerNames: ['a.example=/a.pem|/a.key'] })
  })

  it('passes over keys of RabbitMQ that concern nothing here, and says so', () => {
    const text =
      'num_acceptors.tcp = 10\nheartbeat = 5\ncluster_formation.dns.hostname = x\ntcp_listen_options.backlog = 7'
    expect(parseConfiguration(text, 'w.conf')).toEqual({
      settings: { heartbeatSeconds: 5, listenBacklog: 7 },
      notes: [
        'w.conf:1: num_acceptors.tcp has no effect: sockets are left to the system here',
        'w.conf:3: cluster_formation.dns.hostname has no effect: it concerns clusters of RabbitMQ',
      ],
    })
  })

  it('lets no limit and no check that is missing here pass', () => {
    const keys = ['credential_validator.min_length', 'ssl_options.crl_check', 'management.disable_basic_auth']
    for (const key of keys) expect(refusal(`${key} = 4`).code, key).toBe('UNKNOWN_KEY')
  })

  it.each([
    ['definitions.local.path = /d.json', { definitionsFile: '/d.json' }],
    ['management.load_definitions = /d.json', { definitionsFile: '/d.json' }],
    ['log.file = false', { logFile: '' }],
    ['log.file = warren.log', { logFile: 'warren.log' }],
    ['default_user_tags.administrator = true\ndefault_user_tags.x = false', { defaultUserTags: ['administrator'] }],
    ['default_permissions.configure = ^q', { defaultPermissionsConfigure: '^q' }],
    ['total_memory_available_override_value = 2GB', { totalMemoryBytes: 2_000_000_000 }],
  ])('reads %s', (text, settings) => {
    expect(parse(text)).toEqual(settings)
  })

  it('points to the help when no key is near', () => {
    expect(refusal('credential_validator.regexp = ^a')).toMatchObject({
      code: 'UNKNOWN_KEY',
      message: 'w.conf:1: unknown key credential_validator.regexp; warren --help names them all',
    })
  })

  it.each(['heartbeat', 'heartbeat 60', '= 60', 'heart beat = 60', "default_pass = 'open", "default_pass = 'a' b"])(
    'refuses the line %j',
    (line) => {
      expect(refusal(line)).toMatchObject({
        code: 'INVALID_LINE',
        message: "w.conf:1: a line must read key = value or key = 'value'",
      })
    },
  )
})

it('reads the members of a list', () => {
  const text = 'auth_mechanisms.1 = EXTERNAL\nauth_mechanisms.2 = PLAIN\n'
  expect(parse(text).authMechanisms).toEqual(['EXTERNAL', 'PLAIN'])
})
