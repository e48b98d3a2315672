/**
 * The header `x-death`: where a message has died and why, newest first, one entry for each queue and reason.
 *
 * A client may have sent one. It is continued as far as it makes sense and replaced otherwise; a message is never lost for it.
 */

import { type TypedTable, type TypedValue, typed } from '@warrenmq/codec'
import { isInteger } from '../vhost/argument-value.ts'

/** One death. */
export interface Death {
  readonly queue: string
  readonly reason: string
  /** Exchange that the message was published to before. */
  readonly exchange: string
  /** Routing key that it had there, then those of its header `CC`. */
  readonly routingKeys: readonly string[]
  /** Its time to live, which it loses. */
  readonly expiration: string | undefined
  readonly timeSeconds: number
}

/**
 * The entries after another death.
 *
 * A new entry alone has its fields in the order below; in company, or when it was there before, they are sorted by name. A repeated death
 * is counted and keeps the rest of its entry.
 */
export function addDeath(before: readonly TypedValue[] | undefined, death: Death): TypedValue[] {
  if (before === undefined) return [typed('F', entryOf(death))]
  const matches = (entry: TypedValue) => isDeathIn(entry, death.queue) && fieldOf(entry, 'reason') === death.reason
  const match = before.find(matches)
  const entry = match === undefined ? entryOf(death) : countedUp(match.value as TypedTable)
  return [typed('F', sortedByName(entry)), ...before.filter((each) => !matches(each))]
}

/**
 * Whether a message with these deaths, the newest of them not a rejection, would go round for ever if it came into `queue`: it died there
 * before, and nobody has rejected it since.
 */
export function isCycle(deaths: readonly TypedValue[], queue: string): boolean {
  const last = deaths.findIndex((entry) => isDeathIn(entry, queue))
  if (last < 0) return false
  return deaths.slice(0, last + 1).every((entry) => entry.tag === 'F' && fieldOf(entry, 'reason') !== 'rejected')
}

/** The queues in which a message with these deaths has died. */
export function deathQueues(deaths: readonly TypedValue[]): string[] {
  return deaths.map((entry) => String(fieldOf(entry, 'queue')))
}

function entryOf({ queue, reason, exchange, routingKeys, expiration, timeSeconds }: Death): TypedTable {
  const keys = routingKeys.map((key) => typed('S', key))
  return {
    count: typed('l', 1),
    reason: typed('S', reason),
    queue: typed('S', queue),
    time: typed('T', timeSeconds),
    exchange: typed('S', exchange),
    'routing-keys': typed('A', keys),
    ...(expiration === undefined ? {} : { 'original-expiration': typed('S', expiration) }),
  }
}

/** The entry with its count one higher. One that a client sent without a count stands for one death. */
function countedUp(entry: TypedTable): TypedTable {
  const { count } = entry
  const before = count !== undefined && isInteger(count) ? BigInt(count.value as number | bigint) : 1n
  const after = BigInt.asIntN(64, before + 1n)
  const isExact = after >= Number.MIN_SAFE_INTEGER && after <= Number.MAX_SAFE_INTEGER
  return { ...entry, count: typed('l', isExact ? Number(after) : after) }
}

function sortedByName(entry: TypedTable): TypedTable {
  const sorted: Record<string, TypedValue> = Object.create(null)
  for (const name of Object.keys(entry).sort()) sorted[name] = entry[name]
  return sorted
}

function isDeathIn(entry: TypedValue, queue: string): boolean {
  return fieldOf(entry, 'queue') === queue
}

/** A text field of an entry, if it is one. */
function fieldOf(entry: TypedValue, name: string): string | undefined {
  if (entry.tag !== 'F') return undefined
  const field = (entry.value as TypedTable)[name]
  return field?.tag === 'S' && typeof field.value === 'string' ? field.value : undefined
}
