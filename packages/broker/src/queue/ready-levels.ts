/**
 * Ready messages of a queue with features, by priority: the next is the oldest of the highest priority.
 *
 * A level holds those that came back, in a heap, and those that were not handed out yet. As in a plain queue the former are all older,
 * because the latter are only ever taken from their head.
 */

import type { IndexMemory } from '../log/store/index-memory.ts'
import type { CapturedMessages } from './captured-messages.ts'
import { ReadyColumns, UNKNOWN_SIZE } from './ready-columns.ts'
import type { ReadyList } from './ready-list.ts'
import { ReturnedHeap } from './returned-heap.ts'

interface Level {
  readonly fresh: ReadyColumns
  readonly returned: ReturnedHeap
}

export class ReadyLevels {
  readonly #memory: IndexMemory
  readonly #levels: (Level | undefined)[]
  /** The highest level with messages. What it is does not matter when there are none. */
  #top: Level
  #topIndex = 0
  #length = 0

  /** @param maxPriority The highest level; the lowest is 0. */
  constructor(memory: IndexMemory, maxPriority: number) {
    this.#memory = memory
    this.#levels = new Array(maxPriority + 1).fill(undefined)
    this.#top = this.#level(0)
  }

  get length(): number {
    return this.#length
  }

  /** Takes over what a plain queue holds; see {@link ReadyColumns.adopt}. Only while empty, and without priorities. */
  adopt(list: ReadyList, returned: ReturnedHeap, nextSequence: number): void {
    this.#length = list.length + returned.length
    this.#top.fresh.adopt(list, nextSequence - list.length)
    while (returned.length > 0) this.#top.returned.push(returned.firstSequence, returned.shift())
  }

  push(position: number, sequence: number, expiry: number, size: number, priority: number): void {
    const level = this.#levelFor(priority)
    level.fresh.push(position, sequence, expiry, size)
    this.#length++
  }

  /** Puts a message back to its place. */
  giveBack(position: number, sequence: number, priority: number): void {
    const level = this.#levelFor(priority)
    level.returned.push(sequence, position)
    this.#length++
  }

  /** Takes a message out, wherever it is. Returns whether it is ready. */
  remove(sequence: number, priority: number): boolean {
    const level = this.#levels[Math.min(priority, this.#levels.length - 1)]
    if (level === undefined || !(level.returned.remove(sequence) || level.fresh.remove(sequence))) return false
    this.#length--
    if (this.#length > 0) this.#findTop()
    return true
  }

  /** Whether the next message has come back. There must be one, here and below. */
  get redelivered(): boolean {
    return this.#top.returned.length > 0
  }

  /** Sequence number of the next message. */
  get sequence(): number {
    const { returned, fresh } = this.#top
    return returned.length > 0 ? returned.firstSequence : fresh.sequence
  }

  /** When the next message expires, if it has not been handed out yet; of one that came back its queue knows. */
  get expiry(): number {
    return this.#top.fresh.expiry
  }

  get position(): number {
    const { returned, fresh } = this.#top
    return returned.length > 0 ? returned.firstPosition : fresh.position
  }

  /** All messages. `expiryOf` tells when those expire that came back. */
  capture(expiryOf: (sequence: number) => number): CapturedMessages[] {
    return this.#levels.flatMap((level, priority) => {
      if (level === undefined) return []
      const returned = level.returned.capture(priority).map((captured) => ({
        ...captured,
        expiries: captured.sequences?.map((sequence) => expiryOf(sequence)),
      }))
      return [...returned, ...level.fresh.capture(priority)]
    })
  }

  /** Bytes in the body of the next message, or {@link UNKNOWN_SIZE}. */
  get size(): number {
    return this.redelivered ? UNKNOWN_SIZE : this.#top.fresh.size
  }

  /** Takes the next message out and returns its position. */
  shift(): number {
    const { returned, fresh } = this.#top
    const position = returned.length > 0 ? returned.shift() : fresh.shift()
    this.#length--
    if (this.#length > 0) this.#findTop()
    return position
  }

  #level(priority: number): Level {
    this.#levels[priority] ??= { fresh: new ReadyColumns(this.#memory), returned: new ReturnedHeap() }
    return this.#levels[priority]
  }

  /** The level of a message that is about to come in. One above the highest counts as the highest. */
  #levelFor(priority: number): Level {
    const index = Math.min(priority, this.#levels.length - 1)
    const level = this.#level(index)
    if (this.#length === 0 || index > this.#topIndex) {
      this.#top = level
      this.#topIndex = index
    }
    return level
  }

  #findTop(): void {
    while (this.#top.fresh.length === 0 && this.#top.returned.length === 0) {
      this.#topIndex--
      const level = this.#levels[this.#topIndex]
      if (level !== undefined) this.#top = level
    }
  }
}
