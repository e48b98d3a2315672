/** The serving half of requests: a consumer whose handler's result is published to where the request says. */

import type { Channel } from '../channel/channel.ts'
import type { ConsumeOptions, Consumer } from '../consumer/consumer.ts'
import type { Message } from '../message/message.ts'

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
  const answer = async (message: Message<T>) => {
    const { replyTo, correlationId } = message.properties
    let result: unknown
    let headers: { [ERROR_HEADER]: string } | undefined
    try {
      result = await handler(message)
    } catch (error) {
      headers = { [ERROR_HEADER]: error instanceof Error ? error.message : String(error) }
    }
    // Nobody asked for an answer.
    if (replyTo === undefined) return
    await channel.publish('', replyTo, result ?? new Uint8Array(0), { correlationId, headers })
  }
  return channel.consume<T>(queue, answer, { ...options, onError: 'reject' })
}
