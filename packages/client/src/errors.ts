/** The errors of this package. Their `code` is the contract; the message is for people. `docs/errors.md` has a row for each. */

import { type MethodName, methodName, replyCodeName } from '@warrenmq/codec'

/** What happened. */
export type ClientErrorCode =
  | 'INVALID_OPTION'
  | 'CONNECT_FAILED'
  | 'LOGIN_REFUSED'
  | 'CONNECTION_CLOSED'
  | 'CONNECTION_LOST'
  | 'PROTOCOL_ERROR'
  | 'CHANNEL_CLOSED'
  | 'CHANNELS_EXHAUSTED'
  | 'CONSUMER_CANCELLED'
  | 'TIMEOUT'
  | 'ABORTED'
  | 'MESSAGE_NACKED'
  | 'MESSAGE_RETURNED'
  | 'PUBLISHER_FULL'
  | 'INVALID_MESSAGE'
  | 'REMOTE_ERROR'

/** What every error of this package is. */
export class ClientError extends Error {
  readonly code: ClientErrorCode

  constructor(code: ClientErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ClientError'
    this.code = code
  }
}

/** What a peer says in `connection.close` and `channel.close`. */
export interface CloseReason {
  /** AMQP reply code, such as 404. */
  readonly replyCode: number
  /** The peer's text, such as `NOT_FOUND - no queue 'q' in vhost '/'`. */
  readonly replyText: string
  /** Class of the method to blame; 0 for none. */
  readonly classId: number
  /** The method to blame, within its class; 0 for none. */
  readonly methodId: number
}

/** A connection or channel that the broker closed (`CONNECTION_CLOSED`, `LOGIN_REFUSED`, `CHANNEL_CLOSED`). */
export class ClosedError extends ClientError implements CloseReason {
  readonly replyCode: number
  readonly replyText: string
  readonly classId: number
  readonly methodId: number
  /** Name of the reply code, such as `NOT_FOUND`; the number in digits for an unknown one. */
  readonly replyName: string
  /** Name of the method to blame, such as `queue.declare`, or `undefined`. */
  readonly methodName: MethodName | undefined

  constructor(code: 'CONNECTION_CLOSED' | 'LOGIN_REFUSED' | 'CHANNEL_CLOSED', reason: CloseReason) {
    const what = code === 'CHANNEL_CLOSED' ? 'channel' : 'connection'
    const blamed = methodName(((reason.classId << 16) | reason.methodId) >>> 0)
    super(code, `broker closed the ${what}: ${reason.replyCode} ${reason.replyText}${blamed ? ` (${blamed})` : ''}`)
    this.name = 'ClosedError'
    this.replyCode = reason.replyCode
    this.replyText = reason.replyText
    this.classId = reason.classId
    this.methodId = reason.methodId
    this.replyName = replyCodeName(reason.replyCode)
    this.methodName = blamed
  }
}

/** A mandatory message that no queue took (`MESSAGE_RETURNED`). */
export class ReturnedError extends ClientError {
  /** 312 NO_ROUTE as a rule. */
  readonly replyCode: number
  readonly replyText: string
  readonly exchange: string
  readonly routingKey: string

  constructor(replyCode: number, replyText: string, exchange: string, routingKey: string) {
    super('MESSAGE_RETURNED', `message to exchange '${exchange}' with key '${routingKey}' came back: ${replyText}`)
    this.name = 'ReturnedError'
    this.replyCode = replyCode
    this.replyText = replyText
    this.exchange = exchange
    this.routingKey = routingKey
  }
}

/** The reason of an aborted signal as an error of ours. */
export function abortedError(signal: AbortSignal, what: string): ClientError {
  return new ClientError('ABORTED', `${what} was aborted`, { cause: signal.reason })
}
