/** The parameter `events`: which events a stream is to have. */

import { EVENT_NAMES } from '../../events/broker-events.ts'
import { compilePattern } from '../../pattern/safe-pattern.ts'
import { badRequest } from '../http-error.ts'

/** What is sent after every sample that is taken. */
export const RATES_EVENT = 'rates'

const ALL: readonly string[] = [...EVENT_NAMES, RATES_EVENT]
const PATTERN_LENGTH_MAX = 100

/**
 * The names that `queue.*,alarm.set,rates` stands for; all without it.
 *
 * @throws HttpError 400 for what no event is called.
 */
export function parseEventFilter(text: string | null): ReadonlySet<string> {
  if (text === null || text === '') return new Set(ALL)
  return new Set(text.split(',').flatMap(namesOf))
}

function namesOf(pattern: string): readonly string[] {
  const names = pattern.length > PATTERN_LENGTH_MAX ? [] : ALL.filter(matcherOf(pattern))
  if (names.length === 0) throw badRequest(`no event is called '${pattern}'`)
  return names
}

function matcherOf(pattern: string): (name: string) => boolean {
  const literal = pattern.split('*').map((part) => part.replace(/[^A-Za-z0-9]/g, '\\$&'))
  const compiled = compilePattern(`^${literal.join('.*')}$`)
  return (name) => compiled.test(name)
}
