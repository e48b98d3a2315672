/**
 * What is told of published messages to whoever subscribes to `warrenmq:publish` (`node:diagnostics_channel`), such as a tracer that makes
 * spans.
 *
 * Without a subscriber nothing is made, and no message pays for the question: each connection asks once for each chunk that it reads.
 */

import { channel } from 'node:diagnostics_channel'
import { readHeaders, type TypedTable } from '@warrenmq/codec'
import type { Message } from '../queue/message.ts'

/** A message that a client published, outside of a transaction. Valid during the call only. */
export interface PublishedMessage {
  readonly vhost: string
  readonly exchange: string
  readonly routingKey: string
  /** Names of the queues that it goes to; none when it is unroutable. */
  readonly queues: readonly string[]
  /** `<peer> -> <server>`. */
  readonly connection: string
  readonly channel: number
  readonly user: string
  /** Size of the body, in bytes. */
  readonly bodySize: number
  /** Its headers, such as `traceparent`, read when they are asked for. */
  readonly headers: TypedTable | undefined
}

export const publishChannel: ReturnType<typeof channel> = channel('warrenmq:publish')

/** The headers of a message. */
export function headersOf({ bytes, headerPayloadStart, headerPayloadEnd }: Message): TypedTable | undefined {
  return readHeaders(bytes, headerPayloadStart, headerPayloadEnd)
}
