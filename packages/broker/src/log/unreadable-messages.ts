/**
 * Messages of a holder that cannot be read, because the disk is damaged where they are. They are neither delivered nor gone: their places in
 * the log stay, and checkpoints hold them, so that the next start tries them again.
 */

import { type CapturedMessages, captureColumns } from '../queue/captured-messages.ts'

/** Most messages of one holder; what cannot be read beyond that is given up, so that a dead disk costs no memory without end. */
const UNREADABLE_MAX = 1_000_000

export class UnreadableMessages {
  readonly #sequences: number[] = []
  readonly #positions: number[] = []
  readonly #expiries: number[] = []

  /** Adds a message with the reference to it; `false` when there are too many already. */
  add(sequence: number, position: number, expiry: number): boolean {
    if (this.#sequences.length >= UNREADABLE_MAX) return false
    this.#sequences.push(sequence)
    this.#positions.push(position)
    this.#expiries.push(expiry)
    return true
  }

  /** For a checkpoint. Their priority is as unknown as the rest of them. */
  capture(): CapturedMessages {
    const [sequences, positions, expiries] = [this.#sequences, this.#positions, this.#expiries]
    return captureColumns(Float64Array.from(sequences), Float64Array.from(positions), Float64Array.from(expiries), 0)
  }

  /** Takes all out. */
  takeAll(visit: (position: number, sequence: number) => void): void {
    const positions = this.#positions.splice(0)
    this.#expiries.length = 0
    for (const [i, sequence] of this.#sequences.splice(0).entries()) visit(positions[i], sequence)
  }
}
