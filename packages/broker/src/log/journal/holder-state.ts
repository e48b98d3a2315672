/** The messages of one holder while the log is replayed: columns by sequence number, from which those that ended are struck out. */

import type { RestoredMessages } from '../../queue/captured-messages.ts'

/** What stands in place of an address when the message is gone. */
const GONE = -1

/** Where in the log a message is, and what is known of it. */
export interface LoggedMessage {
  readonly sequence: number
  /** Number of its block × the size of a block + its offset there. */
  readonly address: number
  /** Body size. */
  readonly size: number
  readonly expiry: number
  readonly priority: number
}

/** Most queues are empty, and there may be many queues. */
const NO_NUMBERS = new Float64Array(0)
const NO_SIZES = new Uint32Array(0)
const NO_PRIORITIES = new Uint8Array(0)

export class HolderState {
  nextSequence = 0
  deliveredBefore = -1
  /** Body size of messages of which a checkpoint knew none. */
  typicalSize = 0
  readonly returns: Map<number, { readonly acquired: number; readonly failed: number }> = new Map()
  readonly identities: Map<string, number> = new Map()
  readonly routingKeys: Map<number, readonly string[]> = new Map()
  #sequences = NO_NUMBERS
  #addresses = NO_NUMBERS
  #expiries = NO_NUMBERS
  #sizes = NO_SIZES
  #priorities = NO_PRIORITIES
  #length = 0
  /** Whether the sequence numbers rise, as they do but for parts of checkpoints. */
  #sorted = true

  add({ sequence, address, size, expiry, priority }: LoggedMessage): void {
    if (this.#length === this.#sequences.length) this.#grow()
    if (this.#length > 0 && sequence <= this.#sequences[this.#length - 1]) this.#sorted = false
    const index = this.#length++
    this.#sequences[index] = sequence
    this.#addresses[index] = address
    this.#expiries[index] = expiry
    this.#sizes[index] = size
    this.#priorities[index] = priority
    if (sequence >= this.nextSequence) this.nextSequence = sequence + 1
  }

  /** Messages from one sequence number to another are gone. */
  settle(first: number, last: number): void {
    if (last >= this.nextSequence) this.nextSequence = last + 1
    this.#sort()
    for (let i = this.#indexOf(first); i < this.#length && this.#sequences[i] <= last; i++) {
      this.#addresses[i] = GONE
      if (this.returns.size > 0) this.returns.delete(this.#sequences[i])
      if (this.routingKeys.size > 0) this.routingKeys.delete(this.#sequences[i])
    }
  }

  /** What is left, by sequence number. `place` tells the position in the store of an address; -1 for what cannot be read. */
  finish(place: (address: number) => number): RestoredMessages {
    this.#sort()
    let kept = 0
    for (let i = 0; i < this.#length; i++) {
      const position = this.#addresses[i] === GONE ? -1 : place(this.#addresses[i])
      if (position < 0) continue
      this.#sequences[kept] = this.#sequences[i]
      this.#addresses[kept] = position
      this.#expiries[kept] = this.#expiries[i]
      this.#sizes[kept] = this.#sizes[i]
      this.#priorities[kept] = this.#priorities[i]
      kept++
    }
    return {
      sequences: this.#sequences.subarray(0, kept),
      positions: this.#addresses.subarray(0, kept),
      sizes: this.#sizes.subarray(0, kept),
      expiries: this.#expiries.subarray(0, kept),
      priorities: this.#priorities.subarray(0, kept),
      nextSequence: this.nextSequence,
      deliveredBefore: this.deliveredBefore,
      returns: this.returns,
      identities: [...this.identities],
      routingKeys: this.routingKeys,
    }
  }

  /** Index of the first message with this sequence number or a later one. */
  #indexOf(sequence: number): number {
    let low = 0
    let high = this.#length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#sequences[middle] < sequence) low = middle + 1
      else high = middle
    }
    return low
  }

  #sort(): void {
    if (this.#sorted) return
    this.#sorted = true
    const order = Uint32Array.from({ length: this.#length }, (_, i) => i)
    const sequences = this.#sequences
    order.sort((a, b) => sequences[a] - sequences[b])
    this.#sequences = reorder(new Float64Array(this.#length), sequences, order)
    this.#addresses = reorder(new Float64Array(this.#length), this.#addresses, order)
    this.#expiries = reorder(new Float64Array(this.#length), this.#expiries, order)
    this.#sizes = reorder(new Uint32Array(this.#length), this.#sizes, order)
    this.#priorities = reorder(new Uint8Array(this.#length), this.#priorities, order)
  }

  #grow(): void {
    const capacity = Math.max(16, this.#length * 2)
    this.#sequences = copyTo(new Float64Array(capacity), this.#sequences)
    this.#addresses = copyTo(new Float64Array(capacity), this.#addresses)
    this.#expiries = copyTo(new Float64Array(capacity), this.#expiries)
    this.#sizes = copyTo(new Uint32Array(capacity), this.#sizes)
    this.#priorities = copyTo(new Uint8Array(capacity), this.#priorities)
  }
}

type Column = Float64Array | Uint32Array | Uint8Array

function reorder<C extends Column>(target: C, source: C, order: Uint32Array): C {
  for (let i = 0; i < order.length; i++) target[i] = source[order[i]]
  return target
}

function copyTo<C extends Column>(target: C, source: C): C {
  target.set(source)
  return target
}
