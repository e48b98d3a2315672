/**
 * The properties of a published message that the broker acts on or refuses.
 */

import {
  fieldTypeName,
  MethodId,
  PropertyFlag,
  ReplyCode,
  readHeaders,
  readOctetProperty,
  readShortstrProperty,
  type TypedTable,
  type TypedValue,
  withHeaders,
} from '@warrenmq/codec'
import { ChannelException } from '../../errors.ts'
import type { Message } from '../../queue/message.ts'
import { replaceHeaderPayload } from '../../queue/message-header.ts'
import { MILLISECONDS_MAX } from '../../vhost/argument-value.ts'

/** Properties that need a look. */
export const LOOKED_AT: number =
  PropertyFlag.headers |
  PropertyFlag.deliveryMode |
  PropertyFlag.expiration |
  PropertyFlag.userId |
  PropertyFlag.replyTo

/** `CC` in bytes; `BCC` contains it. */
const LETTER_C = 0x43

const NO_KEYS: readonly string[] = []

/**
 * Checks the properties in RabbitMQ's order and takes `BCC` out of the message, which then has bytes of its own. Returns the routing
 * keys of the headers `CC` and `BCC`.
 *
 * @throws ChannelException PRECONDITION_FAILED.
 */
export function inspectProperties(message: Message, userIdAllowed: string | undefined): readonly string[] {
  const flags = message.propertyFlags
  if ((flags & PropertyFlag.userId) !== 0 && userIdAllowed !== undefined) checkUserId(message, userIdAllowed)
  if ((flags & PropertyFlag.expiration) !== 0) checkExpiration(message)
  let headers: TypedTable | undefined
  let extraKeys = NO_KEYS
  if ((flags & PropertyFlag.headers) !== 0 && mayHaveExtraKeys(message)) {
    headers = readHeaders(message.bytes, message.headerPayloadStart, message.headerPayloadEnd)
    if (headers?.CC !== undefined || headers?.BCC !== undefined) {
      extraKeys = [...readKeys('CC', headers.CC), ...readKeys('BCC', headers.BCC)]
    }
  }
  if ((flags & PropertyFlag.deliveryMode) !== 0) checkDeliveryMode(message)
  if (headers?.BCC !== undefined) removeBcc(message)
  return extraKeys
}

function checkUserId(message: Message, user: string): void {
  const userId = readShortstrProperty(
    message.bytes,
    message.headerPayloadStart,
    message.headerPayloadEnd,
    PropertyFlag.userId,
  )
  if (userId !== user) throw refuse(`user_id property set to '${userId}' but authenticated user was '${user}'`)
}

function checkExpiration(message: Message): void {
  const { bytes, headerPayloadStart: start, headerPayloadEnd: end } = message
  const expiration = readShortstrProperty(bytes, start, end, PropertyFlag.expiration) ?? ''
  const digits = /^[+-]?\d+/.exec(expiration)?.[0]
  let reason: string | undefined
  if (digits === undefined) reason = 'no_integer'
  else if (digits.length < expiration.length) reason = `{leftover_string,"${expiration.slice(digits.length)}"}`
  else if (Number(digits) < 0) reason = `{value_negative,${BigInt(digits)}}`
  else if (Number(digits) > MILLISECONDS_MAX) reason = `{value_too_large,${BigInt(digits.replace('+', ''))}}`
  if (reason !== undefined) throw refuse(`invalid expiration '${expiration}': ${reason}`)
}

function checkDeliveryMode(message: Message): void {
  const { bytes, headerPayloadStart: start, headerPayloadEnd: end } = message
  const mode = readOctetProperty(bytes, start, end, PropertyFlag.deliveryMode)
  if (mode !== 1 && mode !== 2) throw refuse(`invalid message: {delivery_mode_unknown,${mode}}`)
}

/** Whether the letters `CC` stand anywhere in the header, so that it is worth decoding. */
function mayHaveExtraKeys(message: Message): boolean {
  const bytes = message.bytes
  const end = message.headerPayloadEnd - 1
  for (let i = message.headerPayloadStart; i < end; i++) {
    if (bytes[i] === LETTER_C && bytes[i + 1] === LETTER_C) return true
  }
  return false
}

function readKeys(name: string, value: TypedValue | undefined): string[] {
  if (value === undefined) return []
  if (value.tag !== 'A') {
    throw refuse(`invalid message: {unacceptable_type_in_header,"${name}",${fieldTypeName(value.tag)}}`)
  }
  const keys: string[] = []
  for (const item of value.value as readonly TypedValue[]) {
    if (item.tag === 'S' && typeof item.value === 'string') keys.push(item.value)
  }
  return keys
}

function removeBcc(message: Message): void {
  const { bytes, headerPayloadStart, headerPayloadEnd } = message
  replaceHeaderPayload(message, withHeaders(bytes, headerPayloadStart, headerPayloadEnd, { BCC: undefined }))
}

function refuse(text: string): ChannelException {
  return new ChannelException(ReplyCode.PRECONDITION_FAILED, text, MethodId.basicPublish)
}
