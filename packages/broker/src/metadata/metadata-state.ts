/**
 * All metadata as a table from key to value, changed by commands only: what replaying the log gives, and what a snapshot holds.
 *
 * Pure: the same commands in the same order give the same table and the same hash. What keys and values mean is said in
 * `metadata-key.ts`.
 */

import type { Position } from '../log/ordered-log.ts'

/** A change of one key. */
export type MetadataCommand =
  | { readonly op: 'put'; readonly key: string; readonly value: string }
  | { readonly op: 'delete'; readonly key: string }

/** Keys with their values. */
export type MetadataPairs = readonly (readonly [key: string, value: string])[]

/** Pairs of a slice of a snapshot, when nothing else is said. */
const SLICE_SIZE = 1000

export class MetadataState {
  /** The last position of which a command was applied; 0 for none. */
  position: Position = 0
  readonly #values = new Map<string, string>()
  /** Sums over all pairs, so that the order of changes does not matter and each change costs the same. */
  #hashHigh = 0
  #hashLow = 0

  /** Keys that have a value. */
  get size(): number {
    return this.#values.size
  }

  /** The same for two states with the same pairs; 16 hexadecimal digits. It finds mistakes, not forgeries. */
  get hash(): string {
    return hex(this.#hashHigh) + hex(this.#hashLow)
  }

  get(key: string): string | undefined {
    return this.#values.get(key)
  }

  /** All pairs, each key where it was first put. */
  pairs(): IterableIterator<[key: string, value: string]> {
    return this.#values.entries()
  }

  /** Applies a command that stands at `position`, where others may stand too. One that changes nothing is no error. */
  apply(command: MetadataCommand, position: Position): void {
    const { key } = command
    const before = this.#values.get(key)
    if (before !== undefined) this.#count(key, before, -1)
    if (command.op === 'delete') this.#values.delete(key)
    else {
      this.#values.set(key, command.value)
      this.#count(key, command.value, 1)
    }
    this.position = position
  }

  /**
   * All pairs, in slices. The state may change between two of them: a snapshot that was begun at position p is complete together with the
   * commands behind p. Loading it and applying those gives the state as it is then, whatever was changed meanwhile.
   */
  *snapshot(sliceSize: number = SLICE_SIZE): Generator<MetadataPairs> {
    let slice: [string, string][] = []
    // A map's iterator goes on with what is added behind it and leaves out what is removed.
    for (const pair of this.#values) {
      slice.push(pair)
      if (slice.length < sliceSize) continue
      yield slice
      slice = []
    }
    if (slice.length > 0) yield slice
  }

  /** Puts a slice of a snapshot that was begun at `position`. */
  load(slice: MetadataPairs, position: Position): void {
    for (const [key, value] of slice) this.apply({ op: 'put', key, value }, position)
  }

  #count(key: string, value: string, sign: 1 | -1): void {
    this.#hashHigh = (this.#hashHigh + sign * hashPair(key, value, 0x811c9dc5)) >>> 0
    this.#hashLow = (this.#hashLow + sign * hashPair(key, value, 0x9e3779b9)) >>> 0
  }
}

/** Murmur's mixing over UTF-16 code units, and the length between key and value so that no two pairs read alike. */
function hashPair(key: string, value: string, seed: number): number {
  let hash = mixText(seed, key)
  hash = mixText(mix(hash, key.length), value)
  hash ^= hash >>> 16
  hash = Math.imul(hash, 0x85ebca6b)
  hash ^= hash >>> 13
  hash = Math.imul(hash, 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

function mixText(seed: number, text: string): number {
  let hash = seed
  for (let i = 0; i < text.length; i++) hash = mix(hash, text.charCodeAt(i))
  return hash
}

function mix(hash: number, unit: number): number {
  const mixed = hash ^ Math.imul(unit + 1, 0xcc9e2d51)
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0
}

function hex(word: number): string {
  return word.toString(16).padStart(8, '0')
}
