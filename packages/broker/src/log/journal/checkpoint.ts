/**
 * Writes checkpoints: what is there at one moment, so that a start need not read what came before it and old segments may go.
 *
 * The moment is between two batches. What is there is captured then, as columns that nobody changes any more, and written behind it in parts
 * while the broker works on. A checkpoint counts once its end is in the log.
 */

import { BLOCK_SIZE } from '../../memory/working-memory.ts'
import type { MetadataState } from '../../metadata/metadata-state.ts'
import {
  addScattered,
  type CapturedMessages,
  captureScattered,
  type ScatteredMessages,
} from '../../queue/captured-messages.ts'
import { giveColumns } from '../../queue/index-page.ts'
import { UNKNOWN_SIZE } from '../../queue/ready-columns.ts'
import type { HolderJournal } from '../holder-journal.ts'
import type { OrderedLog, Position } from '../ordered-log.ts'
import type { Block } from '../store/block.ts'
import type { BlockStore } from '../store/block-store.ts'
import { EntryKind } from './entry.ts'
import type { LogJournal } from './log-journal.ts'
import { MessageColumn, RecordType } from './record.ts'
import { RecordBuffer } from './record-buffer.ts'

const NONE: readonly never[] = []
/** Messages in one record. */
const MESSAGES_MAX = 4096

/** A queue or exchange with a number in the log, as far as a checkpoint is concerned. */
export interface CheckpointHolder {
  readonly log: HolderJournal | undefined
  /** The sequence number that its next message gets. */
  readonly nextSequence: number
  /** Body size of a message that is not known by itself, in bytes: the average of those that wait. */
  readonly typicalSize: number
  /** Its messages, those in clients' hands left out. */
  capture(): CapturedMessages[]
  /** When a message expires that is in somebody's hands. */
  expiryOfHandedOut(sequence: number): number
  /** The priority that a message has here. */
  priorityAt(position: number): number
  readonly returns: ReadonlyMap<number, { readonly acquired: number; readonly failed: number }>
  /** Identities that it remembers, and until when. */
  identities(): Iterable<readonly [identity: string, expires: number]>
  readonly routingKeys: ReadonlyMap<number, readonly string[]>
}

/** What is there. */
export interface CheckpointSubject {
  holders(): Iterable<CheckpointHolder>
  /** Calls `visit` with every message that is in somebody's hands: a client's, or on its way to a dead-letter exchange. */
  visitHandedOut(
    visit: (holder: CheckpointHolder, sequence: number, position: number, isExpired: boolean) => void,
  ): void
}

interface CapturedHolder {
  readonly id: number
  readonly holder: CheckpointHolder
  readonly nextSequence: number
  readonly delivered: number
  readonly typicalSize: number
  /** All of them, those in somebody's hands last. */
  readonly messages: CapturedMessages[]
  readonly returns: readonly (readonly [number, { readonly acquired: number; readonly failed: number }])[]
  readonly identities: readonly (readonly [string, number])[]
  readonly routingKeys: readonly (readonly [number, readonly string[]])[]
}

export interface CheckpointParts {
  readonly log: OrderedLog
  readonly journal: LogJournal
  readonly store: BlockStore
  readonly metadata: MetadataState
  readonly subject: CheckpointSubject
}

/** A checkpoint that counts. */
export interface Checkpoint {
  /** Position of its first part. */
  readonly position: Position
  /** It holds everything up to here. */
  readonly at: Position
}

/**
 * Writes a checkpoint and resolves once it counts; with `undefined` when the log takes nothing.
 *
 * @param exact Nothing will be delivered any more: what may have been is what was.
 */
export async function writeCheckpoint(parts: CheckpointParts, exact: boolean): Promise<Checkpoint | undefined> {
  const { journal, store } = parts
  journal.dispatch.endBatch()
  store.index.hold()
  store.keepBlocks()
  try {
    const holders = captureHolders(parts.subject, exact)
    const blocks = [...store.blocks()].filter(({ id, forward }) => id !== 0 && forward === undefined)
    // Read at that moment: when this goes on, entries with more may have followed in the same write.
    const at = await new Promise<Position | undefined>((resolve) => {
      journal.afterCommit((failed) => resolve(failed ? undefined : journal.dispatch.lastPosition))
    })
    if (at === undefined) return undefined
    return { position: await new Writer(parts, at).write(holders, blocks), at }
  } catch (error) {
    if (error instanceof PartRefused) return undefined
    throw error
  } finally {
    store.forgetBlocks()
    store.index.release()
  }
}

