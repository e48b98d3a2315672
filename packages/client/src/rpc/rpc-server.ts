/** The serving half of requests: a consumer whose handler's result is published to where the request says. */

import type { FieldTable } from '@warrenmq/codec'
import type { Channel } from '../channel/channel.ts'
import type { ConsumeOptions, Consumer } from '../consumer/consumer.ts'
import type { Message } from '../message/message.ts'
import type { MessageProperties } from '../message/properties.ts'
import { isThenable } from '../waiting/deferred.ts'

/** Header of an answer that tells of a failed handler; its value is the error's message. */
export const ERROR_HEADER = 'x-rpc-error'

/** Makes the answer to a request: bytes and text as they are, anything else as JSON. */
export type RequestHandler<T> = (message: Message<T>) => unknown

/** Options of a server. A failed handler is told to who asked, so that `onError` has nothing to decide. */
export type ServeOptions<T = unknown> = Omit<ConsumeOptions<T>, 'onError'>

/** Serves the requests in a queue on a channel. */
export function serveRequests<T>(
  channel: Channel,
  queue: string,
  handler: RequestHandler<T>,
  options: ServeOptions<T>,
): Promise<Consumer<T>> {
  const reply = (properties: MessageProperties, result: unknown, headers?: FieldTable): Promise<void> | undefined => {
    const { replyTo, correlationId } = properties
    // Nobody asked for an answer.
    if (replyTo === undefined) return undefined
    return channel.publish('', replyTo, result ?? new Uint8Array(0), { correlationId, headers })
  }
  const fail = (properties: MessageProperties, error: unknown) =>
    reply(properties, undefined, { [ERROR_HEADER]: error instanceof Error ? error.message : String(error) })
  const answer = (message: Message<T>) => {
    const { properties } = message
    let result: unknown
    try {
      result = handler(message)
    } catch (error) {
      return fail(properties, error)
    }
    if (!isThenable(result)) return reply(properties, result)
    return result.then(
      (value) => reply(properties, value),
      (error) => fail(properties, error),
    )
  }
  return channel.consume<T>(queue, answer, { ...options, onError: 'reject' })
}
