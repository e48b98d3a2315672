/** The messages of a queue or exchange as they were at one moment, for a checkpoint: columns as they lie, without a copy. */

import type { Columns } from './index-page.ts'

/** Messages from `start` to `end` of some columns. */
export interface CapturedMessages {
  /** Empty when the columns are on disk, as are then the other ones. */
  readonly positions: Float64Array
  readonly start: number
  readonly end: number
  /** Sequence number of the first; absent when there is a column of them. */
  readonly firstSequence: number | undefined
  readonly sequences: Float64Array | undefined
  /** Body sizes; absent: not known here. */
  readonly sizes: Uint32Array | undefined
  /** When they expire or are due; absent: never. */
  readonly expiries: Float64Array | undefined
  readonly priority: number
  /** Reads columns that are on disk. They are to be given back by `giveColumns`. */
  readonly load: (() => Promise<Columns>) | undefined
  /** The page of the index that these are of, which is the same whenever it is captured; absent: they are in none. */
  readonly page?: object
  /** No sequence number here is below it; of a page. */
  readonly lowest?: number
  /** Sequence numbers of messages that are in the columns still, but not there any more. */
  readonly removed?: ReadonlySet<number> | undefined
}

/** Columns made for the purpose. */
export function captureColumns(
  sequences: Float64Array,
  positions: Float64Array,
  expiries: Float64Array | undefined,
  priority: number,
): CapturedMessages {
  return {
    positions,
    start: 0,
    end: positions.length,
    firstSequence: undefined,
    sequences,
    sizes: undefined,
    expiries,
    priority,
    load: undefined,
  }
}

/** Messages out of order, by priority: sequence, position, sequence, position … */
export type ScatteredMessages = Map<number, number[]>

export function addScattered(messages: ScatteredMessages, priority: number, sequence: number, position: number): void {
  const others = messages.get(priority)
  if (others === undefined) messages.set(priority, [sequence, position])
  else others.push(sequence, position)
}

/** Columns of scattered messages. */
export function captureScattered(
  messages: ScatteredMessages,
  expiryOf: (sequence: number) => number,
): CapturedMessages[] {
  return [...messages].map(([priority, pairs]) => {
    const sequences = Float64Array.from({ length: pairs.length / 2 }, (_, i) => pairs[2 * i])
    const positions = Float64Array.from({ length: pairs.length / 2 }, (_, i) => pairs[2 * i + 1])
    return captureColumns(sequences, positions, sequences.map(expiryOf), priority)
  })
}

/** What a queue or exchange is given at the start of the broker: its messages by sequence number, and what else is known of them. */
export interface RestoredMessages {
  readonly sequences: Float64Array
  readonly positions: Float64Array
  /** Body sizes; of messages that were in a checkpoint estimates, as a rule. */
  readonly sizes: Uint32Array
  /** When they expire or are due; `Infinity` for never. */
  readonly expiries: Float64Array
  readonly priorities: Uint8Array
  /** The sequence number that the next message gets. */
  readonly nextSequence: number
  /** Messages up to this sequence number may have been delivered. */
  readonly deliveredBefore: number
  /** Messages that came back, by sequence number: how often, and how often because their delivery failed. */
  readonly returns: ReadonlyMap<number, { readonly acquired: number; readonly failed: number }>
  /** Identities that deduplication remembers, oldest first, and until when. */
  readonly identities: readonly (readonly [identity: string, expires: number])[]
  readonly routingKeys: ReadonlyMap<number, readonly string[]>
}
