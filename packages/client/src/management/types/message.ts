import type { Arguments } from './common.ts'

/** A message as it is shown, wherever it is. */
export interface ShownMessage {
  readonly exchange: string
  readonly routing_key: string
  readonly properties: Arguments
  /** Bytes of the whole payload. */
  readonly payload_bytes: number
  /** As much of it as was asked for. */
  readonly payload: string
  readonly payload_encoding: 'string' | 'base64'
}

/** Who holds a message that was delivered. */
export interface MessageHolder {
  readonly connection: string
  readonly channel: string
  readonly user: string
  /** Null for one that was fetched with basic.get. */
  readonly consumer_tag: string | null
  readonly delivery_tag: number
  readonly in_transaction: boolean
  /** Milliseconds since 1970: it was handed out between these two moments. */
  readonly delivered_after: number
  readonly delivered_before: number
}

/** A message in a queue. What it carries is missing when `unreadable`. */
export interface QueuedMessage extends Partial<ShownMessage> {
  /** Its number in the queue, which later ones are higher than. */
  readonly id: number
  readonly state: 'ready' | 'unacked' | 'delayed'
  readonly redelivered: boolean
  readonly priority?: number
  /** Milliseconds since 1970. */
  readonly expires_at?: number
  /** Milliseconds since 1970: when a delayed one is ready. */
  readonly ready_at?: number
  readonly acquired_count?: number
  readonly delivery_count?: number
  readonly held_by?: MessageHolder
  readonly unreadable?: true
}

/** Where messages are looked for: waiting, in the hands of consumers, or both. */
export type MessageState = 'ready' | 'unacked' | 'all'

/** What messages have; all of it is to hold. */
export interface MessageSearch {
  /** Text in payload, routing key, headers or properties. */
  readonly text?: string
  /** Text in the payload. */
  readonly payload?: string
  readonly routing_key?: string
  /** `name`, or `name=value`. */
  readonly header?: string
  /** `name`, or `name=value`. */
  readonly property?: string
}

/** Which messages are browsed, and how they are shown. */
export interface BrowseMessages {
  /** @default ready */
  readonly state?: MessageState
  readonly search?: MessageSearch
  /** Only messages with a higher number. */
  readonly after?: number
  /** At most so many, up to 1000. @default 100 */
  readonly count?: number
  /** `auto`: text where the payload is UTF-8, otherwise base64. @default auto */
  readonly encoding?: 'auto' | 'base64'
  /** Bytes of each payload that are shown. @default 50000 */
  readonly truncate?: number
}

/** Messages of a queue, oldest first. */
export interface BrowsedMessages {
  readonly items: readonly QueuedMessage[]
  /** How many were looked at. */
  readonly scanned: number
  /** Where to go on; null at the end of the queue. */
  readonly next_after: number | null
  readonly messages_ready: number
  readonly messages_delayed: number
  readonly messages_unacknowledged: number
}

/** Which messages go where: `ids` or `search`, `queue` or `exchange`. */
export interface MoveMessages {
  /** Up to 1000. */
  readonly ids?: readonly number[]
  /** `{}` for any. */
  readonly search?: MessageSearch
  /** Where a search looks. @default ready */
  readonly state?: MessageState
  /** Only messages with a higher number. */
  readonly after?: number
  /** At most so many, up to 1000. @default 1000 */
  readonly count?: number
  /** The queue that gets them as they are. */
  readonly queue?: string
  /** The exchange that they are published to. */
  readonly exchange?: string
  /** With `exchange`, in place of their own. */
  readonly routing_key?: string
}

export interface MovedMessages {
  readonly moved: number
  readonly ids: readonly number[]
  /** Not there, or no longer when their turn came. */
  readonly gone: number
  readonly refused: number
  /** Where a search is to go on; null when it is at the end. */
  readonly next_after: number | null
}

/** How dead letters are sent back. */
export interface RedriveMessages {
  /** Which of their deaths counts. @default last */
  readonly by?: 'last' | 'first'
  /** At most so many. @default all that are there */
  readonly count?: number
  /** At most so many in a second. */
  readonly rate?: number
}

export interface RedrivenMessages {
  readonly redriven: number
  /** How many went to which queue. */
  readonly queues: Readonly<Record<string, number>>
  /** What stayed, because it did not die in a queue … */
  readonly not_dead_lettered: number
  /** … because that queue is gone … */
  readonly queue_gone: number
  /** … or because it is full. */
  readonly refused: number
  readonly messages_ready: number
}
