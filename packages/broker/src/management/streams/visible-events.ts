/**
 * The events that a user may see, in their order.
 *
 * What is in a vhost is seen by those who may enter it, connections and what is on them by their own users, all of these by monitoring users;
 * users and rights by administrators; alarms by everybody. Rights are asked again after every change, and events wait for the answer.
 */

import type { BrokerEvent } from '../../events/broker-events.ts'
import type { Vhost } from '../../vhost/vhost.ts'
import { isAdministrator, isMonitor } from '../authorization.ts'
import type { Caller } from '../caller.ts'
import type { ManagementParts } from '../management-parts.ts'

/** Most events that wait for an answer about rights. */
const PENDING_MAX = 1000

export class VisibleEvents {
  readonly #caller: Caller
  readonly #parts: ManagementParts
  readonly #show: (event: BrokerEvent) => void
  readonly #drop: () => void
  /** Whether the user is one of the broker's own, who can be looked up. */
  readonly #isInternal: boolean
  #tags: readonly string[]
  #vhosts: ReadonlySet<string> = new Set()
  /** What of the rights is known; -1 for nothing. */
  #version = -1
  #pending: BrokerEvent[] = []
  #asking: Promise<void> | undefined

  /** `drop` hears of events for which there is no room. */
  constructor(caller: Caller, parts: ManagementParts, show: (event: BrokerEvent) => void, drop: () => void) {
    this.#caller = caller
    this.#parts = parts
    this.#show = show
    this.#drop = drop
    this.#tags = caller.tags
    this.#isInternal = parts.users.get(caller.name) !== undefined
  }

  /** Something has happened. */
  add(event: BrokerEvent): void {
    if (this.#isCurrent && this.#asking === undefined) this.#pass(event)
    else if (this.#pending.length >= PENDING_MAX) this.#drop()
    else {
      this.#pending.push(event)
      void this.#ask()
    }
  }

  get user(): string {
    return this.#caller.name
  }

  /** Vhosts that the user may see; `undefined` for all of them, and the broker as a whole. */
  async vhosts(): Promise<readonly Vhost[] | undefined> {
    if (!this.#isCurrent) await this.#ask()
    if (!this.#isCurrent) return []
    if (isMonitor(this.#tags)) return undefined
    return [...this.#parts.vhosts.values()].filter(({ name }) => this.#vhosts.has(name))
  }

  get #isCurrent(): boolean {
    return this.#version === this.#parts.accessVersion.value
  }

  #ask(): Promise<void> {
    this.#asking ??= this.#learnAndPass().finally(() => (this.#asking = undefined))
    return this.#asking
  }

  async #learnAndPass(): Promise<void> {
    try {
      while (!this.#isCurrent || this.#pending.length > 0) {
        if (!this.#isCurrent) await this.#learn()
        for (const event of this.#pending.splice(0)) this.#pass(event)
      }
    } catch (error) {
      // Nobody can tell: then nothing is shown.
      this.#parts.logger.warn(
        { err: error, user: this.#caller.name },
        'rights of the reader of an event stream are unknown',
      )
      for (const _event of this.#pending.splice(0)) this.#drop()
    }
  }

  async #learn(): Promise<void> {
    const version = this.#parts.accessVersion.value
    if (this.#isInternal) this.#tags = this.#parts.users.get(this.#caller.name)?.tags ?? []
    const names = new Set<string>()
    for (const { name } of this.#parts.vhosts.values()) if (await this.#caller.mayEnter(name)) names.add(name)
    this.#vhosts = names
    this.#version = version
  }

  #pass(event: BrokerEvent): void {
    if (this.#mayBeSeen(event)) this.#show(event)
  }

  #mayBeSeen({ name, vhost, user }: BrokerEvent): boolean {
    if (name.startsWith('alarm.')) return true
    if (vhost === undefined) return isAdministrator(this.#tags)
    if (isMonitor(this.#tags)) return true
    if (user !== undefined) return user === this.#caller.name && this.#vhosts.has(vhost)
    return this.#vhosts.has(vhost)
  }
}
