/** Answers that must not leave before what they tell of is on disk. */

import type { Journal } from '../log/journal.ts'
import { HttpError } from './http-error.ts'

/** Resolves once all that was recorded is durable. @throws HttpError 503 */
export function untilDurable(journal: Journal): Promise<void> {
  return new Promise((resolve, reject) => {
    journal.afterCommit((failed) => {
      if (!failed) resolve()
      else reject(new HttpError(503, { error: 'service_unavailable', reason: NOT_DURABLE }))
    })
  })
}

const NOT_DURABLE = 'the change could not be written to disk: it is in force, but may be lost when the broker ends'
