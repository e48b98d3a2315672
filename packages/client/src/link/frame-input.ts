/**
 * Cuts what the transport brings into frames.
 *
 * Hot path (`benchmarks/src/clients`). Frames that lie whole in a chunk are parsed where they are, so messages are views of chunks. An incomplete
 * rest waits, and is put in front of what follows once the frame is whole: bytes are moved at most once, however small the chunks are.
 */

import type { FrameSink } from '@warrenmq/codec'
import { neededFrameSize, scanFrames } from '@warrenmq/codec/internal'

export class FrameInput {
  /** Largest payload taken, in bytes. */
  frameSizeMax: number
  readonly #sink: FrameSink
  #waiting: Uint8Array[] = []
  #waitingSize = 0
  #needed = 0

  constructor(frameSizeMax: number, sink: FrameSink) {
    this.frameSizeMax = frameSizeMax
    this.#sink = sink
  }

  /** Hands the frames that `chunk` completes to the sink. @throws CodecError as `scanFrames`. */
  push(chunk: Uint8Array): void {
    let bytes = chunk
    if (this.#waitingSize > 0) {
      this.#waiting.push(chunk)
      this.#waitingSize += chunk.length
      if (this.#waitingSize < this.#needed) return
      bytes = join(this.#waiting, this.#waitingSize)
      this.#waiting = []
      this.#waitingSize = 0
    }
    const rest = scanFrames(bytes, 0, bytes.length, this.frameSizeMax, this.#sink)
    if (rest === bytes.length) return
    this.#waiting.push(bytes.subarray(rest))
    this.#waitingSize = bytes.length - rest
    this.#needed = neededFrameSize(bytes, rest, bytes.length)
  }
}

function join(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const joined = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    joined.set(chunk, offset)
    offset += chunk.length
  }
  return joined
}
