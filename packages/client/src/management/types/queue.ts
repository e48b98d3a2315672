import type { Arguments, MessageStats, RateDetails } from './common.ts'

/** A queue. Figures are missing while the broker has none yet, which with RabbitMQ takes up to five seconds. */
export interface Queue {
  readonly name: string
  readonly vhost: string
  readonly type: string
  readonly durable: boolean
  readonly auto_delete: boolean
  readonly exclusive: boolean | null
  readonly arguments: Arguments
  readonly state?: string
  readonly node?: string
  readonly leader?: string
  readonly members?: readonly string[]
  readonly online?: readonly string[]
  readonly policy?: string | null
  readonly operator_policy?: string | null
  readonly effective_policy_definition?: Arguments
  readonly messages?: number
  readonly messages_details?: RateDetails
  readonly messages_ready?: number
  readonly messages_unacknowledged?: number
  readonly messages_ram?: number
  readonly messages_ready_ram?: number
  readonly messages_unacknowledged_ram?: number
  readonly messages_persistent?: number
  /** Bytes of message bodies. */
  readonly message_bytes?: number
  readonly message_bytes_ready?: number
  readonly message_bytes_unacknowledged?: number
  readonly message_bytes_ram?: number
  readonly message_bytes_persistent?: number
  /** Bytes. */
  readonly memory?: number
  readonly consumers?: number
  readonly consumer_capacity?: number
  readonly consumer_utilisation?: number
  readonly consumer_details?: readonly unknown[]
  readonly exclusive_consumer_tag?: string | null
  readonly single_active_consumer_tag?: string | null
  /** Seconds since 1970. */
  readonly head_message_timestamp?: number | null
  readonly idle_since?: string
  readonly owner_pid_details?: { readonly name?: string }
  readonly message_stats?: MessageStats
}

/** What a queue is declared with. */
export interface QueueDeclaration {
  /** @default false */
  readonly durable?: boolean
  /** @default false */
  readonly auto_delete?: boolean
  readonly arguments?: Arguments
  readonly node?: string
}

/** How messages that were fetched are settled. */
export type AckMode = 'ack_requeue_true' | 'ack_requeue_false' | 'reject_requeue_true' | 'reject_requeue_false'

/** How messages are fetched from a queue. */
export interface GetMessages {
  /** At most so many. @default 1 */
  readonly count?: number
  /** @default ack_requeue_true */
  readonly ackmode?: AckMode
  /** `auto`: text where the payload is UTF-8, otherwise base64. @default auto */
  readonly encoding?: 'auto' | 'base64'
  /** Bytes after which a payload is cut. */
  readonly truncate?: number
}

/** A message that was fetched. */
export interface FetchedMessage {
  readonly payload: string
  readonly payload_bytes: number
  readonly payload_encoding: 'string' | 'base64'
  readonly redelivered: boolean
  readonly exchange: string
  readonly routing_key: string
  /** Messages that are left. */
  readonly message_count: number
  readonly properties: Arguments | readonly never[]
}
