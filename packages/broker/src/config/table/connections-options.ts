/** What a connection may do, and how long things may take. */

import { type OptionRows, TIMER_MAX } from '../option-row.ts'

export const CONNECTION_OPTIONS: OptionRows<
  | 'heartbeatSeconds'
  | 'frameSizeMax'
  | 'channelMax'
  | 'handshakeTimeoutMs'
  | 'loginFailureDelayMs'
  | 'closeTimeoutMs'
  | 'channelMaxPerNode'
  | 'consumerMaxPerChannel'
  | 'consumerTimeoutMs'
  | 'messageSizeMax'
  | 'heldBytesMax'
  | 'outputBytesHigh'
  | 'connectionMax'
  | 'connectionsPerAddressMax'
  | 'shutdownTimeoutMs'
> = {
  heartbeatSeconds: {
    fileKey: 'heartbeat',
    rule: { kind: 'integer', min: 0, max: 65_535 },
    default: 60,
    description: 'heartbeat interval proposed to clients, in seconds; 0 proposes none',
  },
  frameSizeMax: {
    fileKey: 'frame_max',
    rule: { kind: 'integer', min: 4096, max: 4_294_967_295 },
    default: 131_072,
    description: 'largest frame, in bytes',
  },
  channelMax: {
    fileKey: 'channel_max',
    rule: { kind: 'integer', min: 1, max: 65_535 },
    default: 2047,
    description: 'most channels of one connection',
  },
  handshakeTimeoutMs: {
    fileKey: 'handshake_timeout',
    rule: { kind: 'integer', min: 1, max: TIMER_MAX },
    default: 10_000,
    description: 'time a client has to open its connection, in milliseconds',
  },
  loginFailureDelayMs: {
    fileKey: 'login_failure_delay',
    rule: { kind: 'integer', min: 0, max: TIMER_MAX },
    default: 3000,
    description: 'how long a refused login is kept waiting, in milliseconds',
  },
  closeTimeoutMs: {
    fileKey: 'close_timeout',
    rule: { kind: 'integer', min: 1, max: TIMER_MAX },
    default: 30_000,
    description: 'time a client has to finish a close handshake, in milliseconds',
  },
  channelMaxPerNode: {
    fileKey: 'channel_max_per_node',
    rule: { kind: 'integer', min: 0 },
    default: 0,
    description: 'most channels of all connections together; 0 is no limit',
  },
  consumerMaxPerChannel: {
    fileKey: 'consumer_max_per_channel',
    rule: { kind: 'integer', min: 0 },
    default: 0,
    description: 'most consumers of one channel; 0 is no limit',
  },
  consumerTimeoutMs: {
    fileKey: 'consumer_timeout',
    rule: { kind: 'integer', min: 0, max: TIMER_MAX },
    default: 1_800_000,
    description: 'how long a client may hold a delivery without acknowledging it, in milliseconds; 0 is no limit',
  },
  messageSizeMax: {
    fileKey: 'max_message_size',
    rule: { kind: 'integer', min: 1, max: 536_870_912 },
    default: 134_217_728,
    description: 'largest message body, in bytes',
  },
  heldBytesMax: {
    fileKey: 'held_bytes_max',
    rule: { kind: 'bytes', min: 0 },
    default: 268_435_456,
    description: 'bytes that unfinished messages and transactions of one connection may take; one message always may',
  },
  outputBytesHigh: {
    fileKey: 'output_bytes_high',
    rule: { kind: 'integer', min: 65_536 },
    default: 1_048_576,
    description: 'bytes that may wait for a client before deliveries to it stop',
  },
  connectionMax: {
    fileKey: 'connection_max',
    rule: { kind: 'integer', min: 0 },
    default: 0,
    description: 'most connections at a time; 0 is no limit',
  },
  connectionsPerAddressMax: {
    fileKey: 'connections_per_address_max',
    rule: { kind: 'integer', min: 0 },
    default: 0,
    description: 'most connections of one client address at a time; 0 is no limit',
  },
  shutdownTimeoutMs: {
    fileKey: 'shutdown_timeout',
    rule: { kind: 'integer', min: 0, max: TIMER_MAX },
    default: 5000,
    description: 'time clients have to take leave at shutdown, in milliseconds',
  },
}
