/** Takes columns out of bytes that need not lie where typed arrays want them. */
export class ColumnReader {
  readonly #bytes: Uint8Array
  #offset = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  doubles(count: number): Float64Array {
    return new Float64Array(this.#take(count * 8))
  }

  words(count: number): Uint32Array {
    return new Uint32Array(this.#take(count * 4))
  }

  #take(length: number): ArrayBuffer {
    const start = this.#offset
    this.#offset += length
    // Not `slice`, which is no copy where the bytes are a Buffer.
    return Uint8Array.from(this.#bytes.subarray(start, start + length)).buffer
  }
}
