import { describe, expect, it } from 'vitest'
import { resolveConnectOptions } from '../../src/options.ts'
import { parseUri } from '../../src/uri.ts'

describe('parseUri', () => {
  it.each([
    ['amqp://', { host: 'localhost', port: 5672, tls: false }, undefined, undefined, undefined],
    ['amqps://host', { host: 'host', port: 5671, tls: true }, undefined, undefined, undefined],
    ['amqp://user:pass@host:10000/vhost', { host: 'host', port: 10000, tls: false }, 'user', 'pass', 'vhost'],
    [
      'amqp://user%61:%61pass@ho%61st:10000/v%2fhost',
      { host: 'hoast', port: 10000, tls: false },
      'usera',
      'apass',
      'v/host',
    ],
    ['amqp://user@localhost', { host: 'localhost', port: 5672, tls: false }, 'user', undefined, undefined],
    ['amqp://user:@/', { host: 'localhost', port: 5672, tls: false }, 'user', '', undefined],
    ['amqp://:1', { host: 'localhost', port: 1, tls: false }, undefined, undefined, undefined],
    ['AMQP://[::1]:5/%2f', { host: '::1', port: 5, tls: false }, undefined, undefined, '/'],
    ['amqp://us%3Aer:p%40ss@h', { host: 'h', port: 5672, tls: false }, 'us:er', 'p@ss', undefined],
  ])('reads %s', (uri, endpoint, user, password, vhost) => {
    expect(parseUri(uri)).toMatchObject({ endpoint })
    expect(parseUri(uri).user).toBe(user)
    expect(parseUri(uri).password).toBe(password)
    expect(parseUri(uri).vhost).toBe(vhost)
  })

  it('reads the query as RabbitMQ names it', () => {
    const query =
      'heartbeat=5&channel_max=7&connection_timeout=2000&auth_mechanism=external&cacertfile=/ca&certfile=/c&keyfile=/k&password=p&verify=verify_none&server_name_indication=n'
    expect(parseUri(`amqps://h?${query}`)).toMatchObject({
      heartbeatSeconds: 5,
      channelMax: 7,
      connectTimeoutMs: 2000,
      mechanism: 'EXTERNAL',
      tls: {
        caFile: '/ca',
        certFile: '/c',
        keyFile: '/k',
        passphrase: 'p',
        rejectUnauthorized: false,
        servername: 'n',
      },
    })
  })

  it.each([
    'http://h',
    'localhost',
    'amqp://h:0',
    'amqp://h:65536',
    'amqp://::1',
    'amqp://h/a/b',
    'amqp://h/%zz',
    'amqp://h?heartbeat=x',
    'amqp://h?heartbeat=65536',
    'amqp://h?verify=maybe',
    'amqp://h?typo=1',
  ])('refuses %s', (uri) => {
    expect(() => parseUri(uri)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
  })

  it('keeps the password out of its messages', () => {
    expect(() => parseUri('amqp://u:secret@h:x:y')).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('secret') }),
    )
  })
})

describe('resolveConnectOptions', () => {
  it('has RabbitMQ’s defaults', () => {
    expect(resolveConnectOptions({})).toMatchObject({
      targets: [
        {
          endpoint: { host: 'localhost', port: 5672 },
          user: 'guest',
          password: 'guest',
          vhost: '/',
          mechanism: 'PLAIN',
        },
      ],
      heartbeatSeconds: 60,
      frameSizeMax: 131072,
      channelMax: 2047,
      reconnect: { initialDelayMs: 100, maxDelayMs: 30_000, attemptsMax: Infinity },
    })
  })

  it('lets options win over the URI, and adds hosts', () => {
    const options = resolveConnectOptions({
      url: 'amqps://a:b@h/v?heartbeat=5',
      hosts: ['i:1', 'j'],
      user: 'c',
      heartbeatSeconds: 0,
    })
    expect(options.heartbeatSeconds).toBe(0)
    expect(
      options.targets.map(({ endpoint, user, vhost }) => [endpoint.host, endpoint.port, endpoint.tls, user, vhost]),
    ).toEqual([
      ['h', 5671, true, 'c', 'v'],
      ['i', 1, true, 'c', 'v'],
      ['j', 5671, true, 'c', 'v'],
    ])
  })

  it.each([
    { heartbeatSeconds: -1 },
    { frameSizeMax: 4095 },
    { channelMax: 0 },
    { timeoutMs: 1.5 },
    { url: [] },
    { mechanism: 'SCRAM' as 'PLAIN' },
    { reconnect: { initialDelayMs: 10, maxDelayMs: 5 } },
    { reconnect: { attemptsMax: 0 } },
  ])('refuses %o', (options) => {
    expect(() => resolveConnectOptions(options)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
  })
})
