/**
 * Messages that came back to their queue, smallest sequence number first: a binary heap in typed arrays.
 *
 * A message keeps the sequence number that it got when it arrived, so taking the smallest restores the original order. Everything
 * here is older than what is still in the ready list, because that list is only ever taken from its head.
 */

import { type CapturedMessages, captureColumns } from './captured-messages.ts'

/** Most queues have none, and there may be many queues. */
const NONE = new Float64Array(0)
const CAPACITY_MIN = 16

export class ReturnedHeap {
  #sequences = NONE
  #positions = NONE
  #length = 0

  get length(): number {
    return this.#length
  }

  push(sequence: number, position: number): void {
    if (this.#length === this.#sequences.length) this.#resize(Math.max(CAPACITY_MIN, this.#length * 2))
    let index = this.#length++
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (this.#sequences[parent] <= sequence) break
      this.#move(parent, index)
      index = parent
    }
    this.#set(index, sequence, position)
  }

  /** Sequence number of the first. The heap must not be empty. */
  get firstSequence(): number {
    return this.#sequences[0]
  }

  /** Position of the first. The heap must not be empty. */
  get firstPosition(): number {
    return this.#positions[0]
  }

  /** All messages, in no order, of a queue or level with this priority. */
  capture(priority: number): CapturedMessages[] {
    if (this.#length === 0) return []
    const sequences = this.#sequences.slice(0, this.#length)
    return [captureColumns(sequences, this.#positions.slice(0, this.#length), undefined, priority)]
  }

  /** Removes the first and returns its position. The heap must not be empty. */
  shift(): number {
    const position = this.#positions[0]
    const length = --this.#length
    const sequence = this.#sequences[length]
    const moved = this.#positions[length]
    let index = 0
    for (;;) {
      let child = index * 2 + 1
      if (child >= length) break
      if (child + 1 < length && this.#sequences[child + 1] < this.#sequences[child]) child++
      if (this.#sequences[child] >= sequence) break
      this.#move(child, index)
      index = child
    }
    this.#set(index, sequence, moved)
    if (this.#sequences.length > 1024 && length * 4 < this.#sequences.length) this.#resize(this.#sequences.length >> 1)
    return position
  }

  /** Removes the message with this sequence number, wherever it is. Returns whether it was there. */
  remove(sequence: number): boolean {
    const found = this.#sequences.subarray(0, this.#length).indexOf(sequence)
    if (found < 0) return false
    const sequences = this.#sequences.slice(0, this.#length)
    const positions = this.#positions.slice(0, this.#length)
    this.#length = found
    // What stands before it is a heap by itself.
    for (let i = found + 1; i < sequences.length; i++) this.push(sequences[i], positions[i])
    return true
  }

  #set(index: number, sequence: number, position: number): void {
    this.#sequences[index] = sequence
    this.#positions[index] = position
  }

  #move(from: number, to: number): void {
    this.#sequences[to] = this.#sequences[from]
    this.#positions[to] = this.#positions[from]
  }

  #resize(capacity: number): void {
    const sequences = new Float64Array(capacity)
    const positions = new Float64Array(capacity)
    sequences.set(this.#sequences.subarray(0, this.#length))
    positions.set(this.#positions.subarray(0, this.#length))
    this.#sequences = sequences
    this.#positions = positions
  }
}
