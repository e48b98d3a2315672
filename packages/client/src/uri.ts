/**
 * AMQP URIs as RabbitMQ specifies them (https://www.rabbitmq.com/docs/uri-spec, …/uri-query-parameters).
 *
 *     amqp[s]://user:password@host:port/vhost?heartbeat=30
 *
 * One difference: a lone slash stands for the vhost `/` as well, since no vhost has an empty name.
 */

import { ClientError } from './errors.ts'
import type { Endpoint, TlsOptions } from './transport/transport.ts'

/** What a URI says. What it leaves out is `undefined`, but for the endpoint. */
export interface ParsedUri {
  readonly endpoint: Endpoint
  readonly user: string | undefined
  readonly password: string | undefined
  readonly vhost: string | undefined
  readonly tls: TlsOptions
  readonly heartbeatSeconds: number | undefined
  readonly channelMax: number | undefined
  readonly connectTimeoutMs: number | undefined
  readonly mechanism: string | undefined
}

/** Parses an AMQP URI. @throws ClientError INVALID_OPTION. Its message has no password. */
export function parseUri(uri: string): ParsedUri {
  const match = /^(amqps?):\/\/(?:([^/?#@]*)@)?([^/?#@]*)(?:\/([^/?#]*))?(?:\?([^#]*))?$/i.exec(uri)
  if (match === null) throw invalid('it must look like amqp://user:password@host:port/vhost')
  const [, scheme, credentials, authority, path, query] = match
  const tls = scheme.toLowerCase() === 'amqps'
  const [user, password] = parseCredentials(credentials)
  const parameters = parseQuery(query ?? '')
  return {
    endpoint: parseAuthority(authority, tls),
    user,
    password,
    vhost: path ? decode(path, 'vhost') : undefined,
    tls: tlsOf(parameters),
    heartbeatSeconds: integer(parameters, 'heartbeat', 65535),
    channelMax: integer(parameters, 'channel_max', 65535),
    connectTimeoutMs: integer(parameters, 'connection_timeout', 2 ** 31 - 1),
    mechanism: parameters.get('auth_mechanism')?.toUpperCase(),
  }
}

/** `host`, `host:port`, `[::1]:port`; an empty host is localhost. @throws ClientError INVALID_OPTION. */
export function parseAuthority(authority: string, tls: boolean): Endpoint {
  const match = /^(?:\[([^\]]+)\]|([^:]*))(?::(\d*))?$/.exec(authority)
  if (match === null) throw invalid(`'${authority}' is not a host with a port; IPv6 addresses need brackets`)
  const [, address, name, digits] = match
  const port = digits ? Number(digits) : tls ? 5671 : 5672
  if (port < 1 || port > 65535) throw invalid(`port ${digits} must be from 1 to 65535`)
  return { host: address ?? (name === '' ? 'localhost' : decode(name, 'host')), port, tls }
}

const KNOWN = [
  'heartbeat',
  'channel_max',
  'connection_timeout',
  'auth_mechanism',
  'cacertfile',
  'certfile',
  'keyfile',
  'password',
  'verify',
  'server_name_indication',
]

function parseQuery(query: string): Map<string, string> {
  const parameters = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(query)) {
    if (!KNOWN.includes(name)) throw invalid(`unknown parameter '${name}'; there are ${KNOWN.join(', ')}`)
    parameters.set(name, value)
  }
  return parameters
}

function parseCredentials(credentials: string | undefined): [string?, string?] {
  if (credentials === undefined) return []
  const colon = credentials.indexOf(':')
  if (colon < 0) return [decode(credentials, 'user')]
  return [decode(credentials.slice(0, colon), 'user'), decode(credentials.slice(colon + 1), 'password')]
}

function tlsOf(parameters: Map<string, string>): TlsOptions {
  const verify = parameters.get('verify')
  if (verify !== undefined && verify !== 'verify_peer' && verify !== 'verify_none') {
    throw invalid(`verify must be verify_peer or verify_none`)
  }
  const named: [keyof TlsOptions, string | undefined][] = [
    ['caFile', parameters.get('cacertfile')],
    ['certFile', parameters.get('certfile')],
    ['keyFile', parameters.get('keyfile')],
    ['passphrase', parameters.get('password')],
    ['servername', parameters.get('server_name_indication')],
  ]
  const given = Object.fromEntries(named.filter(([, value]) => value !== undefined))
  return { ...given, ...(verify !== undefined && { rejectUnauthorized: verify === 'verify_peer' }) }
}

function integer(parameters: Map<string, string>, name: string, max: number): number | undefined {
  const text = parameters.get(name)
  if (text === undefined) return undefined
  const value = Number(text)
  if (!/^\d+$/.test(text) || value > max) throw invalid(`${name} '${text}' must be an integer from 0 to ${max}`)
  return value
}

function decode(text: string, what: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw invalid(`its ${what} has a malformed % escape`)
  }
}

function invalid(problem: string): ClientError {
  return new ClientError('INVALID_OPTION', `AMQP URI: ${problem}`)
}
