import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConfigurationError } from '../../../src/config/configuration-error.ts'
import type { OptionRow } from '../../../src/config/option-row.ts'
import { BROKER_OPTIONS } from '../../../src/config/option-table.ts'
import { type BrokerOptions, type ResolvedBrokerOptions, resolveBrokerOptions } from '../../../src/config/options.ts'

const ROWS = Object.entries(BROKER_OPTIONS) as [keyof BrokerOptions, OptionRow][]

/** What `resolveBrokerOptions` makes of one option, given as JavaScript may give it. */
function resolveOne(name: keyof BrokerOptions, value: unknown): ResolvedBrokerOptions[keyof BrokerOptions] {
  return resolveBrokerOptions({ [name]: value })[name]
}

function refusal(name: keyof BrokerOptions, value: unknown): ConfigurationError {
  try {
    resolveOne(name, value)
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError)
    expect((error as ConfigurationError).code).toBe('INVALID_VALUE')
    return error as ConfigurationError
  }
  throw new Error(`${name} took ${JSON.stringify(value)}`)
}

describe('resolveBrokerOptions', () => {
  it('fills in the defaults of an embedded broker', () => {
    expect(resolveBrokerOptions()).toEqual({
      host: 'localhost',
      port: 5672,
      listeners: ['default'],
      tlsListeners: [],
      listenBacklog: 1024,
      tcpNodelay: true,
      tcpKeepalive: false,
      proxyProtocol: false,
      nodeName: '',
      managementPort: -1,
      managementHost: '',
      managementPathPrefix: '',
      managementCorsAllowOrigins: [],
      managementCorsMaxAgeSeconds: 1800,
      managementBodySizeMax: 20_000_000,
      managementSessionTimeoutMinutes: 480,
      managementTlsPort: -1,
      managementTlsHost: '',
      managementTlsCertificateFile: '',
      managementTlsKeyFile: '',
      managementTlsKeyPassword: '',
      managementTlsCaFile: '',
      managementTlsVerify: 'verify_none',
      managementTlsFailIfNoPeerCertificate: false,
      collectStatisticsIntervalMs: 5000,
      managementRatesMode: 'basic',
      prometheusPort: -1,
      prometheusHost: '',
      prometheusPerObject: false,
      tlsCertificateFile: '',
      tlsKeyFile: '',
      tlsKeyPassword: '',
      tlsCaFile: '',
      tlsVerify: 'verify_none',
      tlsFailIfNoPeerCertificate: false,
      tlsVersions: ['tlsv1.3', 'tlsv1.2'],
      tlsCiphers: [],
      tlsHonorCipherOrder: true,
      tlsDepth: 10,
      tlsServerNames: [],
      tlsReloadIntervalMs: 5000,
      heartbeatSeconds: 60,
      frameSizeMax: 131_072,
      channelMax: 2047,
      handshakeTimeoutMs: 10_000,
      loginFailureDelayMs: 3000,
      closeTimeoutMs: 30_000,
      messageSizeMax: 134_217_728,
      heldBytesMax: 268_435_456,
      outputBytesHigh: 1_048_576,
      connectionMax: 0,
      connectionsPerAddressMax: 0,
      dataDirectory: '',
      messageMemoryBytes: 0,
      totalMemoryBytes: 0,
      memoryHighWatermark: 0.6,
      memoryHighWatermarkBytes: 0,
      diskFreeLimitBytes: 50_000_000,
      diskFreeLimitRelative: 0,
      resourceCheckIntervalMs: 100,
      channelMaxPerNode: 0,
      consumerMaxPerChannel: 0,
      consumerTimeoutMs: 1_800_000,
      queueMax: -1,
      exchangeMax: -1,
      vhostMax: -1,
      definitionsFile: '',
      defaultUser: 'guest',
      defaultPassword: 'guest',
      defaultUserTags: ['administrator'],
      defaultPermissionsConfigure: '.*',
      defaultPermissionsWrite: '.*',
      defaultPermissionsRead: '.*',
      loopbackUsers: ['guest'],
      authMechanisms: ['PLAIN', 'AMQPLAIN'],
      authBackends: ['internal'],
      authHttpMethod: 'get',
      authHttpUserUrl: 'http://localhost:8000/auth/user',
      authHttpVhostUrl: 'http://localhost:8000/auth/vhost',
      authHttpResourceUrl: 'http://localhost:8000/auth/resource',
      authHttpTopicUrl: 'http://localhost:8000/auth/topic',
      authHttpTimeoutMs: 5000,
      authCacheTtlMs: 15_000,
      authOauth2JwksUrl: 'http://localhost:8080/token_keys',
      authOauth2ResourceServerId: 'rabbitmq',
      authOauth2UsernameClaims: ['sub', 'client_id'],
      authLdapServers: ['localhost'],
      authLdapPort: 389,
      authLdapSsl: false,
      authLdapStarttls: false,
      authLdapCaFile: '',
      authLdapVerify: 'verify_peer',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: RabbitMQ's placeholder.
      authLdapUserDnPattern: '${username}',
      authLdapDnLookupAttribute: '',
      authLdapDnLookupBase: '',
      authLdapDnLookupBindDn: '',
      authLdapDnLookupBindPassword: '',
      authLdapTimeoutMs: 5000,
      certificateLogin: 'distinguished_name',
      vhosts: ['/'],
      shutdownTimeoutMs: 5000,
    })
  })

  it('takes undefined for the default', () => {
    expect(resolveOne('port', undefined)).toBe(5672)
  })

  it('drops what is no option of a broker', () => {
    expect(resolveBrokerOptions({ logger: {} } as BrokerOptions)).toEqual(resolveBrokerOptions())
  })

  it('gives a frozen value that later changes of the input do not reach', () => {
    const vhosts = ['/', 'staging']
    const resolved = resolveBrokerOptions({ vhosts })
    vhosts.push('late')
    expect(resolved.vhosts).toEqual(['/', 'staging'])
    expect(Object.isFrozen(resolved)).toBe(true)
    expect(Object.isFrozen(resolved.vhosts)).toBe(true)
    expect(Object.isFrozen(resolveBrokerOptions().loopbackUsers)).toBe(true)
  })

  it('has defaults within their own ranges', () => {
    const defaults = Object.fromEntries(ROWS.map(([name, row]) => [name, row.programDefault ?? row.default]))
    expect(() => resolveBrokerOptions(defaults)).not.toThrow()
  })
})

