/**
 * The log of a broker as a whole: opens the data directory, reads what is there, records, writes checkpoints, and removes what nobody needs.
 */

import type { Clock, Timer } from '../clock.ts'
import type { Logger } from '../logging/logger.ts'
import { BLOCK_SIZE } from '../memory/working-memory.ts'
import type { RestoredMessages } from '../queue/captured-messages.ts'
import type { Turn } from '../scheduler/turn.ts'
import { Damage } from './damage.ts'
import { DataDirectory } from './data-directory.ts'
import type { FileSystem } from './files/file-system.ts'
import { nodeFileSystem } from './files/node-file-system.ts'
import { BlockReader } from './journal/block-reader.ts'
import { type CheckpointSubject, writeCheckpoint } from './journal/checkpoint.ts'
import { LogJournal } from './journal/log-journal.ts'
import { Reclaimer } from './journal/reclaimer.ts'
import type { Recovered } from './journal/recovered.ts'
import { recover } from './journal/recovery.ts'
import { LocalLog } from './local/local-log.ts'
import type { LogEvent } from './local/log-event.ts'
import type { OrderedLog } from './ordered-log.ts'
import { SpillFile } from './spill-file.ts'
import type { Block } from './store/block.ts'
import { BlockStore } from './store/block-store.ts'

/** How often it is looked whether a checkpoint is due, in milliseconds: a fast disk takes four segments a second, and only a checkpoint frees them. */
const CHECK_INTERVAL_MS = 250
/** Bytes recorded after which a checkpoint is written. */
const CHECKPOINT_BYTES = 64 * 1024 * 1024
/** Time after which a checkpoint is written when anything was recorded, in milliseconds. So little was recorded then that speed may wait. */
const CHECKPOINT_AGE_MS = 30_000
/** Checkpoints that are written at most after the last one in which anything was recorded. */
const TIDY_ROUNDS = 4

/** Whether the log takes what is recorded: not for now, or not until it is opened anew. */
export type LogState = 'ok' | 'refusing' | 'failed'

export interface MessageLogOptions {
  readonly directory: string
  /** Bytes of memory for messages. */
  readonly memoryBudget: number
  /** Size of a segment, in bytes. @default 67108864 (64 MiB) */
  readonly segmentBytes?: number
  /** @default that of the machine */
  readonly fileSystem?: FileSystem
  readonly turn: Turn
  readonly clock: Clock
  readonly logger: Logger
  /** Hears of a new state. */
  readonly onState: (state: LogState) => void
}

/** Somebody whose messages are restored. */
export interface RestoredHolder {
  readonly logId: number
  restore(messages: RestoredMessages): void
}

export class MessageLog {
  readonly store: BlockStore
  readonly journal: LogJournal
  readonly recovered: Recovered
  state: LogState = 'ok'
  readonly damage: Damage
  readonly #options: MessageLogOptions
  readonly #directory: DataDirectory
  readonly #log: OrderedLog
  readonly #spill: SpillFile
  readonly #reclaimer: Reclaimer
  #subject: CheckpointSubject | undefined
  #timer: Timer | undefined
  #checkpoint: Promise<unknown> | undefined
  /** What had been recorded, and when, at the last checkpoint. */
  #checkpointBytes = 0
  #checkpointAt: number
  /** Checkpoints that may yet be written although nothing was recorded, so that the log takes no more disk than it has to. */
  #tidyRounds = TIDY_ROUNDS

  private constructor(
    options: MessageLogOptions,
    directory: DataDirectory,
    log: OrderedLog,
    spill: SpillFile,
    recovered: Recovered,
    damage: Damage,
  ) {
    const { turn, clock, logger, memoryBudget, onState } = options
    this.#options = options
    this.#directory = directory
    this.#log = log
    this.#spill = spill
    this.recovered = recovered
    this.damage = damage
    this.#checkpointAt = clock.now()
    this.store = new BlockStore({
      budget: memoryBudget,
      logged: new BlockReader(log),
      spill,
      clock,
      onSpillError: (error) => logger.error({ err: error }, 'messages could not be moved from memory to disk'),
      onReadError: (error) => damage.readFailed(error),
      onDamage: (damaged) =>
        damage.found(1, 'messages cannot be read: they are left out until the next start', { damaged }),
    })
    this.journal = new LogJournal({
      log,
      store: this.store,
      turn,
      clock,
      metadata: recovered.metadata,
      epoch: recovered.epoch,
      firstBlock: recovered.firstBlock,
      checkpoint: recovered.checkpoint,
      owner: {
        logRefuses: (error) => {
          if (error !== undefined)
            logger.error({ err: error }, 'the disk takes nothing: publishing stops until it does')
          else logger.info({}, 'the disk takes what is written again')
          this.state = error === undefined ? 'ok' : 'refusing'
          onState(this.state)
          if (error !== undefined) void this.#makeRoom()
        },
        logFailed: (error) => {
          logger.error({ err: error }, 'the disk has failed: nothing is accepted any more; restart on a sound disk')
          this.state = 'failed'
          onState(this.state)
        },
      },
    })
    this.#reclaimer = new Reclaimer(log, this.store, this.journal)
  }

