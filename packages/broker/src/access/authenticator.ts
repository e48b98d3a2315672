/**
 * Who may log in.
 */

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { RandomSource } from '../clock.ts'
import { hashPassword, type PasswordHash, SCRYPT, verifyPassword } from './password.ts'
import type { UserStore } from './user-store.ts'

/** Logins that are remembered, so that many connections of one user do not pay for the hash each time. */
const SUCCESSES_MAX = 1000
/** Hashes that are computed at a time: each takes 32 MiB and a thread. */
const CONCURRENCY_MAX = 2
/** Logins that wait for their hash; more are refused. */
const WAITING_MAX = 1000

/** What a client offers to prove who it is. */
export interface Credentials {
  readonly user: string
  readonly password: string
  /** Whether it connects from this machine's loopback interface. */
  readonly fromLoopback: boolean
}

/** A login that succeeded. */
export interface Login {
  readonly user: string
  readonly tags: readonly string[]
}

/** Decides about logins. */
export interface Authenticator {
  /** Who the credentials let in; `undefined` to refuse. Never rejects: a backend that fails refuses. */
  authenticate(credentials: Credentials): Promise<Login | undefined>
}

/** Decides by the broker's own users. Those in `loopbackUsers` come in only from the machine itself. */
export class InternalAuthenticator implements Authenticator {
  readonly #users: UserStore
  readonly #loopbackUsers: ReadonlySet<string>
  readonly #random: RandomSource
  /** What is remembered of a login is worth nothing outside this process. */
  readonly #key = randomBytes(32)
  /** Authentication codes of passwords that were right, by the hash they were checked against. The oldest come first. */
  readonly #successes = new Map<string, Uint8Array>()
  /** The same, of passwords that the configuration gives in plain text. */
  readonly #configured = new Map<string, Uint8Array>()
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(users: UserStore, loopbackUsers: readonly string[], random: RandomSource) {
    this.#users = users
    this.#loopbackUsers = new Set(loopbackUsers)
    this.#random = random
  }

  /** The password is right for this hash, as whoever configured it knows; it is never derived. */
  configure(password: string, { hash }: PasswordHash): void {
    this.#configured.set(hash, this.#code(password))
  }

  async authenticate(credentials: Credentials): Promise<Login | undefined> {
    if (!(await this.#verify(credentials))) return undefined
    // The user may have been deleted meanwhile.
    const user = this.#users.get(credentials.user)
    return user === undefined ? undefined : { user: user.name, tags: user.tags }
  }

  async #verify({ user, password, fromLoopback }: Credentials): Promise<boolean> {
    if (password === '') return false
    const known = this.#users.get(user)
    const mayEnter = fromLoopback || !this.#loopbackUsers.has(user)
    const hash = known?.password.hash ?? ''
    const success = this.#configured.get(hash) ?? this.#successes.get(hash)
    if (success !== undefined && timingSafeEqual(success, this.#code(password))) return mayEnter
    if (!(await this.#enter())) return false
    try {
      // A wrong name costs what a wrong password costs, so that nobody can tell them apart.
      if (known === undefined) return await verifyPassword(password, this.#dummy())
      if (!(await verifyPassword(password, known.password))) return false
      await this.#keep(known.name, password, known.password)
      return mayEnter
    } finally {
      this.#leave()
    }
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

/** Whether a peer's address is one of this machine's loopback addresses. */
export function isLoopback(address: string | undefined): boolean {
  return address !== undefined && (address === '::1' || /^(::ffff:)?127\./.test(address))
}
