/**
 * The options of a broker as its users give them, and as its code reads them. Defaults and ranges stand in `option-table.ts`.
 */

import { BROKER_OPTIONS, type OptionRow } from './option-table.ts'
import { assertOptionValue } from './option-value.ts'

/** Options of a broker. All have defaults; `undefined` stands for the default. */
export interface BrokerOptions {
  /**
   * Address to listen on. `::` stands for all addresses, IPv6 and IPv4.
   *
   * @default `127.0.0.1` embedded, `::` for the program `warren`
   */
  readonly host?: string
  /** TCP port for AMQP; 0 lets the system choose one. @default 5672 */
  readonly port?: number
  /**
   * Heartbeat interval proposed to clients, in seconds, 0 to 65535; what the client answers holds. 0 proposes none.
   *
   * @default 60
   */
  readonly heartbeatSeconds?: number
  /**
   * Largest frame, in bytes, from the type octet to the frame-end octet, at least 4096.
   *
   * Proposed to the client in `connection.tune`, which may lower it. A longer frame closes the connection with 501 FRAME_ERROR.
   *
   * @default 131072
   */
  readonly frameSizeMax?: number
  /**
   * Most channels of one connection, 1 to 65535. Opening more closes the connection with 530 NOT_ALLOWED.
   *
   * @default 2047
   */
  readonly channelMax?: number
  /** Most milliseconds from accepting a connection to `connection.open`. @default 10000 */
  readonly handshakeTimeoutMs?: number
  /** How long a refused login is kept waiting before its connection ends, in milliseconds. @default 3000 */
  readonly loginFailureDelayMs?: number
  /** Most milliseconds that a client has to finish a close handshake. @default 30000 */
  readonly closeTimeoutMs?: number
  /**
   * Largest message body, in bytes, 1 to 536870912. A larger one closes the channel with 406 PRECONDITION_FAILED.
   *
   * @default 134217728
   */
  readonly messageSizeMax?: number
  /**
   * Bytes that may wait in this process for a client's socket before deliveries to it stop, at least 65536. At four times as many
   * the client is not read either. One message may exceed it.
   *
   * @default 1048576
   */
  readonly outputBytesHigh?: number
  /** Most connections at a time; more are closed at once. 0 stands for no limit. @default 0 */
  readonly connectionMax?: number
  /**
   * Memory from which on connections that publish are blocked, as a share, 0 to 1, of what the machine or the container has. At 0 they
   * always are.
   *
   * @default 0.6
   */
  readonly memoryHighWatermark?: number
  /** The same in bytes; 0 leaves it to the share. @default 0 */
  readonly memoryHighWatermarkBytes?: number
  /** Free bytes of the disk below which connections that publish are blocked. @default 50000000 */
  readonly diskFreeLimitBytes?: number
  /** The same as a multiple, 0 to 1024, of the memory of the machine or the container. The larger of both limits holds. @default 0 */
  readonly diskFreeLimitRelative?: number
  /** Milliseconds between two looks at memory and disk, at least 10. @default 100 */
  readonly resourceCheckIntervalMs?: number
  /** The user who may log in. @default guest */
  readonly defaultUser?: string
  /** That user's password. @default guest */
  readonly defaultPassword?: string
  /** Users who may log in from this machine only. @default guest */
  readonly loopbackUsers?: readonly string[]
  /** Virtual hosts. @default / */
  readonly vhosts?: readonly string[]
  /** Most milliseconds that `close` waits for clients to take leave. @default 5000 */
  readonly shutdownTimeoutMs?: number
}

/** Options with every default filled in. */
export type ResolvedBrokerOptions = Readonly<Required<BrokerOptions>>

/**
 * Fills in defaults and checks ranges.
 *
 * @throws ConfigurationError INVALID_VALUE: `frameSizeMax 100 must be an integer from 4096 to 4294967295`.
 */
export function resolveBrokerOptions(options: BrokerOptions = {}): ResolvedBrokerOptions {
  const resolved: Record<string, unknown> = {}
  for (const name of Object.keys(BROKER_OPTIONS) as (keyof BrokerOptions)[]) {
    const row: OptionRow = BROKER_OPTIONS[name]
    const value: unknown = options[name] ?? row.default
    assertOptionValue(row, value, name)
    resolved[name] = typeof value === 'object' ? Object.freeze([...value]) : value
  }
  return Object.freeze(resolved) as unknown as ResolvedBrokerOptions
}
