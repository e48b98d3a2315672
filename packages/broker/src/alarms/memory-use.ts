/**
 * How much memory counts as used.
 *
 * The resident size of a process does not fall when memory is freed: the allocator keeps it for what comes next, and some of it waits for
 * the garbage collector. By that figure an alarm could stay although everything was consumed. So what V8 accounts for is taken, its heap
 * and the memory of buffers, with the rest of the process as it was at its smallest; and the collector is called when it matters.
 */

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Collecting stops everything for about a millisecond per megabyte of heap: a larger heap, in bytes, is left to V8. */
const COLLECTED_HEAP_MAX = 64 * 1024 * 1024

/** Sizes of this process, in bytes. */
export type MemoryFigures = Pick<NodeJS.MemoryUsage, 'rss' | 'heapTotal' | 'external'>

export class MemoryUse {
  /** The process without heap and buffers, in bytes: the least that was seen. */
  #rest = Infinity

  /** Bytes in use. */
  measure({ rss, heapTotal, external }: MemoryFigures): number {
    // Buffers that were never written to are no part of the resident size.
    this.#rest = Math.max(0, Math.min(this.#rest, rss - heapTotal - external))
    return Math.min(rss, this.#rest + heapTotal + external)
  }
}

/** Frees what nothing refers to, unless that would take long. */
export function collectGarbage(): void {
  if (process.memoryUsage().heapUsed <= COLLECTED_HEAP_MAX) collector()
}

let collector = (): void => {
  collector = findCollector()
  collector()
}

/** The collector of V8, which a program that was not started with `--expose-gc` reaches in a new context only. */
function findCollector(): () => void {
  try {
    setFlagsFromString('--expose-gc')
    return runInNewContext('gc')
  } catch {
    return () => {}
  }
}
