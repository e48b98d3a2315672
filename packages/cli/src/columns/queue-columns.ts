/** The columns of `list_queues`. */

import type { Queue } from '@warrenmq/client/management'
import type { Columns } from '../columns.ts'
import { AmqpTable } from '../erlang/values.ts'

export const QUEUE_COLUMNS: Columns<Queue> = {
  name: 'name',
  durable: 'durable',
  auto_delete: 'auto_delete',
  arguments: (queue) => new AmqpTable(queue.arguments),
  policy: 'policy',
  operator_policy: 'operator_policy',
  effective_policy_definition: ({ effective_policy_definition: definition }) => definition && new AmqpTable(definition),
  // Erlang's processes have no name here: who reads it wants the node.
  pid: (queue) => queue.leader ?? queue.node,
  owner_pid: (queue) => queue.owner_pid_details?.name,
  exclusive: 'exclusive',
  exclusive_consumer_pid: (queue) => (queue.exclusive_consumer_tag ? queue.node : ''),
  exclusive_consumer_tag: 'exclusive_consumer_tag',
  single_active_consumer_tag: 'single_active_consumer_tag',
  messages_ready: 'messages_ready',
  messages_unacknowledged: 'messages_unacknowledged',
  messages: 'messages',
  messages_ready_ram: 'messages_ready_ram',
  messages_unacknowledged_ram: 'messages_unacknowledged_ram',
  messages_ram: 'messages_ram',
  messages_persistent: 'messages_persistent',
  message_bytes: 'message_bytes',
  message_bytes_ready: 'message_bytes_ready',
  message_bytes_unacknowledged: 'message_bytes_unacknowledged',
  message_bytes_ram: 'message_bytes_ram',
  message_bytes_persistent: 'message_bytes_persistent',
  head_message_timestamp: 'head_message_timestamp',
  disk_reads: ({ message_stats: stats }) => (stats as Record<string, unknown> | undefined)?.disk_reads ?? 0,
  disk_writes: ({ message_stats: stats }) => (stats as Record<string, unknown> | undefined)?.disk_writes ?? 0,
  consumers: 'consumers',
  consumer_utilisation: 'consumer_utilisation',
  consumer_capacity: 'consumer_capacity',
  memory: 'memory',
  // Mirrors, which only RabbitMQ before 4.0 has.
  slave_pids: () => '',
  synchronised_slave_pids: () => '',
  state: 'state',
  type: 'type',
  leader: 'leader',
  members: 'members',
  online: 'online',
}

/** What the cheap form of the listing has. */
export const QUEUE_TOTALS: ReadonlySet<string> = new Set([
  'name',
  'durable',
  'auto_delete',
  'arguments',
  'messages',
  'messages_ready',
  'messages_unacknowledged',
  'type',
])