  /** @throws DataDirectoryError; errors of the file system. */
  static async open(options: MessageLogOptions): Promise<MessageLog> {
    const { fileSystem = nodeFileSystem, segmentBytes } = options
    const directory = await DataDirectory.open({ path: options.directory, clock: options.clock, fileSystem })
    const damage = new Damage(options.clock, options.logger)
    let log: LocalLog | undefined
    try {
      log = await LocalLog.open({
        directory: directory.logPath,
        fileSystem,
        ...(segmentBytes !== undefined && { segmentBytes }),
        report: (event) => reportEvent(options.logger, damage, event),
      })
      const spill = await SpillFile.open({ path: directory.spillPath, fileSystem })
      return new MessageLog(options, directory, log, spill, await recover(log), damage)
    } catch (error) {
      await log?.close()
      await directory.close()
      throw error
    }
  }

  /** Gives holders the messages that they had. Those of holders that are gone are dropped. */
  restore(holders: Iterable<RestoredHolder>): void {
    const { blocks: recoveredBlocks, incomplete, holders: states, replayed } = this.recovered
    const { store } = this
    const blocks = new Map<number, Block>()
    for (const { id, used, messages, routeLength, entries } of [...recoveredBlocks.values()].sort(
      (a, b) => a.id - b.id,
    )) {
      const block = store.addStored(id, used, routeLength)
      for (const position of entries) block.entries.push(position)
      block.messages = messages
      blocks.set(id, block)
    }
    let count = 0
    let lost = 0
    for (const holder of holders) {
      const state = states.get(holder.logId)
      if (state === undefined) continue
      const restored = state.finish((address) => {
        const id = Math.floor(address / BLOCK_SIZE)
        const block = blocks.get(id)
        if (block === undefined) {
          if (!incomplete.has(id)) lost++
          return -1
        }
        block.live++
        return block.slot * BLOCK_SIZE + (address % BLOCK_SIZE)
      })
      count += restored.positions.length
      holder.restore(restored)
    }
    for (const block of blocks.values()) if (block.live === 0) store.seal(block)
    const { logger } = this.#options
    logger.info({ messages: count, replayed }, 'messages restored from the log')
    this.#reportDamage(lost)
  }

  /** Begins to write checkpoints of `subject`. */
  start(subject: CheckpointSubject): void {
    this.#subject = subject
    this.#timer = this.#options.clock.setInterval(() => this.#check(), CHECK_INTERVAL_MS)
    // What was replayed need not be replayed again.
    const { replayed, damagedRecords, damagedCheckpoints, checkpointAt } = this.recovered
    this.#reclaimer.begin(checkpointAt)
    // Nor is a damaged checkpoint to stay the newest.
    if (replayed > 1000 || damagedRecords + damagedCheckpoints > 0) this.#checkpoint ??= this.#write(false)
  }

  get directory(): string {
    return this.#options.directory
  }

