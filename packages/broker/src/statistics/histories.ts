/** Which counts of which objects have a history, and for how long: RabbitMQ's retention policies. */

import { EXCHANGE_STATS, MESSAGE_STATS, PUBLISHING, QUEUE_STATS } from './counts.ts'
import type { HistoryShape } from './history.ts'
import { Retention } from './timeline.ts'

/** Lengths of queues, in RabbitMQ's words; `messages` is their sum. */
export const LENGTHS = ['messages_ready', 'messages_unacknowledged'] as const

/** Bytes of connections. */
export const OCTETS = ['recv_oct', 'send_oct'] as const

/** What was opened, closed, made and deleted. */
export const CHURN = [
  'connection_created',
  'connection_closed',
  'channel_created',
  'channel_closed',
  'queue_declared',
  'queue_created',
  'queue_deleted',
] as const

/** What messages cost the disk. */
export const DISK = ['disk_reads', 'disk_writes'] as const

/** Where each kind of count begins in a history of a queue, a vhost and the broker. */
export const QUEUE_LENGTHS_AT: number = QUEUE_STATS.length
export const VHOST_LENGTHS_AT: number = MESSAGE_STATS.length
export const VHOST_OCTETS_AT: number = VHOST_LENGTHS_AT + LENGTHS.length
export const BROKER_LENGTHS_AT: number = MESSAGE_STATS.length
export const BROKER_DISK_AT: number = BROKER_LENGTHS_AT + LENGTHS.length
export const BROKER_CHURN_AT: number = BROKER_DISK_AT + DISK.length

const { basic, detailed, global } = Retention

export const QUEUE_HISTORY: HistoryShape = {
  size: QUEUE_STATS.length + LENGTHS.length,
  gaugesFrom: QUEUE_LENGTHS_AT,
  retention: basic,
}
export const EXCHANGE_HISTORY: HistoryShape = { size: EXCHANGE_STATS.length, retention: basic }
export const CHANNEL_HISTORY: HistoryShape = { size: MESSAGE_STATS.length, retention: basic }
export const CONNECTION_HISTORY: HistoryShape = { size: OCTETS.length, retention: basic, isWide: true }
export const PUBLISHING_HISTORY: HistoryShape = { size: PUBLISHING.length, retention: detailed }
export const DELIVERING_HISTORY: HistoryShape = { size: QUEUE_STATS.length - 1, retention: detailed }
export const PAIR_HISTORY: HistoryShape = { size: 1, retention: detailed }
export const VHOST_HISTORY: HistoryShape = {
  size: VHOST_OCTETS_AT + OCTETS.length,
  retention: global,
  isWide: true,
}
export const BROKER_HISTORY: HistoryShape = {
  size: BROKER_CHURN_AT + CHURN.length,
  retention: global,
  isWide: true,
}
