/** What embedders of the broker see of it. */

import type { Administration } from './administration/administration.ts'
import type { BrokerAlarms } from './alarms/broker-alarms.ts'
import type { Clock, RandomSource } from './clock.ts'
import type { BrokerOptions } from './config/options.ts'
import type { DefinitionsDocument } from './definitions/definitions.ts'
import type { Logger } from './logging/logger.ts'
import type { ListenerInfo } from './net/open-listeners.ts'

/** What a broker is created with: its options and the parts that can be replaced. */
export interface CreateBrokerOptions extends BrokerOptions {
  /**
   * Called when an administrator asks over the management API that the broker ends: `amqpctl shutdown`.
   *
   * @default the broker closes
   */
  readonly onShutdownRequest?: () => void
  /**
   * Definitions to begin with, in RabbitMQ's JSON, as text or parsed; instead of `definitionsFile`. Where they define users or vhosts, those of
   * `defaultUser` or `vhosts` are not made.
   */
  readonly definitions?: string | DefinitionsDocument
  /** Where log lines go. @default nowhere */
  readonly logger?: Logger
  /** Source of time. @default the machine's clock */
  readonly clock?: Clock
  /** Source of names that nobody can guess. @default the operating system's generator */
  readonly random?: RandomSource
}

/** What a broker keeps on disk, and how it is with that. */
export interface BrokerStorage {
  readonly directory: string
  /** What a confirm of a persistent message means. */
  readonly durability: 'synced'
  /**
   * `refusing` while the disk takes nothing, because it is full as a rule: publishers are blocked and it is tried again. `failed` once a sync has
   * failed: nothing is accepted until the broker is started anew.
   */
  readonly state: 'ok' | 'refusing' | 'failed'
  /** Size of the log on disk. */
  readonly logBytes: number
  /** Records of the log that could not be read since the broker was started: messages, what was said of them, or metadata. */
  readonly damagedRecords: number
  /** Reads of the disk that failed since then. What they were for may have been read at another try. */
  readonly readErrors: number
  /** The damage found last, and when, in milliseconds since the epoch; `undefined` for none. */
  readonly lastDamage: { readonly time: number; readonly description: string } | undefined
  /** Memory taken by messages. */
  readonly memoryBytes: number
}

/** A broker that is running. */
export interface Broker extends AsyncDisposable {
  /** The port it listens on for AMQP, the first one if there are several; 0 for none. */
  readonly port: number
  /** The same with TLS. */
  readonly tlsPort: number
  /** The port of the management API; 0 for none. */
  readonly managementPort: number
  /** The same with TLS. */
  readonly managementTlsPort: number
  /** The port of the metrics for Prometheus; 0 for none. */
  readonly prometheusPort: number
  /** Where it listens. */
  readonly listeners: readonly ListenerInfo[]
  /** Address for clients, with the default user: `amqp://guest:guest@127.0.0.1:5672`; `amqps` when it listens with TLS only. */
  readonly url: string
  /** Connections that are open. */
  readonly connectionCount: number
  /** Users, vhosts and rights, to be changed while it runs. */
  readonly admin: Administration
  readonly alarms: BrokerAlarms
  /** The log on disk; `undefined` when the broker keeps nothing. */
  readonly storage: BrokerStorage | undefined
  /**
   * Ends the broker: no new connections, all clients told (320 CONNECTION_FORCED), sockets ended. Those that do not answer within
   * `shutdownTimeoutMs` are cut. What is in memory is gone; what is durable is in the data directory.
   */
  close(): Promise<void>
}
