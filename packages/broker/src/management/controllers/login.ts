/** Logging in and out, for the user interface. Other clients send their name and password with every request. */

import { checkLogin } from '../authentication.ts'
import { isManagementUser } from '../authorization.ts'
import { notAuthorised } from '../http-error.ts'
import { NO_CONTENT, ok } from '../reply.ts'
import { type Route, route } from '../route.ts'
import { assertSameSite } from '../sessions.ts'

/** Enough for a name and a password, or a token. */
const BODY_SIZE_MAX = 128 * 1024

export const loginRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/login',
    access: 'anyone',
    summary: 'Begins a session: takes username and password as a form sends them, and sets a cookie',
    bodySizeMax: BODY_SIZE_MAX,
    async handle({ bytes, headers, isEncrypted, parts, remoteAddress }) {
      assertSameSite(headers)
      const form = new URLSearchParams(Buffer.from(bytes).toString())
      const credentials = { user: form.get('username') ?? '', password: form.get('password') ?? '' }
      const login = await checkLogin(credentials, remoteAddress, parts)
      if (!isManagementUser(login.tags)) throw notAuthorised('Not management user')
      // A password that the configuration gives is kept as a hash from here on, so that it stays the same while the session lasts.
      const user = parts.users.get(login.user)
      if (user !== undefined) await parts.passwordToExport(user)
      const cookie = parts.sessions.begin(login, parts.cookiePath, isEncrypted)
      return ok('ok', { 'set-cookie': cookie })
    },
  }),
  route({
    method: 'POST',
    path: '/logout',
    access: 'anyone',
    summary: 'Ends the session',
    bodySizeMax: BODY_SIZE_MAX,
    handle({ headers, isEncrypted, parts }) {
      assertSameSite(headers)
      const cookie = parts.sessions.end(headers, parts.cookiePath, isEncrypted)
      return { ...NO_CONTENT, headers: { 'set-cookie': cookie } }
    },
  }),
]
