/** The columns of `list_connections`, `list_channels` and `list_consumers`. */

import type { Channel, Connection, Consumer } from '@warrenmq/client/management'
import type { Columns } from '../columns.ts'
import { AmqpTable, Tuple } from '../erlang/values.ts'

export const CONNECTION_COLUMNS: Columns<Connection> = {
  // Instead of an Erlang process: what tells connections apart.
  pid: 'name',
  name: 'name',
  user_provided_name: 'user_provided_name',
  port: 'port',
  host: 'host',
  peer_port: 'peer_port',
  peer_host: 'peer_host',
  ssl: 'ssl',
  ssl_protocol: 'ssl_protocol',
  ssl_key_exchange: 'ssl_key_exchange',
  ssl_cipher: 'ssl_cipher',
  ssl_hash: 'ssl_hash',
  peer_cert_subject: 'peer_cert_subject',
  peer_cert_issuer: 'peer_cert_issuer',
  peer_cert_validity: 'peer_cert_validity',
  state: 'state',
  channels: 'channels',
  protocol: ({ protocol }) => protocolValue(protocol),
  auth_mechanism: 'auth_mechanism',
  user: 'user',
  vhost: 'vhost',
  timeout: 'timeout',
  frame_max: 'frame_max',
  channel_max: 'channel_max',
  client_properties: (connection) => new AmqpTable(connection.client_properties),
  recv_oct: 'recv_oct',
  recv_cnt: 'recv_cnt',
  send_oct: 'send_oct',
  send_cnt: 'send_cnt',
  send_pend: 'send_pend',
  connected_at: 'connected_at',
}

export const CHANNEL_COLUMNS: Columns<Channel> = {
  pid: 'name',
  connection: (channel) => channel.connection_details.name,
  name: 'name',
  number: 'number',
  user: 'user',
  vhost: 'vhost',
  transactional: 'transactional',
  confirm: 'confirm',
  consumer_count: 'consumer_count',
  messages_unacknowledged: 'messages_unacknowledged',
  messages_uncommitted: 'messages_uncommitted',
  acks_uncommitted: 'acks_uncommitted',
  messages_unconfirmed: 'messages_unconfirmed',
  prefetch_count: 'prefetch_count',
  global_prefetch_count: 'global_prefetch_count',
}

export const CONSUMER_COLUMNS: Columns<Consumer> = {
  queue_name: (consumer) => consumer.queue.name,
  channel_pid: (consumer) => consumer.channel_details.name,
  consumer_tag: 'consumer_tag',
  ack_required: 'ack_required',
  prefetch_count: 'prefetch_count',
  active: 'active',
  activity_status: 'activity_status',
  arguments: (consumer) => new AmqpTable(consumer.arguments),
}

/** `AMQP 0-9-1` is `{0,9,1}`; other protocols stay as they are. */
function protocolValue(protocol: string): unknown {
  const numbers = /^AMQP (\d)-(\d)(?:-(\d))?$/.exec(protocol)?.slice(1)
  return numbers === undefined ? protocol : new Tuple(numbers.filter((digit) => digit !== undefined).map(Number))
}
