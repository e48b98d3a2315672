/** The figures of a broker: samples of everything, for those who show them. */

import type { ResourceMonitor } from './alarms/resource-monitor.ts'
import type { Clock } from './clock.ts'
import type { ResolvedBrokerOptions } from './config/options.ts'
import type { MessageLog } from './log/message-log.ts'
import type { Logger } from './logging/logger.ts'
import type { AmqpConnection } from './protocols/amqp/connection.ts'
import type { BrokerStatistics } from './statistics/broker-statistics.ts'
import type { IoCounts } from './statistics/io-counts.ts'
import { NodeFigures } from './statistics/node-figures.ts'
import { Sampler } from './statistics/sampler.ts'
import type { Vhost } from './vhost/vhost.ts'

export interface FiguresParts {
  readonly options: ResolvedBrokerOptions
  readonly clock: Clock
  readonly logger: Logger
  readonly vhosts: ReadonlyMap<string, Vhost>
  readonly connections: ReadonlySet<AmqpConnection>
  readonly statistics: BrokerStatistics
  readonly monitor: ResourceMonitor
  readonly io: IoCounts
  readonly log: MessageLog | undefined
}

/** Samples are taken once it is started. */
export function createFigures({ options, logger, monitor, io, log, ...parts }: FiguresParts): Sampler {
  const messagesWritten = () => log?.journal.messagesWritten ?? 0
  return new Sampler({
    ...parts,
    node: new NodeFigures({
      monitor,
      io,
      connectionCount: () => parts.connections.size,
      objectCount: () => countObjects(parts),
      messagesWritten,
    }),
    messagesWritten,
    intervalMs: options.collectStatisticsIntervalMs,
    ratesMode: options.managementRatesMode,
    onError: (error) => logger.error({ err: error }, 'bug while samples were taken'),
  })
}

function countObjects({ connections, vhosts }: Pick<FiguresParts, 'connections' | 'vhosts'>): number {
  let count = connections.size
  for (const { session } of connections) count += session?.channels.size ?? 0
  for (const { queues } of vhosts.values()) count += queues.size
  return count
}
