/**
 * Delayed messages by the time they are due: a binary heap in columns of numbers, 24 bytes a message.
 *
 * Messages that are due at the same time leave in the order they came.
 */

const CAPACITY_MIN = 16

export class DelayHeap {
  #length = 0
  #due = new Float64Array(CAPACITY_MIN)
  /** Numbers in order of arrival. */
  #id = new Float64Array(CAPACITY_MIN)
  #position = new Float64Array(CAPACITY_MIN)

  get length(): number {
    return this.#length
  }

  /** When the first is due; `Infinity` when there is none. */
  get firstDue(): number {
    return this.#length === 0 ? Number.POSITIVE_INFINITY : this.#due[0]
  }

  get firstId(): number {
    return this.#id[0]
  }

  push(due: number, id: number, position: number): void {
    if (this.#length === this.#due.length) this.#resize(this.#length * 2)
    this.#siftUp(this.#length++, due, id, position)
  }

  /** Takes the first out and returns its position. */
  shift(): number {
    return this.#removeAt(0)
  }

  /** Takes a message out, wherever it stands, and returns its position; -1 when it is not there. A scan. */
  remove(id: number): number {
    const index = this.#id.subarray(0, this.#length).indexOf(id)
    return index < 0 ? -1 : this.#removeAt(index)
  }

  /** Calls `visit` for all, in no particular order. */
  forEach(visit: (due: number, id: number, position: number) => void): void {
    for (let i = 0; i < this.#length; i++) visit(this.#due[i], this.#id[i], this.#position[i])
  }

  #removeAt(index: number): number {
    const position = this.#position[index]
    const last = --this.#length
    if (index !== last) {
      const [due, id] = [this.#due[last], this.#id[last]]
      // The last one takes the place, then moves to where it belongs: down, or up when it came from another branch.
      if (index > 0 && this.#isBefore(due, id, (index - 1) >> 1)) this.#siftUp(index, due, id, this.#position[last])
      else this.#siftDown(index, due, id, this.#position[last])
    }
    if (this.#due.length > CAPACITY_MIN && last < this.#due.length / 4) this.#resize(this.#due.length / 2)
    return position
  }

  #siftUp(from: number, due: number, id: number, position: number): void {
    let index = from
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!this.#isBefore(due, id, parent)) break
      this.#move(parent, index)
      index = parent
    }
    this.#set(index, due, id, position)
  }

  #siftDown(from: number, due: number, id: number, position: number): void {
    let index = from
    for (let child = 2 * index + 1; child < this.#length; child = 2 * index + 1) {
      if (child + 1 < this.#length && this.#isBefore(this.#due[child + 1], this.#id[child + 1], child)) child++
      if (this.#isBefore(due, id, child)) break
      this.#move(child, index)
      index = child
    }
    this.#set(index, due, id, position)
  }

  #isBefore(due: number, id: number, index: number): boolean {
    return due < this.#due[index] || (due === this.#due[index] && id < this.#id[index])
  }

  #move(from: number, to: number): void {
    this.#set(to, this.#due[from], this.#id[from], this.#position[from])
  }

  #set(index: number, due: number, id: number, position: number): void {
    this.#due[index] = due
    this.#id[index] = id
    this.#position[index] = position
  }

  #resize(capacity: number): void {
    this.#due = resized(this.#due, capacity, this.#length)
    this.#id = resized(this.#id, capacity, this.#length)
    this.#position = resized(this.#position, capacity, this.#length)
  }
}

function resized(column: Float64Array, capacity: number, length: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(capacity)
  larger.set(column.subarray(0, length))
  return larger
}
