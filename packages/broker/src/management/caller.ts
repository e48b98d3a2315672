/** The user who sends a request, for as long as it takes. */

import type { Login } from '../access/authentication-backend.ts'
import type { Subject } from '../access/authorization-backend.ts'
import { Rights, RightsPending } from '../access/rights.ts'
import type { Vhost } from '../vhost/vhost.ts'
import { isAdministrator, isMonitor } from './authorization.ts'
import type { ManagementParts } from './management-parts.ts'

export class Caller {
  readonly name: string
  readonly tags: readonly string[]
  readonly remoteAddress: string
  readonly #login: Login
  readonly #parts: ManagementParts

  constructor(login: Login, remoteAddress: string, parts: ManagementParts) {
    this.name = login.user
    this.tags = login.tags
    this.remoteAddress = remoteAddress
    this.#login = login
    this.#parts = parts
  }

  /** Whether the user has permissions in a vhost. */
  async mayEnter(vhost: string): Promise<boolean> {
    for (const backend of this.#login.authorization) if (!(await backend.mayEnter(this.#subject(vhost)))) return false
    return true
  }

  /** Vhosts that the user may enter; all of them for an administrator, and for a monitoring user where `known` is asked for. */
  async vhosts(which: 'entered' | 'known' = 'entered'): Promise<Vhost[]> {
    const all = [...this.#parts.vhosts.values()]
    if (isAdministrator(this.tags) || (which === 'known' && isMonitor(this.tags))) return all
    const entered: Vhost[] = []
    for (const vhost of all) if (await this.mayEnter(vhost.name)) entered.push(vhost)
    return entered
  }

  /**
   * Does something that takes rights in a vhost.
   *
   * @param act Asks the rights before it has any effect. It is called again where an answer had to be fetched.
   */
  async act<Result>(vhost: string, act: (rights: Rights) => Result): Promise<Result> {
    const rights = new Rights(this.#subject(vhost), this.#login.authorization, this.#parts.accessVersion)
    for (;;) {
      try {
        return act(rights)
      } catch (error) {
        if (!(error instanceof RightsPending)) throw error
        await error.answered
      }
    }
  }

  #subject(vhost: string): Subject {
    return { user: this.name, tags: this.tags, vhost, remoteAddress: this.remoteAddress }
  }
}
