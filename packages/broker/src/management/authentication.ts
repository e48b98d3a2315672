/**
 * Who sends a request: HTTP Basic authentication against the broker's own backends, with RabbitMQ's refusals.
 *
 * A bearer token is handed to the backends as a password without a user, which the one for OAuth 2 understands.
 */

import type { Credentials } from '../access/authentication-backend.ts'
import { isLoopback } from '../access/authenticator.ts'
import { isManagementUser } from './authorization.ts'
import { Caller } from './caller.ts'
import { HttpError, notAuthorised } from './http-error.ts'
import type { ManagementParts } from './management-parts.ts'

/** What a browser shows that asks for name and password. */
const CHALLENGE = { 'www-authenticate': 'Basic realm="RabbitMQ Management"' }

/**
 * Logs in who sent the request.
 *
 * @param header The field `authorization`.
 * @throws HttpError 401, or 400 for a field that cannot be read.
 */
export async function authenticate(
  header: string | undefined,
  remoteAddress: string,
  parts: ManagementParts,
): Promise<Caller> {
  const credentials = parseAuthorization(header)
  if (credentials === undefined) throw new HttpError(401, undefined, CHALLENGE)
  return logIn(credentials, remoteAddress, parts)
}

/** @throws HttpError 401 */
export async function logIn(credentials: Credentials, remoteAddress: string, parts: ManagementParts): Promise<Caller> {
  const source = { address: remoteAddress, fromLoopback: isLoopback(remoteAddress) }
  const login = await parts.authenticator.authenticate(credentials, source)
  parts.statistics.loggedIn('http', !('refused' in login))
  if ('refused' in login) {
    parts.logLimit.of(remoteAddress).warn({ address: remoteAddress, reason: login.refused }, 'HTTP access denied')
    if (login.localOnly) throw notAuthorised('User can only log in via localhost')
    throw new HttpError(401, { error: 'not_authorized', reason: 'Login failed' }, CHALLENGE)
  }
  if (!isManagementUser(login.tags)) throw notAuthorised('Not management user')
  return new Caller(login, remoteAddress, parts)
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
