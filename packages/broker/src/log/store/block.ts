/** A block of the store: messages that came one after the other, and where their bytes are. */

import type { DamagedRange } from '../ordered-log.ts'
import { addPosition } from '../position-runs.ts'

/** Bytes of a block that are not in memory. */
const NOWHERE = new Uint8Array(0)

export class Block {
  readonly slot: number
  /** Its number in the log; 0 when it is not in the log. */
  readonly id: number
  /** Bytes in front of each message. */
  readonly headerSize: number
  /** Bytes in memory that it counts for. */
  readonly size: number
  /** Length of the route when the block is one message without a header in front; else -1. */
  readonly soleRouteLength: number
  bytes: Uint8Array
  /** Offset of the block in `bytes`. */
  base: number
  /** References to messages in it. */
  live = 0
  /** Messages that came into it. */
  messages = 0
  /** Offsets of its live messages, one for each reference, while it is found out whether to move them. */
  marks: number[] | undefined = undefined
  /** Where its live messages were moved, by their offset. The block is a way to them, and nothing else. */
  forward: Map<number, number> | undefined = undefined
  /** Whether it is being filled. */
  open = false
  /** Bytes that are filled. */
  used = 0
  /** Whether its bytes are in memory. */
  resident = true
  /** Writes under way that read its bytes. */
  pins = 0
  /** In the log: the entries that hold it, as far as they are durable, in runs: first, last, first, last … */
  readonly entries: number[] = []
  /** Where its bytes are in the spill file, if they are. */
  spilled: readonly number[] | undefined = undefined
  /** Bytes that could not be read back. */
  damaged: readonly DamagedRange[] = []
  /** Whether a message was found to be lost by that. */
  hasLost = false
  /** Whether its bytes are being read into memory. */
  loading = false
  /** The block of its kind that was filled after it. */
  next: Block | undefined = undefined

  constructor(
    slot: number,
    id: number,
    headerSize: number,
    bytes: Uint8Array,
    base: number,
    size: number,
    soleRouteLength: number,
  ) {
    this.slot = slot
    this.id = id
    this.headerSize = headerSize
    this.bytes = bytes
    this.base = base
    this.size = size
    this.soleRouteLength = soleRouteLength
  }

  /** An entry with a piece of it is durable. */
  addEntry(position: number): void {
    addPosition(this.entries, position)
  }

  /** Forgets the bytes; they are elsewhere. */
  forgetBytes(): void {
    this.bytes = NOWHERE
    this.base = 0
    this.resident = false
  }
}
