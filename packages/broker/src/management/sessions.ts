/**
 * Sessions of the user interface: who has logged in is known by a random cookie, which says nothing and ends on the server.
 *
 * Safe from other sites: the cookie is HttpOnly and SameSite=Strict, and a request that comes with it is taken only if it comes from a page
 * of this server; one that changes something also has to carry a field that no form can send.
 */

import type { IncomingHttpHeaders } from 'node:http'
import type { Login } from '../access/authentication-backend.ts'
import type { User, UserStore } from '../access/user-store.ts'
import type { Clock, RandomSource } from '../clock.ts'
import { HttpError, notAuthorised } from './http-error.ts'

const COOKIE = 'warren_session'
const ID_SIZE = 32
/** Sessions at a time; the one that was used least recently makes room for another. */
const SESSIONS_MAX = 10_000

interface Session {
  readonly login: Login
  /** The user as the broker knew it at the login; `undefined` for one of another backend. */
  readonly user: User | undefined
  readonly endsAt: number
}

export class Sessions {
  /** The one that was used last comes last. */
  readonly #sessions = new Map<string, Session>()
  readonly #clock: Clock
  readonly #random: RandomSource
  readonly #users: UserStore
  readonly #lifetimeMs: number

  constructor(clock: Clock, random: RandomSource, users: UserStore, lifetimeMs: number) {
    this.#clock = clock
    this.#random = random
    this.#users = users
    this.#lifetimeMs = lifetimeMs
  }

  /** Begins a session. Returns the field `set-cookie`. @param path What its paths begin with. */
  begin(login: Login, path: string, encrypted: boolean): string {
    const id = Buffer.from(this.#random(ID_SIZE)).toString('base64url')
    const [oldest] = this.#sessions.keys()
    if (this.#sessions.size >= SESSIONS_MAX && oldest !== undefined) this.#sessions.delete(oldest)
    const endsAt = this.#clock.now() + this.#lifetimeMs
    this.#sessions.set(id, { login, user: this.#users.get(login.user), endsAt })
    return cookie(id, path, encrypted, Math.floor(this.#lifetimeMs / 1000))
  }

  /** Ends the session that the request belongs to. Returns the field `set-cookie`. */
  end(headers: IncomingHttpHeaders, path: string, encrypted: boolean): string {
    this.#sessions.delete(readCookie(headers) ?? '')
    return cookie('', path, encrypted, 0)
  }

  /**
   * Who the request's cookie belongs to; `undefined` without one, or when the session is over: its time, or that of the token, has come, or
   * the user is gone or has another password.
   *
   * @throws HttpError 401 for a request that may come from another site.
   */
  find(headers: IncomingHttpHeaders, changesSomething: boolean): Login | undefined {
    const id = readCookie(headers)
    const session = id === undefined ? undefined : this.#sessions.get(id)
    if (id === undefined || session === undefined) return undefined
    const now = this.#users.get(session.login.user)
    const isChanged = session.user !== undefined && now?.password !== session.user.password
    const endsAt = Math.min(session.endsAt, session.login.expiresAt?.() ?? Number.POSITIVE_INFINITY)
    this.#sessions.delete(id)
    if (isChanged || this.#clock.now() >= endsAt) return undefined
    this.#sessions.set(id, session)
    assertSameSite(headers)
    if (changesSomething && headers['x-requested-with'] === undefined) {
      throw notAuthorised('a request with a session needs the field X-Requested-With')
    }
    return session.user === undefined || now === undefined ? session.login : { ...session.login, tags: now.tags }
  }
}

/** @throws HttpError 401 for a request that a page of another site has caused. */
export function assertSameSite({ origin, host, 'sec-fetch-site': site }: IncomingHttpHeaders): void {
  const isForeign = (site !== undefined && site !== 'same-origin' && site !== 'none') || !isOwnOrigin(origin, host)
  if (isForeign) throw new HttpError(401, { error: 'not_authorised', reason: 'the request comes from another site' })
}

function isOwnOrigin(origin: string | undefined, host: string | undefined): boolean {
  return origin === undefined || (host !== undefined && /^https?:\/\/(.*)$/.exec(origin)?.[1] === host)
}

function cookie(value: string, path: string, encrypted: boolean, maxAgeSeconds: number): string {
  const secure = encrypted ? '; Secure' : ''
  return `${COOKIE}=${value}; Path=${path}; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Strict${secure}`
}

function readCookie({ cookie: field = '' }: IncomingHttpHeaders): string | undefined {
  const pair = field
    .split(';')
    .map((each) => each.trim())
    .find((each) => each.startsWith(`${COOKIE}=`))
  return pair?.slice(COOKIE.length + 1)
}