function captureHolders(subject: CheckpointSubject, exact: boolean): CapturedHolder[] {
  const captured = new Map<CheckpointHolder, CapturedHolder>()
  for (const holder of subject.holders()) {
    const { log } = holder
    if (log === undefined) continue
    captured.set(holder, {
      id: log.id,
      holder,
      nextSequence: holder.nextSequence,
      delivered: log.deliveredUpTo(exact),
      typicalSize: holder.typicalSize,
      messages: holder.capture(),
      returns: holder.returns.size === 0 ? NONE : [...holder.returns],
      identities: [...holder.identities()],
      routingKeys: holder.routingKeys.size === 0 ? NONE : [...holder.routingKeys],
    })
  }
  const handedOut = new Map<CheckpointHolder, { readonly messages: ScatteredMessages; readonly expired: Set<number> }>()
  subject.visitHandedOut((holder, sequence, position, isExpired) => {
    if (!captured.has(holder)) return
    const { messages, expired } = handedOut.get(holder) ?? { messages: new Map(), expired: new Set() }
    handedOut.set(holder, { messages, expired })
    addScattered(messages, holder.priorityAt(position), sequence, position)
    // Its holder knows it no more. It expires again when it comes back, and goes where it was going.
    if (isExpired) expired.add(sequence)
  })
  for (const { holder, messages } of captured.values()) {
    const unreadable = holder.log?.captureUnreadable()
    if (unreadable !== undefined) messages.push(unreadable)
  }
  for (const [holder, { messages, expired }] of handedOut) {
    const expiryOf = (sequence: number) => (expired.has(sequence) ? 0 : holder.expiryOfHandedOut(sequence))
    captured.get(holder)?.messages.push(...captureScattered(messages, expiryOf))
  }
  return [...captured.values()]
}

/** The log does not take a part of a checkpoint for now. The checkpoint is given up: it holds pages and blocks that others want. */
class PartRefused extends Error {
  override readonly name = 'PartRefused'
}

class Writer {
  readonly #parts: CheckpointParts
  readonly #at: Position
  readonly #buffer = new RecordBuffer()
  /** Columns of a record that is put together. */
  readonly #numbers = new Float64Array(MESSAGES_MAX)
  readonly #dues = new Float64Array(MESSAGES_MAX)
  readonly #addresses = new Float64Array(MESSAGES_MAX)
  readonly #lengths = new Uint32Array(MESSAGES_MAX)
  #first: Position = 0
  #count = 0
  /** Whether the part that was sent last is in the log. */
  #sent: Promise<boolean> = Promise.resolve(true)

  constructor(parts: CheckpointParts, at: Position) {
    this.#parts = parts
    this.#at = at
  }

  async write(holders: readonly CapturedHolder[], blocks: readonly Block[]): Promise<Position> {
    for (const slice of this.#parts.metadata.snapshot()) {
      for (const [key, value] of slice) await this.#put(key, value)
    }
    for (const block of blocks) await this.#block(block)
    for (const holder of holders) {
      const { id, nextSequence, delivered, typicalSize } = holder
      const sent = this.#add(RecordType.holderState, id, typicalSize, nextSequence, delivered)
      if (sent !== undefined) await sent
      // There may be many queues, most of them empty.
      if (!isEmpty(holder)) await this.#holder(holder)
    }
    await this.#add(RecordType.checkpointEnd, 0, 0, this.#at, this.#count + 1)
    await this.#send()
    await this.#untilSent()
    const { journal } = this.#parts
    journal.dispatch.checkpoint = this.#first
    // An entry behind it names it. Until that is in the log the checkpoint cannot be found, and what came before it must stay.
    const named = await new Promise<Position | undefined>((resolve) => {
      journal.dispatch.appendPart(EntryKind.data, 0, new Uint8Array(0), resolve)
    })
    if (named === undefined) throw new PartRefused()
    return this.#first
  }