/** The ranges as users know them, apart from the table, so that a slip there shows. */
const RANGES: readonly [keyof BrokerOptions, min: number, max: number | undefined, inWords: string][] = [
  ['collectStatisticsIntervalMs', 1, 2_147_483_647, 'from 1 to 2147483647'],
  ['authHttpTimeoutMs', 1, 2_147_483_647, 'from 1 to 2147483647'],
  ['authLdapPort', 1, 65_535, 'from 1 to 65535'],
  ['authLdapTimeoutMs', 1, 2_147_483_647, 'from 1 to 2147483647'],
  ['authCacheTtlMs', 10, 2_147_483_647, 'from 10 to 2147483647'],
  ['port', 0, 65_535, 'from 0 to 65535'],
  ['prometheusPort', -1, 65_535, 'from -1 to 65535'],
  ['managementPort', -1, 65_535, 'from -1 to 65535'],
  ['managementTlsPort', -1, 65_535, 'from -1 to 65535'],
  ['managementSessionTimeoutMinutes', 1, 525_600, 'from 1 to 525600'],
  ['managementCorsMaxAgeSeconds', 0, 2_147_483_647, 'from 0 to 2147483647'],
  ['heartbeatSeconds', 0, 65_535, 'from 0 to 65535'],
  ['frameSizeMax', 4096, 4_294_967_295, 'from 4096 to 4294967295'],
  ['channelMax', 1, 65_535, 'from 1 to 65535'],
  ['handshakeTimeoutMs', 1, 2_147_483_647, 'from 1 to 2147483647'],
  ['loginFailureDelayMs', 0, 2_147_483_647, 'from 0 to 2147483647'],
  ['closeTimeoutMs', 1, 2_147_483_647, 'from 1 to 2147483647'],
  ['messageSizeMax', 1, 536_870_912, 'from 1 to 536870912'],
  ['outputBytesHigh', 65_536, undefined, '>= 65536'],
  ['connectionMax', 0, undefined, '>= 0'],
  ['connectionsPerAddressMax', 0, undefined, '>= 0'],
  ['listenBacklog', 1, 65_535, 'from 1 to 65535'],
  ['tlsDepth', 0, 100, 'from 0 to 100'],
  ['tlsReloadIntervalMs', 10, 2_147_483_647, 'from 10 to 2147483647'],
  ['channelMaxPerNode', 0, undefined, '>= 0'],
  ['consumerMaxPerChannel', 0, undefined, '>= 0'],
  ['consumerTimeoutMs', 0, 2_147_483_647, 'from 0 to 2147483647'],
  ['queueMax', -1, undefined, '>= -1'],
  ['exchangeMax', -1, undefined, '>= -1'],
  ['vhostMax', -1, undefined, '>= -1'],
  ['resourceCheckIntervalMs', 10, 2_147_483_647, 'from 10 to 2147483647'],
  ['shutdownTimeoutMs', 0, 2_147_483_647, 'from 0 to 2147483647'],
]

