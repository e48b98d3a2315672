/**
 * Logins of the broker's own users.
 */

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { RandomSource } from '../clock.ts'
import type { AuthenticationBackend, Credentials, Login } from './authentication-backend.ts'
import type { AuthorizationBackend } from './authorization-backend.ts'
import { InternalAuthorization } from './internal-authorization.ts'
import { hashPassword, type PasswordHash, SCRYPT, verifyPassword } from './password.ts'
import type { User, UserStore } from './user-store.ts'

/** Logins that are remembered, so that many connections of one user do not pay for the hash each time. */
const SUCCESSES_MAX = 1000
/** Hashes that are computed at a time: each takes 32 MiB and a thread. */
const CONCURRENCY_MAX = 2
/** Logins that wait for their hash; more are refused. */
const WAITING_MAX = 1000

export class InternalAuthentication implements AuthenticationBackend {
  readonly #users: UserStore
  readonly #authorization: readonly AuthorizationBackend[]
  readonly #random: RandomSource
  /** What is remembered of a login is worth nothing outside this process. */
  readonly #key = randomBytes(32)
  /** Authentication codes of passwords that were right, by the hash they were checked against. The oldest come first. */
  readonly #successes = new Map<string, Uint8Array>()
  /** The same, of passwords that the configuration gives in plain text. */
  readonly #configured = new Map<string, Uint8Array>()
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(users: UserStore, random: RandomSource) {
    this.#users = users
    this.#authorization = [new InternalAuthorization(users)]
    this.#random = random
  }

  /** The password is right for this hash, as whoever configured it knows; it is never derived. */
  configure(password: string, { hash }: PasswordHash): void {
    this.#configured.set(hash, this.#code(password))
  }

  async authenticate(credentials: Credentials): Promise<Login | undefined> {
    // Without a password it was proved otherwise.
    if (credentials.password !== undefined && !(await this.#verify(credentials.user, credentials.password)))
      return undefined
    // The user may have been deleted meanwhile.
    const user = this.#users.get(credentials.user)
    return user && { user: user.name, tags: user.tags, authorization: this.#authorization }
  }

  async #verify(user: string, password: string): Promise<boolean> {
    if (password === '') return false
    const known = this.#users.get(user)
    if (this.#isRemembered(password, known)) return true
    if (!(await this.#enter())) return false
    try {
      // Of many that came at once the first may have been let in meanwhile.
      if (this.#isRemembered(password, this.#users.get(user))) return true
      // A wrong name costs what a wrong password costs, so that nobody can tell them apart.
      if (!(await verifyPassword(password, known?.password ?? this.#dummy())) || known === undefined) return false
      await this.#keep(known.name, password, known.password)
      return true
    } finally {
      this.#leave()
    }
  }

  #isRemembered(password: string, user: User | undefined): boolean {
    if (user === undefined) return false
    const { hash } = user.password
    const success = this.#configured.get(hash) ?? this.#successes.get(hash)
    return success !== undefined && timingSafeEqual(success, this.#code(password))
  }

  /** Remembers a login, and keeps a password under scrypt that came with a weaker hash. */
  async #keep(user: string, password: string, checked: PasswordHash): Promise<void> {
    const isWeak = checked.algorithm !== SCRYPT
    const kept = isWeak ? await hashPassword(password, this.#random) : checked
    const now = this.#users.get(user)
    if (isWeak && now?.password === checked) this.#users.put({ ...now, password: kept })
    const [oldest] = this.#successes.keys()
    if (this.#successes.size >= SUCCESSES_MAX && oldest !== undefined) this.#successes.delete(oldest)
    this.#successes.set(kept.hash, this.#code(password))
  }

  /** A hash that no password has. */
  #dummy(): PasswordHash {
    return { hash: randomBytes(48).toString('base64'), algorithm: SCRYPT }
  }

  #code(password: string): Uint8Array {
    return createHmac('sha256', this.#key).update(password).digest()
  }

  async #enter(): Promise<boolean> {
    if (this.#running < CONCURRENCY_MAX) this.#running++
    else if (this.#waiting.length >= WAITING_MAX) return false
    // Whoever leaves hands the place on.
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    return true
  }

  #leave(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#running--
    else next()
  }
}
