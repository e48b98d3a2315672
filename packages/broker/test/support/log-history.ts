/**
 * A log on a disk that fails, beside a model of what it owes: histories of appends, removals, faults and crashes are played on both, and
 * after each start the log is compared with the model.
 */

import assert from 'node:assert/strict'
import { LocalLog } from '../../src/log/local/local-log.ts'
import type { LogEvent } from '../../src/log/local/log-event.ts'
import { AppendRejected, type Position } from '../../src/log/ordered-log.ts'
import { RandomNumbers } from '../integration/random-numbers.ts'
import { type Operation, SimulatedFileSystem } from './simulated-file-system.ts'

export type HistoryStep =
  /** Appends entries of these sizes, and waits for `waits` turns of the event loop. */
  | { readonly kind: 'append'; readonly sizes: readonly number[]; readonly waits: number }
  | { readonly kind: 'settle' | 'endSegment' }
  | { readonly kind: 'trim' | 'discard'; readonly share: number }
  | { readonly kind: 'fault'; readonly operation: Operation; readonly code: string; readonly after: number }
  | { readonly kind: 'disk'; readonly freeBytes: number }
  | { readonly kind: 'losePower' | 'kill' | 'reopen' }

const DIRECTORY = '/data/log'
const SEGMENT_BYTES = 16_384

export class LogHistory {
  readonly #random: RandomNumbers
  #fileSystem: SimulatedFileSystem
  #log: LocalLog | undefined
  readonly #events: LogEvent[] = []
  /** By position, what was promised: the number of the entry. */
  readonly #promised = new Map<Position, number>()
  /** Entries that may be there or not, by number. */
  readonly #unknown = new Set<number>()
  readonly #sizes: number[] = []
  #removedBelow: Position = 1
  #removed: { from: Position; to: Position }[] = []
  #pending: Promise<unknown>[] = []
  /** Grows with each crash: what comes to an older process counts no more. */
  #life = 0

  constructor(seed: number, hasSyncedWrites: boolean) {
    this.#random = new RandomNumbers(seed)
    this.#fileSystem = new SimulatedFileSystem({ hasSyncedWrites })
  }

  async play(steps: readonly HistoryStep[]): Promise<void> {
    await this.#open()
    for (const step of [...steps, { kind: 'reopen' } as const]) await this.#play(step)
  }

  async #play(step: HistoryStep): Promise<void> {
    const log = this.#log as LocalLog
    switch (step.kind) {
      case 'append':
        for (const size of step.sizes) this.#append(log, size)
        return this.#turns(step.waits)
      case 'settle':
        return this.#settle()
      case 'endSegment':
        return log.endSegment()
      case 'trim':
        return this.#trim(log, Math.floor(step.share * log.bounds.last))
      case 'discard':
        return this.#discard(log, Math.floor(step.share * log.bounds.last))
      case 'fault':
        return this.#fileSystem.fail(step.operation, step.code, { after: step.after })
      case 'disk':
        return this.#fileSystem.fillDisk(step.freeBytes)
      case 'losePower':
        return this.#restart(this.#fileSystem.losePower(this.#random.below(2 ** 31)))
      case 'kill':
        return this.#restart(this.#fileSystem.killProcess(this.#random.below(2 ** 31)))
      case 'reopen':
        this.#repairDisk()
        await this.#settle()
        await log.close()
        return this.#restart(this.#fileSystem)
    }
  }

  #append(log: LocalLog, size: number): void {
    const number = this.#sizes.length
    this.#sizes.push(size)
    this.#unknown.add(number)
    const life = this.#life
    const bytes = content(number, size)
    const append = log.append([bytes.subarray(0, size >> 1), bytes.subarray(size >> 1)]).then(
      (position) => {
        if (life !== this.#life) return
        this.#unknown.delete(number)
        this.#promised.set(position, number)
      },
      (error) => {
        if (life === this.#life && error instanceof AppendRejected) this.#unknown.delete(number)
      },
    )
    this.#pending.push(append)
  }

  async #trim(log: LocalLog, before: Position): Promise<void> {
    this.#removedBelow = Math.max(this.#removedBelow, before)
    this.#pending.push(log.trim(before).catch(() => {}))
    await this.#turns(2)
  }

  async #discard(log: LocalLog, from: Position): Promise<void> {
    const to = Math.min(from + 40, log.bounds.last)
    this.#removed.push({ from, to })
    this.#pending.push(log.discard(from, to).catch(() => {}))
    await this.#turns(2)
  }

  async #restart(fileSystem: SimulatedFileSystem): Promise<void> {
    this.#life++
    this.#pending = []
    this.#fileSystem = fileSystem
    this.#repairDisk()
    await this.#open()
    await this.#compare()
  }

  async #open(): Promise<void> {
    this.#fileSystem.delay = undefined
    this.#log = await LocalLog.open({
      directory: DIRECTORY,
      fileSystem: this.#fileSystem,
      segmentBytes: SEGMENT_BYTES,
      report: (event) => this.#events.push(event),
    })
    this.#fileSystem.delay = () => this.#turns(this.#random.below(3))
  }

  /** What is in the log now is what was promised, in its order, and nothing that was not appended. */
  async #compare(): Promise<void> {
    const log = this.#log as LocalLog
    const found = new Map<Position, number>()
    let lastNumber = -1
    for await (const { position, bytes, damaged } of log.read(1, log.bounds.last)) {
      assert.equal(damaged.length, 0)
      const number = bytes.length < 4 ? -1 : Buffer.from(bytes).readUInt32BE(0)
      assert.ok(
        isEqual(bytes, content(number, this.#sizes[number] ?? 4)),
        `entry ${position} is none that was appended`,
      )
      assert.ok(number > lastNumber, `${number} at ${position} comes after ${lastNumber}`)
      lastNumber = number
      const promised = this.#promised.get(position)
      if (promised !== undefined) assert.equal(number, promised)
      else assert.ok(this.#unknown.has(number), `${number} at ${position} was refused, or gone before`)
      assert.ok(isEqual(log.readSync(position)?.bytes ?? new Uint8Array(), bytes))
      found.set(position, number)
    }
    for (const [position, number] of this.#promised) {
      const mayBeGone =
        position < this.#removedBelow || this.#removed.some(({ from, to }) => from <= position && position <= to)
      if (!mayBeGone) assert.equal(found.get(position), number, `entry ${position} was promised`)
    }
    assert.ok(log.bounds.last >= Math.max(0, ...this.#promised.keys()))
    const damage = this.#events.filter(({ kind }) => kind === 'entries-lost' || kind === 'entry-damaged')
    assert.deepEqual(damage, [])
    // What was found stays from now on, and what was not does not come back.
    for (const [position, number] of found) this.#promised.set(position, number)
    this.#unknown.clear()
  }

  async #settle(): Promise<void> {
    await Promise.all(this.#pending.splice(0))
  }

  #repairDisk(): void {
    this.#fileSystem.failNoMore()
    this.#fileSystem.capacityBytes = Number.POSITIVE_INFINITY
  }

  async #turns(count: number): Promise<void> {
    for (let turn = 0; turn < count; turn++) await new Promise(setImmediate)
  }
}

/** An entry that says its number, with bytes that depend on it. */
function content(number: number, size: number): Buffer {
  const bytes = Buffer.alloc(size, `${number}.`)
  bytes.writeUInt32BE(number, 0)
  return bytes
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0
}
