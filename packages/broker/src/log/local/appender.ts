/**
 * Group commit: appends that come while a write is on its way to the disk share the next one. No timer is involved.
 *
 *     append → queue → one write and sync → all of it resolves, in order
 */

import { AppendRejected, AppendUnknown, type Position } from '../ordered-log.ts'
import type { ActiveSegment } from './active-segment.ts'
import { frameBytes, pushFrame } from './frame.ts'

interface Pending {
  readonly parts: readonly Uint8Array[]
  readonly length: number
  readonly resolve: (position: Position) => void
  readonly reject: (error: Error) => void
}

export interface AppenderHost {
  readonly logId: Uint8Array
  /** Ends `full` and creates the segment that follows it. */
  nextSegment(full: ActiveSegment | undefined): Promise<ActiveSegment>
  /** Entries up to this one are on disk. */
  written(active: ActiveSegment): void
  refused(cause: unknown): void
  failed(cause: unknown): void
}

export class Appender {
  readonly #host: AppenderHost
  /** The segment that is being written. The first one is created when there is something to write. */
  #active: ActiveSegment | undefined
  /** Whether it takes nothing more, although the next one could not be created yet. */
  #isFull = false
  #queue: Pending[] = []
  #running: Promise<void> | undefined
  #failure: { readonly cause: unknown } | undefined
  #isClosed = false

  constructor(host: AppenderHost) {
    this.#host = host
  }

  get active(): ActiveSegment | undefined {
    return this.#active
  }

  append(parts: readonly Uint8Array[], length: number): Promise<Position> {
    if (this.#isClosed) return Promise.reject(new AppendRejected('the log is closed'))
    if (this.#failure !== undefined) return Promise.reject(this.#unknown())
    return new Promise((resolve, reject) => {
      this.#queue.push({ parts, length, resolve, reject })
      // What is appended in one go shares the write.
      this.#running ??= Promise.resolve().then(() => this.#run())
    })
  }

  /** What is appended next begins another segment. */
  endSegment(): void {
    if (this.#active !== undefined && this.#active.index.count > 0) this.#isFull = true
  }

  /** Takes nothing more and waits for what is on its way. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#running
  }

  async #run(): Promise<void> {
    try {
      while (this.#queue.length > 0) await this.#round()
    } catch (cause) {
      // A bug, or a host that throws; whether anything was written is not known.
      this.#fail([], cause)
    } finally {
      this.#running = undefined
    }
  }

  async #round(): Promise<void> {
    let active: ActiveSegment
    try {
      active = await this.#segmentFor(this.#queue[0].length)
    } catch (cause) {
      this.#refuse([], cause)
      return
    }
    const taken = this.#take(active.room)
    const first = active.index.last + 1
    const frames: Uint8Array[] = []
    let bytes = 0
    for (const [i, { parts, length }] of taken.entries()) {
      pushFrame(frames, first + i, this.#host.logId, i, parts, length)
      bytes += frameBytes(length)
    }
    const outcome = await active.write(frames, bytes, taken.length)
    if (outcome.kind === 'refused') this.#refuse(taken, outcome.cause)
    else if (outcome.kind === 'unknown') this.#fail(taken, outcome.cause)
    else this.#resolve(taken, active)
  }

  /** The segment that takes an entry of `length` bytes. One that was full once is not written again, even if creating the next one fails. */
  async #segmentFor(length: number): Promise<ActiveSegment> {
    const active = this.#active
    if (active !== undefined && !this.#isFull && frameBytes(length) <= active.room) return active
    this.#isFull = true
    this.#active = await this.#host.nextSegment(active)
    this.#isFull = false
    return this.#active
  }

  /** All that waits and fits in the segment; at least one. */
  #take(room: number): Pending[] {
    let left = room
    let count = 0
    for (; count < this.#queue.length; count++) {
      left -= frameBytes(this.#queue[count].length)
      if (left < 0) break
    }
    return this.#queue.splice(0, count)
  }

  #resolve(taken: readonly Pending[], active: ActiveSegment): void {
    const { index } = active
    const first = index.last + 1
    for (const { length } of taken) index.push(index.end, frameBytes(length))
    this.#host.written(active)
    for (const [i, { resolve }] of taken.entries()) resolve(first + i)
  }

  /** Entries behind one that is refused are refused too, for their order. */
  #refuse(taken: readonly Pending[], cause: unknown): void {
    this.#host.refused(cause)
    for (const { reject } of [...taken, ...this.#queue.splice(0)]) {
      reject(new AppendRejected(`the entry was not written: ${describe(cause)}`, { cause }))
    }
  }

  #fail(taken: readonly Pending[], cause: unknown): void {
    this.#failure = { cause }
    this.#host.failed(cause)
    for (const { reject } of [...taken, ...this.#queue.splice(0)]) reject(this.#unknown())
  }

  #unknown(): AppendUnknown {
    const cause = this.#failure?.cause
    return new AppendUnknown(`the log has failed: ${describe(cause)}`, { cause })
  }
}

function describe(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
