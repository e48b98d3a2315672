/**
 * Puts a message together whose frames did not all lie in one chunk.
 *
 * The result has the layout of {@link Message}, in bytes of its own. Memory grows with what has arrived, never with what was announced.
 * A body above the limit is counted and thrown away, so that the refusal can come where RabbitMQ's comes: behind its last frame.
 */

import { FRAME_END, FrameType, MethodId, ReplyCode } from '@warrenmq/codec'
import { readUint16, readUint32 } from '@warrenmq/codec/internal'
import { ConnectionException } from '../../errors.ts'
import { allocateBytes } from '../../memory/allocate.ts'
import { FRAME_HEADER_SIZE, type Message, ROUTE_GAP } from '../../queue/message.ts'
import type { HeldBytes } from './held-bytes.ts'
import { unknownFrame } from './method-errors.ts'

/** Body bytes for which room is made before any has arrived. */
const INITIAL_ROOM = 64 * 1024
const CONTENT_HEADER_MIN = 14

type State = 'idle' | 'header' | 'body'

export class ContentAssembly {
  readonly #held: HeldBytes
  #state: State = 'idle'
  #bytes: Uint8Array = EMPTY
  #length = 0
  #routeEnd = 0
  #bodySize = 0
  #received = 0
  #keep = true

  /** @param held Counts the memory taken. */
  constructor(held: HeldBytes) {
    this.#held = held
  }

  /** Whether frames of a message are due. */
  get active(): boolean {
    return this.#state !== 'idle'
  }

  /** A publish method came; `bytes[routeStart]` … `bytes[routeEnd + 1]` are its route, bits and frame end. */
  begin(bytes: Uint8Array, routeStart: number, routeEnd: number): void {
    this.#state = 'header'
    this.#routeEnd = routeEnd - routeStart
    this.#bytes = bytes.slice(routeStart, routeEnd + ROUTE_GAP)
    this.#length = this.#bytes.length
    this.#held.add(this.#length)
  }

  /**
   * Takes the next frame of the channel. Returns `true` when the message is complete; `complete` then gives it.
   *
   * @param messageSizeMax A larger body is not kept.
   * @throws ConnectionException UNEXPECTED_FRAME for a frame that is not due.
   */
  frame(type: number, bytes: Uint8Array, start: number, end: number, messageSizeMax: number): boolean {
    if (this.#state === 'header') this.#header(type, bytes, start, end, messageSizeMax)
    else this.#body(type, bytes, start, end)
    if (this.#received < this.#bodySize) return false
    this.#state = 'idle'
    return true
  }

  /** Length of the body of the message just completed, in bytes. */
  get bodySize(): number {
    return this.#bodySize
  }

  /** Points `message` at the message just completed. Not for one whose body was too large to keep. */
  complete(message: Message): void {
    if (this.#bodySize > 0) this.#bytes[this.#length++] = FRAME_END
    const bytes = this.#bytes.length === this.#length ? this.#bytes : this.#bytes.slice(0, this.#length)
    message.point(bytes, 0, this.#routeEnd, this.#length)
    message.owned = true
    message.position = -1
    message.batch = 0
    this.#forget()
  }

  /** Forgets what has arrived. */
  reset(): void {
    this.#state = 'idle'
    this.#forget()
  }

  #forget(): void {
    this.#held.remove(this.#bytes.length)
    this.#bytes = EMPTY
  }

  #header(type: number, bytes: Uint8Array, start: number, end: number, messageSizeMax: number): void {
    if (type !== FrameType.header) throw unexpectedHeader('got non content header frame instead')
    assertContentHeader(type, bytes, start, end)
    const classId = readUint16(bytes, start)
    if (classId !== MethodId.basicPublish >>> 16) throw unexpectedHeader(`got one for class ${classId} instead`)
    if (readUint16(bytes, start + 2) !== 0) throw unexpectedHeader('got non content header frame instead')
    this.#bodySize = readUint32(bytes, start + 4) * 2 ** 32 + readUint32(bytes, start + 8)
    this.#received = 0
    this.#keep = this.#bodySize <= messageSizeMax
    this.#state = 'body'
    if (!this.#keep) return
    // The whole header frame, then the head of a body frame that will count the whole body.
    this.#append(bytes, start - FRAME_HEADER_SIZE, end + 1)
    if (this.#bodySize > 0) this.#appendBodyFrameHead()
  }

  #body(type: number, bytes: Uint8Array, start: number, end: number): void {
    if (type !== FrameType.body || this.#received + end - start > this.#bodySize) throw unexpectedBody()
    this.#received += end - start
    if (this.#keep) this.#append(bytes, start, end)
  }

  #appendBodyFrameHead(): void {
    const head = new Uint8Array(FRAME_HEADER_SIZE)
    head[0] = FrameType.body
    new DataView(head.buffer).setUint32(3, this.#bodySize)
    this.#append(head, 0, FRAME_HEADER_SIZE)
  }

  #append(bytes: Uint8Array, start: number, end: number): void {
    const length = this.#length + end - start
    // Room for the frame end behind the body is kept at all times.
    if (length >= this.#bytes.length) this.#grow(length)
    this.#bytes.set(bytes.subarray(start, end), this.#length)
    this.#length = length
  }

  #grow(length: number): void {
    const missing = this.#bodySize - this.#received
    // One octet more for the frame end behind the body.
    const whole = length + missing + FRAME_HEADER_SIZE + 1
    const grown = allocateBytes(Math.min(whole, Math.max(length + 1, this.#bytes.length * 2, INITIAL_ROOM)))
    grown.set(this.#bytes.subarray(0, this.#length))
    const more = grown.length - this.#bytes.length
    this.#bytes = grown
    this.#held.add(more)
  }
}

const EMPTY = new Uint8Array(0)

function unexpectedHeader(found: string): ConnectionException {
  const text = `expected content header for class 60, ${found}`
  return new ConnectionException(ReplyCode.UNEXPECTED_FRAME, text, MethodId.basicPublish)
}

function unexpectedBody(): ConnectionException {
  const text = 'expected content body, got non content body frame instead'
  return new ConnectionException(ReplyCode.UNEXPECTED_FRAME, text, MethodId.basicPublish)
}

/** Refuses a header frame that is too short to be one, whether one is due or not. */
export function assertContentHeader(type: number, bytes: Uint8Array, start: number, end: number): void {
  if (type === FrameType.header && end - start < CONTENT_HEADER_MIN) throw unknownFrame(type, bytes.slice(start, end))
}
