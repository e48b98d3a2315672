/**
 * Who sends a request: HTTP Basic authentication against the broker's own backends, with RabbitMQ's refusals.
 *
 * A bearer token is handed to the backends as a password without a user, which the one for OAuth 2 understands.
 */

import type { IncomingHttpHeaders } from 'node:http'
import type { Credentials, Login } from '../access/authentication-backend.ts'
import { isLoopback } from '../access/authenticator.ts'
import { isManagementUser } from './authorization.ts'
import { Caller } from './caller.ts'
import { HttpError, notAuthorised } from './http-error.ts'
import type { ManagementParts } from './management-parts.ts'

/** What a browser shows that asks for name and password. */
const CHALLENGE = { 'www-authenticate': 'Basic realm="RabbitMQ Management"' }

/** How a request says who it is from. */
export interface Authorization {
  /** The field `authorization`, which counts before a session. */
  readonly header: string | undefined
  readonly headers: IncomingHttpHeaders
  /** Whether it is one that may change something. */
  readonly changesSomething: boolean
  readonly remoteAddress: string
}

/**
 * Finds out who sent a request.
 *
 * @throws HttpError 401, or 400 for a field that cannot be read.
 */
export async function authenticate(
  { header, headers, changesSomething, remoteAddress }: Authorization,
  parts: ManagementParts,
): Promise<Caller> {
  const credentials = parseAuthorization(header)
  const login =
    credentials === undefined
      ? parts.sessions.find(headers, changesSomething)
      : await checkLogin(credentials, remoteAddress, parts)
  // A page of the user interface asks for name and password itself.
  if (login === undefined) throw new HttpError(401, undefined, headers['x-requested-with'] ? {} : CHALLENGE)
  if (!isManagementUser(login.tags)) throw notAuthorised('Not management user')
  return new Caller(login, remoteAddress, parts)
}

/** Whom credentials let in. @throws HttpError 401 */
export async function checkLogin(
  credentials: Credentials,
  remoteAddress: string,
  parts: ManagementParts,
): Promise<Login> {
  const source = { address: remoteAddress, fromLoopback: isLoopback(remoteAddress) }
  const login = await parts.authenticator.authenticate(credentials, source)
  parts.statistics.loggedIn('http', !('refused' in login))
  if (!('refused' in login)) return login
  parts.logLimit.of(remoteAddress).warn({ address: remoteAddress, reason: login.refused }, 'HTTP access denied')
  if (login.localOnly) throw notAuthorised('User can only log in via localhost')
  throw new HttpError(401, { error: 'not_authorized', reason: 'Login failed' }, CHALLENGE)
}

/** @throws HttpError 400 */
function parseAuthorization(header: string | undefined): Credentials | undefined {
  if (header === undefined) return undefined
  const [, scheme = '', value = ''] = /^(\S+)\s+(.*)$/.exec(header) ?? []
  switch (scheme.toLowerCase()) {
    case 'basic':
      return parseBasic(value.trim())
    case 'bearer':
      return { user: '', password: value.trim() }
    default:
      throw new HttpError(400)
  }
}

/** Reads `base64(user:password)`. @throws HttpError 400 */
export function parseBasic(value: string): Credentials {
  const text = /^[A-Za-z0-9+/]+={0,2}$/.test(value) ? Buffer.from(value, 'base64').toString() : ''
  const colon = text.indexOf(':')
  if (colon === -1) throw new HttpError(400)
  return { user: text.slice(0, colon), password: text.slice(colon + 1) }
}
