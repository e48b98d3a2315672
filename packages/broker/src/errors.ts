/**
 * What a peer did wrong, on AMQP's own ladder (specification §4.8.1).
 *
 * The core throws these too: their reply codes are the vocabulary in which RabbitMQ tells a refusal, and every protocol at the edge
 * translates from it. A fault of our own is an ordinary `Error`.
 */

import { type MethodArgs, replyCodeName } from '@warrenmq/codec'

/** Longest reply text that fits a short string, in bytes. RabbitMQ cuts a longer one to 252 bytes and adds `...`. */
const REPLY_TEXT_MAX = 255

/** A refusal with an AMQP reply code. `message` is the whole reply text, with the code's name in front. */
export class AmqpException extends Error {
  /** AMQP reply code, such as 404. */
  readonly replyCode: number
  /** Method that is named in the close, as `classId << 16 | methodId`; `undefined` for the one being handled, 0 for none. */
  readonly methodId: number | undefined

  constructor(replyCode: number, explanation: string, methodId?: number) {
    super(`${replyCodeName(replyCode)} - ${explanation}`)
    this.name = new.target.name
    this.replyCode = replyCode
    this.methodId = methodId
  }
}

/** Closes the channel and leaves the connection open: a "soft" error. */
export class ChannelException extends AmqpException {}

/** Closes the connection: a "hard" error. */
export class ConnectionException extends AmqpException {}

/** What `channel.close` or `connection.close` tells the peer. `currentMethodId` is named unless the exception names another. */
export function closeArguments(exception: AmqpException, currentMethodId: number): MethodArgs<'channel.close'> {
  const methodId = exception.methodId ?? currentMethodId
  return {
    replyCode: exception.replyCode,
    replyText: fitReplyText(exception.message),
    classId: methodId >>> 16,
    methodId: methodId & 0xffff,
  }
}

/** `text`, cut so that it fits a short string. */
function fitReplyText(text: string): string {
  if (Buffer.byteLength(text) <= REPLY_TEXT_MAX) return text
  const bytes = Buffer.from(text)
  let end = REPLY_TEXT_MAX - 3
  // Never cut inside a UTF-8 sequence: continuation bytes are 10xxxxxx.
  while ((bytes[end] & 0xc0) === 0x80) end--
  return `${bytes.subarray(0, end).toString()}...`
}
