/**
 * Looks at memory and free disk every now and then, and raises or clears their alarms.
 */

import { statfs } from 'node:fs/promises'
import { totalmem } from 'node:os'
import type { Clock, Timer } from '../clock.ts'
import type { ResolvedBrokerOptions } from '../config/options.ts'
import type { Logger } from '../logging/logger.ts'
import type { AlarmResource, Alarms } from './alarms.ts'
import { collectGarbage, type MemoryFigures, MemoryUse } from './memory-use.ts'

const SOURCE = 'monitor'
/** The disk is looked at once in this time, in milliseconds: RabbitMQ's longest. */
const DISK_CHECK_INTERVAL_MS = 10_000
/** Least time between two collections of garbage, in milliseconds. */
const COLLECT_INTERVAL_MS = 1000

/** What the machine says of itself. */
export interface ResourceProbe {
  /** Bytes of memory that the machine or the container has. */
  totalMemory(): number
  /** Sizes of this process. */
  memory(): MemoryFigures
  /** Frees memory that nothing refers to. */
  collectGarbage(): void
  /** Bytes that this process may still write to the disk. */
  diskFree(): Promise<number>
}

/** This machine, and the disk that `folder` is on. @param totalMemoryBytes What its memory is taken for; 0 for what it is. */
export function systemProbe(folder: string, totalMemoryBytes: number): ResourceProbe {
  return {
    totalMemory: () => totalMemoryBytes || availableMemory(),
    memory: () => process.memoryUsage(),
    collectGarbage,
    async diskFree() {
      const { bavail, bsize } = await statfs(folder)
      return bavail * bsize
    },
  }
}

/** Memory of the machine, or less where a control group (version 1 or 2) sets a limit. */
export function availableMemory(): number {
  // Without a limit it is 0, or more than there is.
  const limit = process.constrainedMemory()
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem()
}

/** What the monitor is given. */
export interface ResourceMonitorParts {
  readonly options: ResolvedBrokerOptions
  readonly alarms: Alarms
  readonly clock: Clock
  readonly logger: Logger
  readonly probe: ResourceProbe
}

export class ResourceMonitor {
  /** Bytes of memory in use from which on the alarm is raised. */
  memoryLimit: number
  /** Free bytes of the disk below which the alarm is raised. */
  diskFreeLimit: number
  /** Bytes free on the disk, and bytes of memory that count as used, when that was last looked at. */
  diskFree = 0
  memoryUsed = 0
  readonly #parts: ResourceMonitorParts
  readonly #memoryUse = new MemoryUse()
  readonly #timers: Timer[] = []
  #collectedAt = -Infinity
  #diskFailed = false
  #closed = false

  constructor(parts: ResourceMonitorParts) {
    const { options, probe } = parts
    const total = probe.totalMemory()
    this.#parts = parts
    this.memoryLimit = options.memoryHighWatermarkBytes || Math.floor(options.memoryHighWatermark * total)
    this.diskFreeLimit = Math.max(options.diskFreeLimitBytes, Math.floor(options.diskFreeLimitRelative * total))
  }

  /** Looks now and from now on; resolves after the first look. */
  async start(): Promise<void> {
    const { options, clock } = this.#parts
    this.#timers.push(clock.setInterval(() => this.checkMemory(), options.resourceCheckIntervalMs))
    this.#timers.push(clock.setInterval(() => this.checkDisk(), DISK_CHECK_INTERVAL_MS))
    this.checkMemory()
    await this.checkDisk()
  }

  checkMemory(): void {
    const { probe, clock } = this.#parts
    let used = this.#memoryUse.measure(probe.memory())
    // Garbage neither raises the alarm nor keeps it up. V8 may leave it for long when little happens.
    if (used >= this.memoryLimit && clock.now() - this.#collectedAt >= COLLECT_INTERVAL_MS) {
      probe.collectGarbage()
      this.#collectedAt = clock.now()
      used = this.#memoryUse.measure(probe.memory())
    }
    this.memoryUsed = used
    this.#set('memory', used >= this.memoryLimit, { used, limit: this.memoryLimit })
  }

  /** Never rejects: where the disk cannot be looked at, its alarm stays as it is. */
  async checkDisk(): Promise<void> {
    try {
      const free = await this.#parts.probe.diskFree()
      this.diskFree = free
      if (!this.#closed) this.#set('disk', free < this.diskFreeLimit, { free, limit: this.diskFreeLimit })
      this.#diskFailed = false
    } catch (error) {
      if (!this.#diskFailed) this.#parts.logger.warn({ err: error }, 'cannot look at the free disk')
      this.#diskFailed = true
    }
  }

  close(): void {
    this.#closed = true
    for (const timer of this.#timers) timer.clear()
  }

  #set(resource: AlarmResource, short: boolean, figures: object): void {
    const { alarms, logger } = this.#parts
    const wasRaised = alarms.isRaised(resource)
    if (short) alarms.raise(resource, SOURCE)
    else alarms.clear(resource, SOURCE)
    if (alarms.isRaised(resource) === wasRaised) return
    if (short) logger.warn({ resource, ...figures }, 'resource alarm: connections that publish are blocked')
    else logger.info({ resource, ...figures }, 'resource alarm cleared')
  }
}
