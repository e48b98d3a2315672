/** The log of a broker by its options, if it is to have one. */

import type { Alarms } from './alarms/alarms.ts'
import { availableMemory } from './alarms/resource-monitor.ts'
import type { BrokerStorage } from './broker.ts'
import type { Clock } from './clock.ts'
import type { ResolvedBrokerOptions } from './config/options.ts'
import { countingFileSystem } from './log/files/counting-file-system.ts'
import { nodeFileSystem } from './log/files/node-file-system.ts'
import { noJournal } from './log/journal.ts'
import { MessageLog } from './log/message-log.ts'
import type { Logger } from './logging/logger.ts'
import { MetadataState } from './metadata/metadata-state.ts'
import type { Persistence } from './metadata/open-metadata.ts'
import type { Turn } from './scheduler/turn.ts'
import type { IoCounts } from './statistics/io-counts.ts'

/** Source of the alarm that the log raises. */
const ALARM_SOURCE = 'log'
const MEMORY_SHARE = 1 / 32
const MEMORY_MAX = 128 * 1024 * 1024

export interface MessageLogParts {
  readonly turn: Turn
  readonly clock: Clock
  readonly logger: Logger
  readonly alarms: Alarms
  /** Counts what the log asks of the disk. */
  readonly io: IoCounts
}

/**
 * Opens the data directory that the options name; `undefined` when they name none.
 *
 * @throws DataDirectoryError when another broker uses it, or for another format. Errors of the file system.
 */
export async function openMessageLog(
  { dataDirectory, messageMemoryBytes, totalMemoryBytes }: ResolvedBrokerOptions,
  { turn, clock, logger, alarms, io }: MessageLogParts,
): Promise<MessageLog | undefined> {
  if (dataDirectory === '') return undefined
  const memory = totalMemoryBytes || availableMemory()
  return MessageLog.open({
    directory: dataDirectory,
    memoryBudget: messageMemoryBytes || Math.min(MEMORY_MAX, Math.floor(memory * MEMORY_SHARE)),
    fileSystem: countingFileSystem(nodeFileSystem, io),
    turn,
    clock,
    logger,
    onState(state) {
      if (state === 'ok') alarms.clear('disk', ALARM_SOURCE)
      else alarms.raise('disk', ALARM_SOURCE)
    },
  })
}

/** What embedders see of the log. */
export function describeStorage(log: MessageLog | undefined): BrokerStorage | undefined {
  if (log === undefined) return undefined
  return {
    directory: log.directory,
    durability: 'synced',
    get state() {
      return log.state
    },
    get logBytes() {
      return log.disk.bytes
    },
    get damagedRecords() {
      return log.damage.records
    },
    get readErrors() {
      return log.damage.readErrors
    },
    get lastDamage() {
      return log.damage.last
    },
    get memoryBytes() {
      return log.store.memoryBytes
    },
  }
}

/** What outlasts the broker: nothing without a log. */
export function persistenceOf(log: MessageLog | undefined): Persistence {
  if (log === undefined) return { journal: noJournal, state: new MetadataState() }
  return { journal: log.journal, state: log.recovered.metadata, damaged: log.recovered.damagedRecords > 0 }
}
