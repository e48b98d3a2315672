/**
 * Every option of the broker in one table: name, default, range, and what it is called in the configuration file, the environment and
 * on the command line. Resolving, reading, `--help` and `docs/configuration.md` all come from it.
 */

import type { BrokerOptions } from './options.ts'

/** Longest delay of the timers that Node offers, in milliseconds. */
const TIMER_MAX = 2_147_483_647

/** An option whose value is a whole number. */
interface IntegerEntry {
  readonly type: 'integer'
  readonly default: number
  readonly min: number
  readonly max: number
}

/** An option whose value is a text that is not empty. */
interface TextEntry {
  readonly type: 'text'
  readonly default: string
}

/** An option whose value is a list of names, separated by commas where it is written as text. */
interface ListEntry {
  readonly type: 'list'
  readonly default: readonly string[]
}

/** One option. */
export type OptionEntry = (IntegerEntry | TextEntry | ListEntry) & {
  readonly name: keyof BrokerOptions
  /** Key in the configuration file: RabbitMQ's own where it has one. */
  readonly fileKey: string
  /** What it is for, in a sentence without its default. */
  readonly description: string
}

/** The options, in the order of the help text. */
export const OPTIONS: readonly OptionEntry[] = [
  {
    name: 'host',
    fileKey: 'listeners.tcp.host',
    type: 'text',
    default: '127.0.0.1',
    description: 'Address to listen on; :: stands for all addresses, IPv6 and IPv4.',
  },
  {
    name: 'port',
    fileKey: 'listeners.tcp.default',
    type: 'integer',
    default: 5672,
    min: 0,
    max: 65_535,
    description: 'TCP port for AMQP; 0 lets the system choose one.',
  },
  {
    name: 'defaultUser',
    fileKey: 'default_user',
    type: 'text',
    default: 'guest',
    description: 'The user who may log in.',
  },
  {
    name: 'defaultPassword',
    fileKey: 'default_pass',
    type: 'text',
    default: 'guest',
    description: "That user's password.",
  },
  {
    name: 'loopbackUsers',
    fileKey: 'loopback_users',
    type: 'list',
    default: ['guest'],
    description: 'Users who may log in from this machine only; none lifts the restriction.',
  },
  {
    name: 'vhosts',
    fileKey: 'vhosts',
    type: 'list',
    default: ['/'],
    description: 'Virtual hosts.',
  },
  {
    name: 'heartbeatSeconds',
    fileKey: 'heartbeat',
    type: 'integer',
    default: 60,
    min: 0,
    max: 65_535,
    description: 'Heartbeat interval proposed to clients, in seconds; 0 proposes none.',
  },
  {
    name: 'frameSizeMax',
    fileKey: 'frame_max',
    type: 'integer',
    default: 131_072,
    min: 4096,
    max: 4_294_967_295,
    description: 'Largest frame in bytes, proposed to clients, who may lower it.',
  },
  {
    name: 'channelMax',
    fileKey: 'channel_max',
    type: 'integer',
    default: 2047,
    min: 1,
    max: 65_535,
    description: 'Most channels of one connection.',
  },
  {
    name: 'messageSizeMax',
    fileKey: 'max_message_size',
    type: 'integer',
    default: 134_217_728,
    min: 1,
    max: 536_870_912,
    description: 'Largest message body in bytes.',
  },
  {
    name: 'handshakeTimeoutMs',
    fileKey: 'handshake_timeout',
    type: 'integer',
    default: 10_000,
    min: 1,
    max: TIMER_MAX,
    description: 'Most milliseconds from accepting a connection to connection.open.',
  },
  {
    name: 'loginFailureDelayMs',
    fileKey: 'login_failure_delay',
    type: 'integer',
    default: 3000,
    min: 0,
    max: TIMER_MAX,
    description: 'How long a refused login is kept waiting before its connection ends, in milliseconds.',
  },
  {
    name: 'closeTimeoutMs',
    fileKey: 'close_timeout',
    type: 'integer',
    default: 30_000,
    min: 1,
    max: TIMER_MAX,
    description: 'Most milliseconds that a client has to finish a close handshake.',
  },
  {
    name: 'outputBytesHigh',
    fileKey: 'output_bytes_high',
    type: 'integer',
    default: 1_048_576,
    min: 65_536,
    max: Number.MAX_SAFE_INTEGER,
    description: "Bytes that may wait for a client's socket before deliveries to it stop.",
  },
  {
    name: 'connectionMax',
    fileKey: 'connection_max',
    type: 'integer',
    default: 0,
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    description: 'Most connections at a time; 0 stands for no limit.',
  },
  {
    name: 'shutdownTimeoutMs',
    fileKey: 'shutdown_timeout',
    type: 'integer',
    default: 5000,
    min: 0,
    max: TIMER_MAX,
    description: 'Most milliseconds that a shutdown waits for clients to take leave.',
  },
]

/** Name of the environment variable for an option: `WARREN_FRAME_SIZE_MAX`. */
export function environmentName(option: OptionEntry): string {
  return `WARREN_${splitWords(option.name, '_').toUpperCase()}`
}

/** Flag of the program `warren` for an option: `--frame-size-max`. */
export function flagName(option: OptionEntry): string {
  return `--${splitWords(option.name, '-').toLowerCase()}`
}

/** Default of an option as it is written in a file. */
export function formatDefault(option: OptionEntry): string {
  return option.type === 'list' ? option.default.join(',') : String(option.default)
}

function splitWords(name: string, separator: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `${separator}${letter}`)
}