  async #put(key: string, value: string): Promise<void> {
    await this.#add(RecordType.metadataPut, 0, Buffer.byteLength(key), 0, 0, Buffer.from(key + value))
  }

  async #block({ id, used, messages, soleRouteLength, entries }: Block): Promise<void> {
    const payload = new Uint8Array(8 + entries.length * 8)
    const view = new DataView(payload.buffer)
    view.setFloat64(0, messages)
    for (const [i, position] of entries.entries()) view.setFloat64(8 + i * 8, position)
    await this.#add(RecordType.blockEntries, 0, soleRouteLength + 1, id, used, payload)
  }

  async #holder(captured: CapturedHolder): Promise<void> {
    const { id } = captured
    for (const each of captured.messages) {
      const loaded = await each.load?.()
      try {
        await this.#columns(captured, loaded === undefined ? each : { ...each, ...loaded })
      } finally {
        if (loaded !== undefined) giveColumns(loaded)
      }
    }
    for (const [sequence, { acquired, failed }] of captured.returns) {
      await this.#add(RecordType.returned, id, failed, sequence, acquired)
    }
    for (const [identity, expires] of captured.identities) {
      await this.#add(RecordType.identity, id, 0, expires, 0, Buffer.from(identity))
    }
    for (const [sequence, keys] of captured.routingKeys) {
      await this.#add(RecordType.routingKeys, id, 0, sequence, 0, Buffer.from(JSON.stringify(keys)))
    }
  }

  async #columns(captured: CapturedHolder, columns: CapturedMessages): Promise<void> {
    for (let start = columns.start; start < columns.end; start += MESSAGES_MAX) {
      const sent = this.#messages(captured, columns, start, Math.min(columns.end, start + MESSAGES_MAX))
      if (sent !== undefined) await sent
    }
  }

  /** Writes those of the messages from `start` to `end` that are in the log. What it returns is to be waited for. */
  #messages(
    { id, typicalSize, holder: { log } }: CapturedHolder,
    columns: CapturedMessages,
    start: number,
    end: number,
  ): Promise<void> | undefined {
    const { store } = this.#parts
    const { positions, start: origin, sequences, expiries, sizes, priority, removed } = columns
    const numbers = this.#numbers
    const dues = this.#dues
    const addresses = this.#addresses
    const lengths = this.#lengths
    let count = 0
    // Whether they do not follow each other.
    let isListed = false
    for (let i = start; i < end; i++) {
      const sequence = sequences === undefined ? (columns.firstSequence ?? 0) + i - origin : sequences[i]
      if (removed?.has(sequence)) continue
      const position = store.resolve(positions[i])
      const block = store.blockOf(position)
      if (block.id === 0) continue
      block.marks?.push(position % BLOCK_SIZE)
      if (log?.isPassing(sequence)) continue
      numbers[count] = sequence
      if (sequence !== numbers[0] + count) isListed = true
      dues[count] = expiries === undefined ? Infinity : expiries[i]
      addresses[count] = block.id * BLOCK_SIZE + (position % BLOCK_SIZE)
      if (sizes !== undefined) lengths[count] = sizes[i] === UNKNOWN_SIZE ? typicalSize : sizes[i]
      count++
    }
    if (count === 0) return undefined
    let detail = priority
    const pieces: Uint8Array[] = []
    if (isListed) {
      detail |= MessageColumn.sequences
      pieces.push(bytesOf(numbers, count))
    }
    if (expiries !== undefined) {
      detail |= MessageColumn.expiries
      pieces.push(bytesOf(dues, count))
    }
    pieces.push(bytesOf(addresses, count))
    if (sizes !== undefined) {
      detail |= MessageColumn.sizes
      pieces.push(bytesOf(lengths, count))
    }
    return this.#add(RecordType.messages, id, detail, numbers[0], count, Buffer.concat(pieces))
  }

  /** Adds a record. What it returns is to be waited for. */
  #add(
    type: RecordType,
    holder: number,
    detail: number,
    first: number,
    second: number,
    payload?: Uint8Array,
  ): Promise<void> | undefined {
    this.#buffer.add(type, holder, detail, first, second, payload)
    return this.#buffer.isFull ? this.#send() : undefined
  }

  /** Sends what was gathered as a part, once the one before is in the log. */
  async #send(): Promise<void> {
    await this.#untilSent()
    const bytes = this.#buffer.take()
    this.#count++
    this.#sent = new Promise((resolve) => {
      const { journal } = this.#parts
      journal.dispatch.appendPart(EntryKind.checkpoint, this.#at, bytes, (position) => {
        if (this.#first === 0) this.#first = position ?? 0
        resolve(position !== undefined)
      })
    })
  }

  async #untilSent(): Promise<void> {
    if (!(await this.#sent)) throw new PartRefused()
  }
}

function isEmpty({ messages, returns, identities, routingKeys }: CapturedHolder): boolean {
  return messages.length + returns.length + identities.length + routingKeys.length === 0
}

function bytesOf(column: Float64Array | Uint32Array, count: number): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, count * column.BYTES_PER_ELEMENT)
}
