/**
 * Bytes of messages that a connection keeps before they are published: unfinished ones of all channels, and those of transactions.
 *
 * A client could otherwise fill the memory with them, channel by channel, and nothing but its end would free it.
 */

import { ReplyCode } from '@warrenmq/codec'
import { ConnectionException } from '../../errors.ts'

export class HeldBytes {
  readonly #max: number
  #count = 0

  constructor(max: number) {
    this.#max = max
  }

  get count(): number {
    return this.#count
  }

  /** `bytes` more are held. @throws ConnectionException RESOURCE_ERROR when that is too much; they count nevertheless. */
  add(bytes: number): void {
    this.#count += bytes
    if (this.#count <= this.#max) return
    const text = `unfinished messages and transactions of the connection take more than ${this.#max} bytes`
    throw new ConnectionException(ReplyCode.RESOURCE_ERROR, text, 0)
  }

  /** `bytes` of them are held no longer. */
  remove(bytes: number): void {
    this.#count -= bytes
  }
}
