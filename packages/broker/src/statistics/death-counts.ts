/**
 * Messages that died, by reason. All queues of one type and dead-letter strategy share one of these.
 *
 * Hot path (`npm run bench`, scenarios max-length and dead-letter).
 */

import type { QueueFeatures } from '../queue/queue-features.ts'
import { QueueType } from '../queue/queue-type.ts'

/** What is done about a message that dies: nothing, it is sent on once, or sent on until it is safe. */
export const DEATH_STRATEGIES = ['disabled', 'at_most_once', 'at_least_once'] as const
export type DeathStrategy = (typeof DEATH_STRATEGIES)[number]

/** Why messages die, and that one which was sent on has been confirmed. */
export const DEATHS = ['expired', 'maxlen', 'rejected', 'delivery_limit'] as const

export class DeathCounts {
  expired = 0
  maxlen = 0
  rejected = 0
  delivery_limit = 0

  count(reason: (typeof DEATHS)[number]): void {
    if (reason === 'maxlen') this.maxlen++
    else if (reason === 'expired') this.expired++
    else if (reason === 'rejected') this.rejected++
    else this.delivery_limit++
  }
}

/** Those of a broker. */
export class AllDeathCounts {
  readonly #counts = new Map<string, DeathCounts>()

  constructor() {
    for (const type of Object.values(QueueType)) {
      for (const strategy of DEATH_STRATEGIES) this.#counts.set(`${type} ${strategy}`, new DeathCounts())
    }
  }

  of(type: QueueType, strategy: DeathStrategy): DeathCounts {
    return this.#counts.get(`${type} ${strategy}`) as DeathCounts
  }
}

/** What queues with these features do about messages that die. */
export function deathStrategy({ deadLetterExchange, deadLetterStrategy }: QueueFeatures): DeathStrategy {
  if (deadLetterExchange === undefined) return 'disabled'
  return deadLetterStrategy === 'at-least-once' ? 'at_least_once' : 'at_most_once'
}
