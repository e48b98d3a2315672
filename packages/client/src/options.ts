/** What `connect` takes, and what the client makes of it. */

import type { FieldTable } from '@warrenmq/codec'
import { ClientError } from './errors.ts'
import type { Endpoint, OpenTransport, TlsOptions } from './transport/transport.ts'
import { type ParsedUri, parseAuthority, parseUri } from './uri.ts'

/** How a connection comes back after it was lost. Every wait is a random part, between a half and the whole, of the back-off's. */
export interface ReconnectOptions {
  /** Back-off before the first attempt, in milliseconds; it doubles with every attempt. @default 100 */
  readonly initialDelayMs?: number
  /** Longest back-off, in milliseconds. @default 30000 */
  readonly maxDelayMs?: number
  /** Attempts in a row after which the connection is closed for good; each tries all hosts. @default Infinity */
  readonly attemptsMax?: number
}

/** Options of {@link connect}. Where a URI says the same, the option wins. */
export interface ConnectOptions {
  /** One or several AMQP URIs, tried in order. @default 'amqp://localhost' */
  readonly url?: string | readonly string[]
  /** More brokers, as `host` or `host:port`, tried in order after the URI's own with all that the first URI says. */
  readonly hosts?: readonly string[]
  /** @default 'guest' */
  readonly user?: string
  /** @default 'guest' */
  readonly password?: string
  /** @default '/' */
  readonly vhost?: string
  /**
   * How to log in. `EXTERNAL` lets the broker take the identity from the TLS certificate.
   *
   * @default 'PLAIN'
   */
  readonly mechanism?: 'PLAIN' | 'EXTERNAL'
  /** Name of the connection, as the broker's management shows it. */
  readonly name?: string
  /** Added to what the client tells the broker of itself. */
  readonly clientProperties?: FieldTable
  /**
   * Heartbeat interval in seconds, from 0 to 65535; the lower of this and the broker's holds, 0 means none. A broker that is silent for two intervals
   * counts as lost.
   *
   * @default 60
   */
  readonly heartbeatSeconds?: number
  /** Largest frame in bytes, at least 4096; the lower of this and the broker's holds. @default 131072 */
  readonly frameSizeMax?: number
  /** Most channels, from 1 to 65535; the lower of this and the broker's holds. @default 2047 */
  readonly channelMax?: number
  /** Limit for one host: TCP, TLS and login, in milliseconds; 0 for none. @default 10000 */
  readonly connectTimeoutMs?: number
  /** Limit for everything that waits for an answer, in milliseconds; 0 for none. At its end: `TIMEOUT`. @default 30000 */
  readonly timeoutMs?: number
  /** Gives up connecting, with `ABORTED`. Has no effect once `connect` has resolved. */
  readonly signal?: AbortSignal
  /** Settings of TLS, for `amqps://`. */
  readonly tls?: TlsOptions
  /** How to come back after a loss; `false` closes the connection instead. @default {} */
  readonly reconnect?: ReconnectOptions | false
  /** Opens streams to brokers. @default TCP and TLS of Node */
  readonly transport?: OpenTransport
}

/** One broker to try, and as whom. */
export interface ConnectTarget {
  readonly endpoint: Endpoint
  readonly user: string
  readonly password: string
  readonly vhost: string
  readonly mechanism: string
  readonly tls: TlsOptions
}

/** Options with all defaults. */
export interface ResolvedConnectOptions {
  readonly targets: readonly ConnectTarget[]
  readonly name: string | undefined
  readonly clientProperties: FieldTable
  readonly heartbeatSeconds: number
  readonly frameSizeMax: number
  readonly channelMax: number
  readonly connectTimeoutMs: number
  readonly timeoutMs: number
  readonly reconnect: Required<ReconnectOptions> | undefined
  readonly transport: OpenTransport | undefined
}

/** Fills defaults and checks ranges. @throws ClientError INVALID_OPTION. */
export function resolveConnectOptions(options: ConnectOptions): ResolvedConnectOptions {
  const urls = typeof options.url === 'string' ? [options.url] : (options.url ?? ['amqp://localhost'])
  if (urls.length === 0) throw new ClientError('INVALID_OPTION', 'url must not be an empty list')
  const uris = urls.map(parseUri)
  const [first] = uris
  const more = (options.hosts ?? []).map((host) => ({ ...first, endpoint: parseAuthority(host, first.endpoint.tls) }))
  const targets = [...uris, ...more].map((uri) => targetOf(uri, options))
  const from = (name: keyof ConnectOptions, value: number, min: number, max: number) => checked(name, value, min, max)
  return Object.freeze({
    targets,
    name: options.name,
    clientProperties: options.clientProperties ?? {},
    heartbeatSeconds: from('heartbeatSeconds', options.heartbeatSeconds ?? first.heartbeatSeconds ?? 60, 0, 65535),
    frameSizeMax: from('frameSizeMax', options.frameSizeMax ?? 131072, 4096, 2 ** 31 - 1),
    // 0 stands for no limit in a URI, as in `connection.tune`.
    channelMax: from(
      'channelMax',
      options.channelMax ?? (first.channelMax === 0 ? 65535 : (first.channelMax ?? 2047)),
      1,
      65535,
    ),
    connectTimeoutMs: from(
      'connectTimeoutMs',
      options.connectTimeoutMs ?? first.connectTimeoutMs ?? 10_000,
      0,
      2 ** 31 - 1,
    ),
    timeoutMs: from('timeoutMs', options.timeoutMs ?? 30_000, 0, 2 ** 31 - 1),
    reconnect: options.reconnect === false ? undefined : resolveReconnect(options.reconnect ?? {}),
    transport: options.transport,
  })
}

function targetOf(uri: ParsedUri, options: ConnectOptions): ConnectTarget {
  const mechanism = options.mechanism ?? uri.mechanism ?? 'PLAIN'
  if (mechanism !== 'PLAIN' && mechanism !== 'EXTERNAL') {
    throw new ClientError('INVALID_OPTION', `mechanism '${mechanism}' must be PLAIN or EXTERNAL`)
  }
  return {
    endpoint: uri.endpoint,
    user: options.user ?? uri.user ?? 'guest',
    password: options.password ?? uri.password ?? 'guest',
    vhost: options.vhost ?? uri.vhost ?? '/',
    mechanism,
    tls: { ...uri.tls, ...options.tls },
  }
}

function resolveReconnect(options: ReconnectOptions): Required<ReconnectOptions> {
  const { initialDelayMs = 100, maxDelayMs = 30_000, attemptsMax = Infinity } = options
  checked('reconnect.initialDelayMs', initialDelayMs, 1, 2 ** 31 - 1)
  checked('reconnect.maxDelayMs', maxDelayMs, initialDelayMs, 2 ** 31 - 1)
  if (attemptsMax !== Infinity) checked('reconnect.attemptsMax', attemptsMax, 1, 2 ** 31 - 1)
  return { initialDelayMs, maxDelayMs, attemptsMax }
}

/** An option that is an integer in a range. @throws ClientError INVALID_OPTION. */
export function checked(name: string, value: number, min: number, max: number): number {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new ClientError('INVALID_OPTION', `${name} ${value} must be an integer from ${min} to ${max}`)
  }
  return value
}
