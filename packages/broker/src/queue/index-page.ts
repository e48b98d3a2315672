/** A page of a queue's index: columns of numbers, with a row for each message. */

import { giveDoubles, takeDoubles } from './page-memory.ts'

/** Columns of a page, in memory. */
export interface Columns {
  positions: Float64Array
  /** Body sizes; absent: all unknown. */
  sizes: Uint32Array | undefined
  /** When they expire; absent: never. */
  expiries: Float64Array | undefined
  /** Absent where each sequence number is one above the last one. */
  sequences: Float64Array | undefined
}

export type ColumnName = keyof Columns

const NAMES: readonly ColumnName[] = ['positions', 'sizes', 'expiries', 'sequences']
/** Positions that are not in memory. */
const NONE = new Float64Array(0)

export class IndexPage implements Columns {
  /** Messages that it has room for. */
  readonly length: number
  positions: Float64Array
  sizes: Uint32Array | undefined = undefined
  expiries: Float64Array | undefined = undefined
  sequences: Float64Array | undefined = undefined
  /** Sequence number of the message in its first row, as far as there is none of `sequences`. */
  firstSequence = 0
  /** Bytes that it counts for when it is in memory. */
  bytes = 0
  /** Where its columns are in the spill file, when they are there and not in memory. */
  slots: ReadonlyMap<ColumnName, number> | undefined = undefined
  /** Whether it is, or is next to, the one that is taken from: it stays in memory. */
  isNear = false
  /** Its place among the pages that may leave memory; -1 when it must not. */
  candidate = -1
  isBeingWritten = false
  isBeingRead = false
  /** Nobody needs it any more. */
  isClosed = false

  constructor(length: number) {
    this.length = length
    this.positions = takeDoubles(length)
  }

  /** The columns that it has, which must be in memory. */
  columns(): [ColumnName, Float64Array | Uint32Array][] {
    return columnsOf(this)
  }

  /** Forgets its columns, which are elsewhere or given back. */
  forgetColumns(): void {
    this.positions = NONE
    this.sizes = undefined
    this.expiries = undefined
    this.sequences = undefined
  }
}

export function columnsOf(columns: Columns): [ColumnName, Float64Array | Uint32Array][] {
  return NAMES.flatMap((name) => {
    const column = columns[name]
    return column === undefined ? [] : [[name, column] as [ColumnName, Float64Array | Uint32Array]]
  })
}

/** Columns of undefined content for what is to be read back. */
export function takeColumns(names: Iterable<ColumnName>, length: number): Columns {
  const wanted = new Set(names)
  return {
    positions: takeDoubles(length),
    sizes: wanted.has('sizes') ? new Uint32Array(length) : undefined,
    expiries: wanted.has('expiries') ? takeDoubles(length) : undefined,
    sequences: wanted.has('sequences') ? takeDoubles(length) : undefined,
  }
}

export function giveColumns({ positions, expiries, sequences }: Columns): void {
  giveDoubles(positions)
  if (expiries !== undefined) giveDoubles(expiries)
  if (sequences !== undefined) giveDoubles(sequences)
}
