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
  /** Ends `active` and creates the segment that follows it. */
  nextSegment(active: ActiveSegment): Promise<ActiveSegment>
  /** Entries up to this one are on disk. */
  written(active: ActiveSegment): void
  refused(active: ActiveSegment, cause: unknown): void
  failed(active: ActiveSegment, cause: unknown): void
}

export class Appender {
  readonly #host: AppenderHost
  #active: ActiveSegment
  /** Whether the active segment takes nothing more, although the next one could not be created yet. */
  #isFull = false
  #queue: Pending[] = []
  #running: Promise<void> | undefined
  #failure: { readonly cause: unknown } | undefined
  #isClosed = false

  constructor(active: ActiveSegment, host: AppenderHost) {
    this.#active = active
    this.#host = host
  }

  /** The segment that is being written. */
  get active(): ActiveSegment {
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
    if (this.#isFull || frameBytes(this.#queue[0].length) > this.#active.room) {
      this.#isFull = true
      try {
        this.#active = await this.#host.nextSegment(this.#active)
      } catch (cause) {
        this.#refuse([], cause)
        return
      }
      this.#isFull = false
    }
    const taken = this.#take()
    const frames: Uint8Array[] = []
    const { index } = this.#active
    taken.forEach(({ parts, length }, i) => {
      pushFrame(frames, index.last + 1 + i, this.#host.logId, i, parts, length)
    })
    const outcome = await this.#active.write(frames)
    if (outcome.kind === 'refused') this.#refuse(taken, outcome.cause)
    else if (outcome.kind === 'unknown') this.#fail(taken, outcome.cause)
    else this.#resolve(taken)
  }

  /** All that waits and fits in the segment; at least one. */
  #take(): Pending[] {
    let room = this.#active.room
    let count = 0
    for (; count < this.#queue.length; count++) {
      room -= frameBytes(this.#queue[count].length)
      if (room < 0) break
    }
    return this.#queue.splice(0, count)
  }

  #resolve(taken: readonly Pending[]): void {
    const { index } = this.#active
    const first = index.last + 1
    for (const { length } of taken) index.push(index.end, frameBytes(length))
    this.#host.written(this.#active)
    taken.forEach(({ resolve }, i) => {
      resolve(first + i)
    })
  }

  /** Entries behind one that is refused are refused too, for their order. */
  #refuse(taken: readonly Pending[], cause: unknown): void {
    this.#host.refused(this.#active, cause)
    for (const { reject } of [...taken, ...this.#queue.splice(0)]) {
      reject(new AppendRejected(`the entry was not written: ${describe(cause)}`, { cause }))
    }
  }

  #fail(taken: readonly Pending[], cause: unknown): void {
    this.#failure = { cause }
    this.#host.failed(this.#active, cause)
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
