/** A message that comes in pieces: its method has been read, content header and body follow (specification §4.2.6). */

import { CodecError, readBodySize } from '@warrenmq/codec'

/** A body is not allocated whole before at least this much of it has come, in bytes: an announcement costs the sender nothing. */
const TRUSTED_SIZE = 1024 * 1024

export class ContentAssembly {
  /** Copies of the method's and the content header's payload. */
  readonly method: Uint8Array
  header: Uint8Array | undefined = undefined
  body: Uint8Array = new Uint8Array(0)
  #size = 0
  #length = 0

  constructor(method: Uint8Array) {
    this.method = method
  }

  /** Takes the content header. Returns whether the message is complete. @throws CodecError when it is out of order. */
  takeHeader(payload: Uint8Array): boolean {
    if (this.header !== undefined) throw outOfOrder('second content header')
    if (payload.length < 14) throw outOfOrder('content header cut short')
    this.header = payload.slice()
    this.#size = readBodySize(payload, 0)
    this.body = new Uint8Array(Math.min(this.#size, TRUSTED_SIZE))
    return this.#size === 0
  }

  /** Takes a piece of the body. Returns whether the message is complete. @throws CodecError when it is out of order or too long. */
  takeBody(payload: Uint8Array): boolean {
    if (this.header === undefined) throw outOfOrder('body without a content header')
    const length = this.#length + payload.length
    if (length > this.#size) throw outOfOrder(`body of more than ${this.#size} bytes`)
    if (length > this.body.length) this.#grow(length)
    this.body.set(payload, this.#length)
    this.#length = length
    return length === this.#size
  }

  #grow(length: number): void {
    const grown = new Uint8Array(Math.min(this.#size, Math.max(length, this.body.length * 2)))
    grown.set(this.body.subarray(0, this.#length))
    this.body = grown
  }
}

function outOfOrder(problem: string): CodecError {
  return new CodecError('MALFORMED_ARGUMENTS', `content out of order: ${problem}`)
}
