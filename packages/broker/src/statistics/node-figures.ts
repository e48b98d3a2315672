/**
 * Figures of this process and its machine. What takes long to find out is asked for with each pass, and told as of the last answer.
 */

import { readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { PerformanceObserver } from 'node:perf_hooks'
import type { ResourceMonitor } from '../alarms/resource-monitor.ts'
import type { HistoryShape } from './history.ts'
import type { IoCounts } from './io-counts.ts'
import { Retention } from './timeline.ts'

/** Those with a history, under RabbitMQ's names. Counters first. */
export const NODE_STATS = [
  'context_switches',
  'gc_num',
  'io_read_count',
  'io_read_bytes',
  'io_write_count',
  'io_write_bytes',
  'io_sync_count',
  'msg_store_read_count',
  'msg_store_write_count',
  'mem_used',
  'fd_used',
  'sockets_used',
  'disk_free',
  'proc_used',
] as const
export type NodeStat = (typeof NODE_STATS)[number]

/** Where Linux says what the process may open, and has open. */
const LIMITS_FILE = '/proc/self/limits'
const OPEN_FILES_DIRECTORY = '/proc/self/fd'

export interface NodeFiguresParts {
  readonly monitor: ResourceMonitor
  readonly io: IoCounts
  readonly connectionCount: () => number
  /** Connections, channels and queues: what RabbitMQ has a process for. */
  readonly objectCount: () => number
  /** Messages written to the log so far. */
  readonly messagesWritten: () => number
}

export class NodeFigures {
  readonly shape: HistoryShape = { size: NODE_STATS.length, retention: Retention.global, isWide: true }
  /** Most files and sockets that the process may have open; 0 where that is not known. */
  readonly openFilesMax: number = readOpenFilesMax()
  readonly io: IoCounts
  readonly #parts: NodeFiguresParts
  #openFiles = 0
  #collections = 0
  #observer: PerformanceObserver | undefined

  constructor(parts: NodeFiguresParts) {
    this.#parts = parts
    this.io = parts.io
  }

  /** Counts garbage collections from now on. */
  start(): void {
    this.#observer = new PerformanceObserver((list) => {
      this.#collections += list.getEntries().length
    })
    this.#observer.observe({ entryTypes: ['gc'] })
  }

  close(): void {
    this.#observer?.disconnect()
  }

  read(): number[] {
    void this.#countOpenFiles()
    return NODE_STATS.map((name) => this.get(name))
  }

  get(name: NodeStat): number {
    const { io } = this
    switch (name) {
      case 'context_switches': {
        const { voluntaryContextSwitches, involuntaryContextSwitches } = process.resourceUsage()
        return voluntaryContextSwitches + involuntaryContextSwitches
      }
      case 'gc_num':
        return this.#collections
      case 'io_read_count':
        return io.reads
      case 'io_read_bytes':
        return io.readBytes
      case 'io_write_count':
        return io.writes
      case 'io_write_bytes':
        return io.writeBytes
      case 'io_sync_count':
        return io.syncs
      case 'mem_used':
        return process.memoryUsage.rss()
      case 'fd_used':
        return this.#openFiles
      case 'sockets_used':
        return this.#parts.connectionCount()
      case 'disk_free':
        return this.#parts.monitor.diskFree
      case 'msg_store_read_count':
        return io.reads
      case 'msg_store_write_count':
        return this.#parts.messagesWritten()
      case 'proc_used':
        return this.#parts.objectCount()
    }
  }

  async #countOpenFiles(): Promise<void> {
    // One of them is the directory itself.
    const names = await readdir(OPEN_FILES_DIRECTORY).catch(() => [])
    this.#openFiles = Math.max(0, names.length - 1)
  }
}

function readOpenFilesMax(): number {
  try {
    const [, soft] = /^Max open files\s+(\S+)/m.exec(readFileSync(LIMITS_FILE, 'latin1')) ?? []
    return Number(soft) || 0
  } catch {
    return 0
  }
}
