/** Limits of a user, and what counts towards them. */

import type { JsonObject } from '../parameters/json-value.ts'
import { checkInteger, checkObject } from '../parameters/term-validation.ts'

/** RabbitMQ's names of a user's limits. */
export type UserLimitName = 'max-connections' | 'max-channels'

/** A user's limits by name, as they were set; a negative one is no limit. */
export type UserLimits = Readonly<Partial<Record<UserLimitName, number>>>

const RULES = ['max-connections', 'max-channels'].map((key) => ({ key, check: checkInteger, mandatory: false }))

/** What is wrong with a user's limits, in RabbitMQ's words; the latest fault first. */
export function checkUserLimits(limits: JsonObject): string[] {
  return checkObject('user-limits', RULES, limits)
}

/** What a user has open. */
export interface UserUsage {
  connectionCount: number
  channelCount: number
}

/** What users have open, all their connections taken together. Those who have nothing open are not listed. */
export class UserUsages {
  readonly #usages = new Map<string, UserUsage>()

  get(user: string): UserUsage | undefined {
    return this.#usages.get(user)
  }

  /** A connection of the user has opened. It counts its channels in what is returned. */
  connectionOpened(user: string): UserUsage {
    const usage = this.#usages.get(user) ?? { connectionCount: 0, channelCount: 0 }
    usage.connectionCount++
    this.#usages.set(user, usage)
    return usage
  }

  /** A connection of the user is gone, with its channels. */
  connectionClosed(user: string, usage: UserUsage): void {
    if (--usage.connectionCount === 0) this.#usages.delete(user)
  }
}
