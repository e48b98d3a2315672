/**
 * Writes `basic.publish` with its content into a link's output.
 *
 * Hot path (`benchmarks/src/clients`). Method, header and body go straight into the page: one reservation for all of a small message, no object
 * but what headers need. The bytes of the method are kept for the route that was published to last, which as a rule is the next one's.
 */

import { encodeFieldTable, encodeMethodFrame, FRAME_END, FRAME_OVERHEAD, FrameType } from '@warrenmq/codec'
import type { MessageProperties } from '../message/properties.ts'
import { HEADER_SIZE, PROPERTIES_SIZE_MAX, writeFrameStart, writeHeaderFrame } from './content-header-writer.ts'
import { COPY_MAX, type Output } from './output.ts'

/** Headers of this size and more are written by themselves, in bytes. */
const LONG_HEADERS_SIZE = 16 * 1024

/** Writes messages of one channel. */
export class PublishWriter {
  readonly #output: Output
  readonly #channel: number
  readonly #payloadMax: number
  #exchange = ''
  #routingKey = ''
  #mandatory = false
  #method: Uint8Array

  /** @param frameSizeMax Largest frame, in bytes, as negotiated. */
  constructor(output: Output, channel: number, frameSizeMax: number) {
    this.#output = output
    this.#channel = channel
    this.#payloadMax = frameSizeMax - FRAME_OVERHEAD
    this.#method = this.#encodeMethod()
  }

  /**
   * Appends a message to the output. Its properties win over `persistent` and `contentType`. A body from 32 KiB on is not copied: it must not change before it is sent.
   *
   * @throws CodecError VALUE_OUT_OF_RANGE and as `encodeFieldTable`, having appended nothing.
   */
  write(
    exchange: string,
    routingKey: string,
    mandatory: boolean,
    persistent: boolean,
    contentType: string | undefined,
    properties: MessageProperties,
    body: Uint8Array,
  ): void {
    if (routingKey !== this.#routingKey || exchange !== this.#exchange || mandatory !== this.#mandatory) {
      this.#setRoute(exchange, routingKey, mandatory)
    }
    const headers = properties.headers === undefined ? undefined : encodeFieldTable(properties.headers)
    const output = this.#output
    const method = this.#method
    const inPage = body.length < COPY_MAX && body.length <= this.#payloadMax
    const headersSize = headers === undefined ? 0 : headers.length
    if (headers !== undefined && headersSize >= LONG_HEADERS_SIZE) {
      this.#writeLong(persistent, contentType, properties, headers, body)
      return
    }
    const size =
      method.length + HEADER_SIZE + PROPERTIES_SIZE_MAX + 4 + headersSize + (inPage ? body.length + FRAME_OVERHEAD : 0)
    let offset = output.reserve(size)
    const page = output.page
    page.set(method, offset)
    offset = writeHeaderFrame(
      page,
      offset + method.length,
      this.#channel,
      persistent,
      contentType,
      properties,
      headers,
      body.length,
    )
    if (inPage && body.length > 0) {
      offset = writeFrameStart(page, offset, FrameType.body, this.#channel, body.length)
      page.set(body, offset)
      offset += body.length
      page[offset++] = FRAME_END
    }
    output.advance(offset)
    if (!inPage) this.#writeBody(body)
  }

  #setRoute(exchange: string, routingKey: string, mandatory: boolean): void {
    const [oldExchange, oldKey, oldMandatory] = [this.#exchange, this.#routingKey, this.#mandatory]
    this.#exchange = exchange
    this.#routingKey = routingKey
    this.#mandatory = mandatory
    try {
      this.#method = this.#encodeMethod()
    } catch (error) {
      this.#exchange = oldExchange
      this.#routingKey = oldKey
      this.#mandatory = oldMandatory
      throw error
    }
  }

  #encodeMethod(): Uint8Array {
    return encodeMethodFrame(this.#channel, 'basic.publish', {
      exchange: this.#exchange,
      routingKey: this.#routingKey,
      mandatory: this.#mandatory,
    })
  }

  /** Headers that a page may not hold. */
  #writeLong(
    persistent: boolean,
    contentType: string | undefined,
    properties: MessageProperties,
    headers: Uint8Array,
    body: Uint8Array,
  ): void {
    const frame = new Uint8Array(HEADER_SIZE + PROPERTIES_SIZE_MAX + 4 + headers.length)
    const end = writeHeaderFrame(frame, 0, this.#channel, persistent, contentType, properties, headers, body.length)
    this.#output.write(this.#method)
    this.#output.write(frame.subarray(0, end))
    this.#writeBody(body)
  }

  /** A body in as many frames as it takes; large ones as they lie. */
  #writeBody(body: Uint8Array): void {
    const output = this.#output
    for (let start = 0; start < body.length; start += this.#payloadMax) {
      const part = body.subarray(start, Math.min(body.length, start + this.#payloadMax))
      const offset = output.reserve(FRAME_OVERHEAD)
      output.advance(writeFrameStart(output.page, offset, FrameType.body, this.#channel, part.length))
      if (part.length < COPY_MAX) output.write(part)
      else output.writeReference(part)
      const end = output.reserve(1)
      output.page[end] = FRAME_END
      output.advance(end + 1)
    }
  }
}
