/** A broker's alarms as embedders see them. */

import type { AlarmResource, Alarms } from './alarms.ts'
import type { ResourceMonitor } from './resource-monitor.ts'

/** The alarms of a broker: while one is raised, connections that publish are blocked (docs/flow-control.md). */
export interface BrokerAlarms {
  isRaised(resource: AlarmResource): boolean
  /** Raises an alarm until it is cleared by the same `source`, whatever the figures say. @param source default `operator` */
  raise(resource: AlarmResource, source?: string): void
  clear(resource: AlarmResource, source?: string): void
  /** Bytes of memory in use from which on the alarm is raised. */
  memoryLimit: number
  /** Free bytes of the disk below which the alarm is raised. */
  diskFreeLimit: number
}

export function createBrokerAlarms(alarms: Alarms, monitor: ResourceMonitor): BrokerAlarms {
  return {
    isRaised: (resource) => alarms.isRaised(resource),
    raise: (resource, source) => alarms.raise(resource, source),
    clear: (resource, source) => alarms.clear(resource, source),
    get memoryLimit() {
      return monitor.memoryLimit
    },
    set memoryLimit(bytes) {
      monitor.memoryLimit = bytes
      monitor.checkMemory()
    },
    get diskFreeLimit() {
      return monitor.diskFreeLimit
    },
    set diskFreeLimit(bytes) {
      monitor.diskFreeLimit = bytes
      void monitor.checkDisk()
    },
  }
}
