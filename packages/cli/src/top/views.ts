/** What `top` watches: the columns, and where their values come from. */

import type { RateDetails } from '@warrenmq/client/management'
import type { Context } from '../context.ts'

export type TopRow = readonly (string | number | undefined)[]

export interface TopView {
  /** The first one names the object. */
  readonly columns: readonly string[]
  /** A value for each column. */
  read(context: Context): Promise<TopRow[]>
}

export const TOP_VIEWS: Readonly<Record<string, TopView>> = {
  queues: {
    columns: [
      'name',
      'messages',
      'ready',
      'unacked',
      'consumers',
      'publish_rate',
      'deliver_rate',
      'ack_rate',
      'memory',
      'vhost',
    ],
    async read({ client, settings }) {
      const queues = await client.queues.list(settings.vhost)
      return queues.map((queue) => [
        queue.name,
        queue.messages,
        queue.messages_ready,
        queue.messages_unacknowledged,
        queue.consumers,
        rateOf(queue.message_stats?.publish_details),
        rateOf(queue.message_stats?.deliver_get_details),
        rateOf(queue.message_stats?.ack_details),
        queue.memory,
        queue.vhost,
      ])
    },
  },
  connections: {
    columns: ['name', 'recv_rate', 'send_rate', 'channels', 'state', 'user', 'vhost', 'client'],
    async read({ client, settings }) {
      const connections = await client.connections.list(settings.vhost)
      return connections.map((connection) => [
        connection.name,
        rateOf(connection.recv_oct_details),
        rateOf(connection.send_oct_details),
        connection.channels,
        connection.state,
        connection.user,
        connection.vhost,
        connection.user_provided_name,
      ])
    },
  },
  channels: {
    columns: [
      'name',
      'publish_rate',
      'deliver_rate',
      'ack_rate',
      'unacked',
      'unconfirmed',
      'prefetch',
      'consumers',
      'user',
      'vhost',
    ],
    async read({ client, settings }) {
      const channels = await client.channels.list(settings.vhost)
      return channels.map((channel) => [
        channel.name,
        rateOf(channel.message_stats?.publish_details),
        rateOf(channel.message_stats?.deliver_get_details),
        rateOf(channel.message_stats?.ack_details),
        channel.messages_unacknowledged,
        channel.messages_unconfirmed,
        channel.prefetch_count,
        channel.consumer_count,
        channel.user,
        channel.vhost,
      ])
    },
  },
}

/** Per second, whole: a decimal would flicker. What had no traffic has no rate. */
function rateOf(details: RateDetails | undefined): number {
  return Math.round(details?.rate ?? 0)
}
