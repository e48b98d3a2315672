/**
 * Blocks of messages that are not in the log, filled one after the other.
 *
 * Hot path (`npm run bench`, scenarios T and P).
 *
 *     record = | length u32 | route length u16 | 0 u16 | message bytes |
 */

import { BLOCK_SIZE } from '../../memory/working-memory.ts'
import type { Message } from '../../queue/message.ts'
import type { Block } from './block.ts'
import { copyMessage } from './message-bytes.ts'

/** Octets in front of a message that is not in the log. */
export const TRANSIENT_HEADER_SIZE = 8

export class TransientBlocks {
  readonly #open: () => Block
  #current: Block

  /** @param open Gives a block to fill. */
  constructor(open: () => Block) {
    this.#open = open
    this.#current = open()
  }

  /** Copies a message of `length` bytes in, with one reference, and returns its position. */
  append(message: Message, length: number): number {
    const size = TRANSIENT_HEADER_SIZE + length
    if (this.#current.used + size > BLOCK_SIZE) this.#nextBlock()
    const block = this.#current
    const record = block.base + block.used
    writeTransientHeader(block.bytes, record, length, message.routeEnd - message.routeStart)
    copyMessage(block, record + TRANSIENT_HEADER_SIZE, message, length)
    block.live++
    const position = block.slot * BLOCK_SIZE + block.used
    block.used += size
    return position
  }

  #nextBlock(): void {
    const full = this.#current
    full.open = false
    if (full.live === 0) {
      // Everything in it was settled meanwhile: start over in the same place.
      full.open = true
      full.used = 0
      return
    }
    this.#current = this.#open()
    full.next = this.#current
  }
}

function writeTransientHeader(bytes: Uint8Array, offset: number, length: number, routeLength: number): void {
  bytes[offset] = length >>> 24
  bytes[offset + 1] = length >>> 16
  bytes[offset + 2] = length >>> 8
  bytes[offset + 3] = length
  bytes[offset + 4] = routeLength >>> 8
  bytes[offset + 5] = routeLength
  bytes[offset + 6] = 0
  bytes[offset + 7] = 0
}
