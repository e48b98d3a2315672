/** Metrics of the log, which RabbitMQ does not have. Nothing where a broker keeps nothing. */

import type { BrokerStorage } from '../broker.ts'
import type { Exposition } from './exposition.ts'

const STATES: readonly BrokerStorage['state'][] = ['ok', 'refusing', 'failed']

/** @param into Without a prefix. */
export function writeStorageMetrics(storage: BrokerStorage | undefined, into: Exposition): void {
  if (storage === undefined) return
  into.family('warren_log_bytes', 'gauge')
  into.sample('warren_log_bytes', undefined, storage.logBytes)
  into.family('warren_log_damaged_records', 'gauge')
  into.sample('warren_log_damaged_records', undefined, storage.damagedRecords)
  into.family('warren_log_read_errors', 'gauge')
  into.sample('warren_log_read_errors', undefined, storage.readErrors)
  into.family('warren_message_memory_bytes', 'gauge')
  into.sample('warren_message_memory_bytes', undefined, storage.memoryBytes)
  into.family('warren_log_state', 'gauge')
  for (const state of STATES) into.sample('warren_log_state', { state }, Number(storage.state === state))
}
