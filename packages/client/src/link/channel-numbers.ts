/** Numbers of channels, the lowest free one first. */

import { ClientError } from '../errors.ts'

export class ChannelNumbers {
  readonly #max: number
  readonly #free: number[] = []
  #next = 1

  constructor(max: number) {
    this.#max = max
  }

  /** @throws ClientError CHANNELS_EXHAUSTED. */
  take(): number {
    const number = this.#free.pop()
    if (number !== undefined) return number
    if (this.#next > this.#max) {
      throw new ClientError('CHANNELS_EXHAUSTED', `all ${this.#max} channels of the connection are open`)
    }
    return this.#next++
  }

  release(number: number): void {
    this.#free.push(number)
  }
}
