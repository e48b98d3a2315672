/**
 * What is counted of messages, under RabbitMQ's names. Totals stand in arrays, in the order of these lists.
 */

/** What becomes of messages that are published to an exchange. */
export const PUBLISHING = ['publish', 'confirm', 'return_unroutable', 'drop_unroutable'] as const

/** What is delivered from a queue, and acknowledged. */
export const DELIVERING = ['deliver', 'deliver_no_ack', 'get', 'get_no_ack', 'get_empty', 'redeliver', 'ack'] as const

/** Both, as channels, vhosts and the broker have them. */
export const MESSAGE_STATS: readonly string[] = [...PUBLISHING, ...DELIVERING]

/** Where the counts of {@link DELIVERING} begin in {@link MESSAGE_STATS}. */
export const DELIVERING_OFFSET: number = PUBLISHING.length

/** What exchanges have. */
export const EXCHANGE_STATS = ['publish_in', 'publish_out'] as const

/** What queues have. */
export const QUEUE_STATS: readonly string[] = ['publish', ...DELIVERING]

/** Where the counts of {@link DELIVERING} begin in {@link QUEUE_STATS}. */
export const QUEUE_DELIVERING_OFFSET = 1

/** Those of {@link DELIVERING} that add up to `deliver_get`. */
export const DELIVER_GET = ['deliver', 'deliver_no_ack', 'get', 'get_no_ack'] as const

/** Adds `counts` to `totals`, from `offset` on. */
export function addTo(totals: Float64Array, counts: Float64Array, offset = 0): void {
  for (let i = 0; i < counts.length; i++) totals[offset + i] += counts[i]
}

/** Whether any of `totals` from `start` up to `end` is above 0. */
export function isAny(totals: Float64Array, start = 0, end: number = totals.length): boolean {
  for (let i = start; i < end; i++) if (totals[i] > 0) return true
  return false
}
