/**
 * Writes content header frames (specification §4.2.6.1).
 *
 * Hot path (`benchmarks/src/clients`). The caller has made room for the longest case.
 */

import { ClassId, CodecError, FRAME_END, FrameType, PropertyFlag } from '@warrenmq/codec'
import type { MessageProperties } from '../message/properties.ts'

/** Frame and content header without properties, in bytes. */
export const HEADER_SIZE: number = 7 + 14 + 1
/** Most that all properties but the headers take: eight short strings of 256 bytes, octets and timestamp. */
export const PROPERTIES_SIZE_MAX: number = 8 * 256 + 2 + 8

const encoder = new TextEncoder()

/** Writes what stands before the payload of a frame. Returns the offset behind it. */
export function writeFrameStart(page: Uint8Array, at: number, type: number, channel: number, size: number): number {
  page[at] = type
  page[at + 1] = channel >> 8
  page[at + 2] = channel
  writeUint32(page, at + 3, size)
  return at + 7
}

/**
 * Writes a content header frame and returns the offset behind it. Straight code for each property: a loop over names took several times as long.
 *
 * @throws CodecError VALUE_OUT_OF_RANGE.
 */
export function writeHeaderFrame(
  page: Uint8Array,
  at: number,
  channel: number,
  defaultPersistent: boolean,
  defaultContentType: string | undefined,
  properties: MessageProperties,
  headers: Uint8Array | undefined,
  bodySize: number,
): number {
  const payload = at + 7
  page[payload] = 0
  page[payload + 1] = ClassId.basic
  page[payload + 2] = 0
  page[payload + 3] = 0
  writeUint32(page, payload + 4, Math.floor(bodySize / 2 ** 32))
  writeUint32(page, payload + 8, bodySize)
  let flags = 0
  let offset = payload + 14
  const { contentEncoding, correlationId, replyTo, expirationMs, messageId, type, userId, appId } = properties
  const { priority, timestamp } = properties
  const contentType = properties.contentType ?? defaultContentType
  const persistent = properties.persistent ?? defaultPersistent
  if (contentType !== undefined) {
    flags |= PropertyFlag.contentType
    offset = writeText(page, offset, contentType)
  }
  if (contentEncoding !== undefined) {
    flags |= PropertyFlag.contentEncoding
    offset = writeText(page, offset, contentEncoding)
  }
  if (headers !== undefined) {
    flags |= PropertyFlag.headers
    writeUint32(page, offset, headers.length)
    page.set(headers, offset + 4)
    offset += 4 + headers.length
  }
  if (persistent === true) {
    flags |= PropertyFlag.deliveryMode
    page[offset++] = 2
  }
  if (priority !== undefined) {
    flags |= PropertyFlag.priority
    page[offset++] = inRange('priority', priority, 255)
  }
  if (correlationId !== undefined) {
    flags |= PropertyFlag.correlationId
    offset = writeText(page, offset, correlationId)
  }
  if (replyTo !== undefined) {
    flags |= PropertyFlag.replyTo
    offset = writeText(page, offset, replyTo)
  }
  if (expirationMs !== undefined) {
    flags |= PropertyFlag.expiration
    offset = writeText(page, offset, String(inRange('expirationMs', expirationMs, 2 ** 32 - 1)))
  }
  if (messageId !== undefined) {
    flags |= PropertyFlag.messageId
    offset = writeText(page, offset, messageId)
  }
  if (timestamp !== undefined) {
    flags |= PropertyFlag.timestamp
    const seconds = inRange('timestamp', Math.floor(timestamp.getTime() / 1000), Number.MAX_SAFE_INTEGER)
    writeUint32(page, offset, Math.floor(seconds / 2 ** 32))
    writeUint32(page, offset + 4, seconds)
    offset += 8
  }
  if (type !== undefined) {
    flags |= PropertyFlag.type
    offset = writeText(page, offset, type)
  }
  if (userId !== undefined) {
    flags |= PropertyFlag.userId
    offset = writeText(page, offset, userId)
  }
  if (appId !== undefined) {
    flags |= PropertyFlag.appId
    offset = writeText(page, offset, appId)
  }
  page[payload + 12] = flags >> 8
  page[payload + 13] = flags
  writeFrameStart(page, at, FrameType.header, channel, offset - payload)
  page[offset] = FRAME_END
  return offset + 1
}

function writeUint32(page: Uint8Array, at: number, value: number): void {
  page[at] = value >>> 24
  page[at + 1] = value >>> 16
  page[at + 2] = value >>> 8
  page[at + 3] = value
}

/** A short string. ASCII is put down unit by unit, which for these lengths takes less than a call of the platform. */
function writeText(page: Uint8Array, at: number, text: string): number {
  if (typeof text !== 'string')
    throw new CodecError('VALUE_OUT_OF_RANGE', `${typeof text} given for a property that is text`)
  const { length } = text
  if (length > 255) throw tooLong(encoder.encode(text).length)
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i)
    if (unit >= 0x80) return writeUtf8(page, at, text)
    page[at + 1 + i] = unit
  }
  page[at] = length
  return at + 1 + length
}

function writeUtf8(page: Uint8Array, at: number, text: string): number {
  const bytes = encoder.encode(text)
  if (bytes.length > 255) throw tooLong(bytes.length)
  page[at] = bytes.length
  page.set(bytes, at + 1)
  return at + 1 + bytes.length
}

function tooLong(length: number): CodecError {
  return new CodecError('VALUE_OUT_OF_RANGE', `a property of ${length} bytes must be <= 255`)
}

function inRange(name: string, value: number, max: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= max) return value
  throw new CodecError('VALUE_OUT_OF_RANGE', `${name} ${value} must be an integer from 0 to ${max}`)
}