  /** Segments on disk, and what the log takes there in bytes, spare files included. */
  get disk(): { readonly segments: number; readonly bytes: number } {
    return { segments: this.#log.segments.length, bytes: this.#log.diskBytes }
  }

  /** Gives back the disk space that is only held for speed: the disk is short. */
  releaseSpares(): Promise<void> {
    return this.#log.releaseSpares()
  }

  /** Writes a checkpoint now. */
  async checkpoint(): Promise<void> {
    await this.#checkpoint
    this.#checkpoint = this.#write(false)
    await this.#checkpoint
  }

  /** Makes everything durable, so that the next start reads little, and stops. To be called when nothing changes any more. */
  async finish(): Promise<void> {
    this.#timer?.clear()
    await this.#checkpoint
    if (this.#subject !== undefined) await this.#write(true)
    await this.journal.dispatch.finish()
    this.stop()
  }

  /** Nothing is recorded any more. */
  stop(): void {
    this.#timer?.clear()
    this.#subject = undefined
    this.journal.dispatch.stop()
  }

  /** Gives everything back: memory, files, and the data directory. */
  async close(): Promise<void> {
    this.stop()
    this.store.stop()
    // Writes under way read blocks of the store.
    await this.#log.close()
    this.store.close()
    await this.#spill.close()
    await this.#directory.close()
  }

  /** The disk is full: what may go goes at once. */
  async #makeRoom(): Promise<void> {
    try {
      await this.#reclaimer.discardUnneeded()
      await this.#log.releaseSpares()
    } catch (error) {
      this.#options.logger.error({ err: error }, 'segments could not be removed')
    }
  }

  /** @param lost Messages of which nothing is left. */
  #reportDamage(lost: number): void {
    const { damagedRecords, damagedCheckpoints } = this.recovered
    const { damage } = this
    if (damagedCheckpoints > 0)
      damage.found(0, 'damage in the log: the newest checkpoint was left out, and what came before it read instead', {})
    if (lost + damagedRecords === 0) return
    const what = lost > 0 ? 'messages were lost' : 'what some records said is lost'
    damage.found(lost + damagedRecords, `the log is damaged: ${what}`, { lost, damagedRecords })
  }

  #check(): void {
    if (this.#checkpoint !== undefined || this.journal.dispatch.isRefusing) return
    const { recordedBytes } = this.journal
    const recorded = recordedBytes - this.#checkpointBytes
    const age = this.#options.clock.now() - this.#checkpointAt
    const isQuiet = age >= CHECKPOINT_AGE_MS && (recorded > 0 || this.#tidyRounds > 0)
    if (recorded >= CHECKPOINT_BYTES) this.#checkpoint = this.#write(false)
    else if (isQuiet) this.#checkpoint = this.#tidyUp(recorded)
  }

  /** Writes a checkpoint in a time in which little is recorded, and keeps no more disk than is needed. */
  async #tidyUp(recorded: number): Promise<void> {
    // In this order: the next segment must not be a spare, which takes room for a whole one.
    await this.#log.releaseSpares()
    this.#reclaimer.endWastefulSegment()
    const rounds = this.#tidyRounds
    const isWritten = await this.#write(false)
    // One round ends the segment, another one lets go what only the checkpoint before had a need for.
    const isTidy = isWritten && !this.#reclaimer.hasSparse && !this.#reclaimer.hasUnneeded
    if (isTidy) this.#tidyRounds = 0
    else if (recorded === 0) this.#tidyRounds = rounds - 1
    // Those that became spares now.
    await this.#log.releaseSpares()
  }

  /** Returns whether the checkpoint counts. */
  async #write(exact: boolean): Promise<boolean> {
    const { journal, store } = this
    const subject = this.#subject
    // What a checkpoint would miss comes back from the log at the next start, as long as there is none.
    if (subject === undefined || this.store.index.hasLost) return false
    const { recordedBytes } = journal
    try {
      if (!exact) this.#reclaimer.choose()
      const metadata = this.recovered.metadata
      const checkpoint = await writeCheckpoint({ log: this.#log, journal, store, metadata, subject }, exact)
      this.#tidyRounds = TIDY_ROUNDS
      if (checkpoint === undefined) return false
      await this.#reclaimer.discard(checkpoint.at)
      if (!exact) await this.#reclaimer.compact()
      return true
    } catch (error) {
      this.#options.logger.error({ err: error }, 'no checkpoint could be written')
      return false
    } finally {
      // Whatever came of it: what stands in its way does not go within a moment.
      this.#checkpointBytes = recordedBytes
      this.#checkpointAt = this.#options.clock.now()
      this.#reclaimer.forgetChosen()
      this.#checkpoint = undefined
    }
  }
}

function reportEvent(logger: Logger, damage: Damage, event: LogEvent): void {
  const { kind, ...details } = event
  if (kind === 'tail-cut') logger.warn(details, 'the end of the log was incomplete, as after a crash, and was cut off')
  else if (kind === 'index-rebuilt') logger.warn(details, 'an index of the log was made anew')
  else if (kind === 'entries-lost' || kind === 'entry-damaged') damage.found(0, `damage in the log: ${kind}`, details)
  else logger.error(details, `damage in the log: ${kind}`)
}
