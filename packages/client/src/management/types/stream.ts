import type { MessageSearch, ShownMessage } from './message.ts'

/** Something in a stream of the broker's. */
export interface StreamedEvent {
  /** Its name: `queue.created`, `message`, `dropped` … */
  readonly event: string
  readonly data: unknown
}

/** An open stream. It ends with the broker, with the signal, or when the loop over it is left. */
export type EventStream = AsyncIterable<StreamedEvent>

/** Which messages a tap shows, and how. */
export interface TapOptions {
  /** A pattern as bindings of topic exchanges have it. @default # */
  readonly routingKey?: string
  readonly search?: Omit<MessageSearch, 'routing_key'>
  /** Most messages in a second, up to 1000. @default 100 */
  readonly rate?: number
  /** Of so many that match, one is shown. @default 1 */
  readonly every?: number
  /** @default auto */
  readonly encoding?: 'auto' | 'base64'
  /** Bytes of each payload that are shown. @default 1000 */
  readonly truncate?: number
}

/** Data of `message`. */
export interface TappedMessage extends ShownMessage {
  /** Milliseconds since 1970. */
  readonly timestamp: number
}

/** Data of `counts`, every second, and of `ended`: messages since the stream began. */
export interface TapCounts {
  readonly seen: number
  readonly matched: number
  readonly shown: number
}

/** Data of `dropped`: so many events are missing here, because they were read too slowly. */
export interface DroppedEvents {
  readonly count: number
}
