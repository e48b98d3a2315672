/** Tells what happens to connections, their channels and consumers. */

import type { AmqpConnection } from '../protocols/amqp/connection.ts'
import type { AmqpConsumer } from '../protocols/amqp/consumer.ts'
import type { Vhost } from '../vhost/vhost.ts'
import type { BrokerEvents, EventName } from './broker-events.ts'

export function connectionCreated(connection: AmqpConnection, { name: vhost }: Vhost): void {
  const { services, name, user, peer } = connection
  services.events.emit('connection.created', () => ({
    vhost,
    user,
    details: {
      name,
      vhost,
      user,
      protocol: 'AMQP 0-9-1',
      peer_host: peer.remoteAddress ?? null,
      peer_port: peer.remotePort ?? null,
      host: peer.localAddress ?? null,
      port: peer.localPort ?? null,
      ssl: peer.tls !== undefined,
    },
  }))
}

export function connectionClosed({ services, name, user }: AmqpConnection, { name: vhost }: Vhost): void {
  services.events.emit('connection.closed', () => ({ vhost, user, details: { name, vhost, user } }))
}

export function channelChanged(
  what: 'channel.created' | 'channel.closed',
  { services, name: connection, user }: AmqpConnection,
  { name: vhost }: Vhost,
  number: number,
): void {
  const details = () => ({ name: `${connection} (${number})`, connection, number, user, vhost })
  services.events.emit(what, () => ({ vhost, user, details: details() }))
}

export function consumerCreated(consumer: AmqpConsumer): void {
  emitConsumer(consumer.channel.connection.services.events, 'consumer.created', consumer)
}

export function consumerDeleted(consumer: AmqpConsumer): void {
  emitConsumer(consumer.channel.connection.services.events, 'consumer.deleted', consumer)
}

function emitConsumer(events: BrokerEvents, what: EventName, consumer: AmqpConsumer): void {
  events.emit(what, () => {
    const { tag, queue, exclusive, noAck, prefetchCount, channel } = consumer
    const { connection, number, user, vhost } = channel
    return {
      vhost: vhost.name,
      user,
      details: {
        consumer_tag: tag,
        queue: queue.name,
        exclusive,
        ack_required: !noAck,
        prefetch_count: prefetchCount,
        channel: `${connection.name} (${number})`,
        connection: connection.name,
        user,
        vhost: vhost.name,
      },
    }
  })
}
