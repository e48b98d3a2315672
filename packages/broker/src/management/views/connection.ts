/** A connection, as RabbitMQ shows it. */

import { writeArguments } from '../../definitions/argument-table.ts'
import type { JsonObject, JsonValue } from '../../parameters/json-value.ts'
import type { AmqpConnection } from '../../protocols/amqp/connection.ts'
import { OCTETS } from '../../statistics/histories.ts'
import type { ManagementParts } from '../management-parts.ts'
import { type Ranges, viewFigures } from './details.ts'

/** A connection in a list. */
export function viewConnection(connection: AmqpConnection, parts: ManagementParts, ranges: Ranges): JsonObject {
  const { statistics, peer, session, clientProperties } = connection
  statistics.collect()
  const name = clientProperties?.connection_name
  return {
    auth_mechanism: connection.mechanism,
    channel_max: connection.channelMax,
    channels: session?.channels.size ?? 0,
    client_properties: clientProperties === undefined ? {} : writeArguments(clientProperties),
    connected_at: statistics.connectedAt,
    frame_max: connection.frameSizeMax,
    host: peer.localAddress ?? '',
    name: connection.name,
    node: parts.nodeName,
    peer_host: peer.remoteAddress ?? '',
    peer_port: peer.remotePort ?? 0,
    port: peer.localPort ?? 0,
    protocol: 'AMQP 0-9-1',
    ...viewFigures(OCTETS, statistics.octets, statistics.history, 0, ranges.dataRates),
    recv_cnt: connection.input.chunkCount,
    send_cnt: connection.output.writeCount,
    send_pend: statistics.pendingBytes,
    ...viewTls(connection),
    ...(typeof name?.value === 'string' ? { user_provided_name: name.value } : {}),
    state: connection.state,
    timeout: connection.closing.heartbeatSeconds,
    type: 'network',
    user: connection.user,
    user_who_performed_action: connection.user,
    vhost: session?.vhost.name ?? '',
  }
}

/** A connection by itself. What TLS does not say is an empty text here, and `null` in lists: as RabbitMQ has it. */
export function viewWholeConnection(connection: AmqpConnection, parts: ManagementParts, ranges: Ranges): JsonObject {
  const view: Record<string, JsonValue> = { ...viewConnection(connection, parts, ranges) }
  for (const name of TLS_FIELDS) view[name] ??= ''
  return view
}

/** Fields that tell of TLS. Whose key exchange and hash it is, follows from the cipher's name. */
const TLS_FIELDS = [
  'ssl_protocol',
  'ssl_cipher',
  'ssl_key_exchange',
  'ssl_hash',
  'peer_cert_subject',
  'peer_cert_issuer',
  'peer_cert_validity',
]

function viewTls({ peer }: AmqpConnection): JsonObject {
  const { tls } = peer
  const nothing = Object.fromEntries(TLS_FIELDS.map((name) => [name, null]))
  if (tls === undefined) return { ssl: false, ...nothing }
  const { protocol, cipher, certificate } = tls
  return {
    ssl: true,
    ...nothing,
    ssl_protocol: protocol.toLowerCase(),
    ssl_cipher: cipher,
    peer_cert_subject: certificate?.distinguishedName ?? null,
  }
}