describe.each(RANGES)('%s', (name, min, max, inWords) => {
  const last = max ?? Number.MAX_SAFE_INTEGER

  it('takes both ends of its range and what lies between', () => {
    fc.assert(fc.property(fc.integer({ min, max: last }), (value) => resolveOne(name, value) === value))
    expect(resolveOne(name, min)).toBe(min)
    expect(resolveOne(name, last)).toBe(last)
  })

  it('refuses the numbers next to its range', () => {
    expect(refusal(name, min - 1).message).toBe(`${name} ${min - 1} must be an integer ${inWords}`)
    expect(refusal(name, last + 1).message).toBe(`${name} ${last + 1} must be an integer ${inWords}`)
  })

  it.each([
    [min + 0.5, ` ${min + 0.5}`],
    [Number.NaN, ' NaN'],
    [Number.POSITIVE_INFINITY, ' Infinity'],
    [BigInt(min), ` ${min}`],
    [`${min}`, ` "${min}"`],
    [true, ' of type boolean'],
    [{}, ' of type object'],
    [[min], ` [${min}]`],
  ])('refuses %s', (value, shown) => {
    expect(refusal(name, value).message).toBe(`${name}${shown} must be an integer ${inWords}`)
  })
})

it('tests the range of every option that is a number', () => {
  const numeric = ROWS.filter(([, row]) => row.rule.kind === 'integer').map(([name]) => name)
  expect(RANGES.map(([name]) => name).sort()).toEqual(numeric.sort())
})

describe.each(['host', 'defaultUser'] as const)('%s', (name) => {
  it('takes a text', () => {
    expect(resolveOne(name, 'a b#é')).toBe('a b#é')
  })

  it('refuses an empty text and what is no text', () => {
    expect(refusal(name, '').message).toBe(`${name} "" must be a text that is not empty`)
    expect(refusal(name, 7).message).toBe(`${name} 7 must be a text that is not empty`)
  })
})

describe('defaultPassword', () => {
  it('takes a text', () => {
    expect(resolveOne('defaultPassword', 's3cret')).toBe('s3cret')
  })

  it('is not repeated when it is refused', () => {
    expect(refusal('defaultPassword', 998_877).message).toBe('defaultPassword must be a text that is not empty')
    expect(refusal('defaultPassword', ['s3cret']).message).toBe('defaultPassword must be a text that is not empty')
  })
})

describe('loopbackUsers', () => {
  it('takes any number of names', () => {
    expect(resolveOne('loopbackUsers', [])).toEqual([])
    expect(resolveOne('loopbackUsers', ['guest', 'ops'])).toEqual(['guest', 'ops'])
  })

  it.each([['guest'], [['']], [[7]], [{ length: 0 }]])('refuses %j', (value) => {
    expect(refusal('loopbackUsers', value).message).toMatch(/^loopbackUsers .* must be a list of names, or none$/)
  })
})

describe('vhosts', () => {
  it('takes one name and more', () => {
    expect(resolveOne('vhosts', ['/', 'a'])).toEqual(['/', 'a'])
  })

  it.each([[[]], ['/'], [['']]])('refuses %j', (value) => {
    expect(refusal('vhosts', value).message).toMatch(/^vhosts .* must be a list of at least one name$/)
  })
})
