/** A message log with queues on it, as in a broker, without sockets: for tests of what comes back. */

import { encodeContentHeaderFrame, type TypedTable, typed } from '@warrenmq/codec'
import { type Clock, systemClock } from '../../src/clock.ts'
import type { CheckpointHolder } from '../../src/log/journal/checkpoint.ts'
import { MessageLog, type MessageLogOptions } from '../../src/log/message-log.ts'
import { silentLogger } from '../../src/logging/logger.ts'
import type { MetadataState } from '../../src/metadata/metadata-state.ts'
import { Message } from '../../src/queue/message.ts'
import { Queue } from '../../src/queue/queue.ts'
import { ReleaseList } from '../../src/queue/release-list.ts'
import { Turn } from '../../src/scheduler/turn.ts'
import { AllDeathCounts } from '../../src/statistics/death-counts.ts'

/** A message taken out of a queue. */
export interface Taken {
  readonly body: string
  readonly position: number
  readonly sequence: number
  readonly redelivered: boolean
}

interface WorldOptions extends Pick<MessageLogOptions, 'directory' | 'memoryBudget' | 'segmentBytes' | 'fileSystem'> {
  /** @default that of the machine */
  readonly clock?: Clock
  /** Numbers of the queues. @default 1 to 16 */
  readonly queues?: (metadata: MetadataState) => readonly number[]
  /** What a queue was declared with. @default nothing */
  readonly queueArguments?: (id: number) => TypedTable
}

const FIRST_QUEUES = Array.from({ length: 16 }, (_, i) => i + 1)
/** Arguments of a queue with priorities, and of one whose messages expire after an hour. */
export const PRIORITIES: TypedTable = { 'x-max-priority': typed('I', 3) }
export const EXPIRING: TypedTable = { 'x-message-ttl': typed('I', 3_600_000) }
/** Arguments of a quorum queue in which a message may come back as often as it likes. */
export const QUORUM: TypedTable = { 'x-queue-type': typed('S', 'quorum'), 'x-delivery-limit': typed('I', -1) }

export class LogWorld {
  /** What the log said of its state. */
  readonly states: readonly (string | undefined)[]
  /** Errors that it logged. */
  readonly errors: readonly string[]
  readonly warnings: readonly string[]
  readonly log: MessageLog
  /** Whether the process is gone, as it were. */
  isAbandoned = false
  /** Sequence numbers of messages that are held because they have expired and are on their way to a dead-letter exchange. */
  readonly expired = new Set<number>()
  readonly #turn: Turn
  readonly #clock: Clock
  readonly #queueArguments: (id: number) => TypedTable
  readonly #queues = new Map<number, Queue>()
  /** Messages that are in somebody's hands. */
  readonly #taken = new Map<Queue, Map<number, number>>()

  private constructor(
    log: MessageLog,
    turn: Turn,
    heard: Pick<LogWorld, 'states' | 'errors' | 'warnings'>,
    options: WorldOptions,
  ) {
    this.log = log
    this.states = heard.states
    this.errors = heard.errors
    this.warnings = heard.warnings
    this.#turn = turn
    this.#clock = options.clock ?? systemClock
    this.#queueArguments = options.queueArguments ?? (() => Object.create(null))
  }

  static async open(options: WorldOptions): Promise<LogWorld> {
    let world: LogWorld | undefined
    const turn = new Turn((error) => {
      if (!world?.isAbandoned) throw error
    })
    const states: (string | undefined)[] = []
    const errors: string[] = []
    const warnings: string[] = []
    const log = await MessageLog.open({
      clock: systemClock,
      ...options,
      turn,
      logger: {
        ...silentLogger,
        warn: (_fields, message) => warnings.push(message),
        error: (_fields, message) => errors.push(message),
      },
      onState: (state) => states.push(state),
    })
    const opened = new LogWorld(log, turn, { states, errors, warnings }, options)
    world = opened
    for (const id of options.queues?.(log.recovered.metadata) ?? FIRST_QUEUES) opened.addQueue(id)
    log.restore(opened.#queues.values())
    log.start({
      holders: () => opened.#queues.values() as Iterable<CheckpointHolder>,
      visitHandedOut(visit) {
        for (const [queue, messages] of opened.#taken) {
          for (const [sequence, position] of messages) visit(queue, sequence, position, opened.expired.has(sequence))
        }
      },
    })
    return opened
  }

  /** The durable queue with a number in the log. */
  queue(id: number): Queue {
    return this.#queues.get(id) as Queue
  }

  get replayed(): number {
    return this.log.recovered.replayed
  }

  get recordedBytes(): number {
    return this.log.journal.recordedBytes
  }

  get memoryBytes(): number {
    return this.log.store.memoryBytes
  }

  get disk(): { readonly segments: number; readonly bytes: number } {
    return this.log.disk
  }

  publish(body: string, queues: readonly Queue[], { persistent = true, priority = 0 } = {}): Message {
    const message = createMessage(body, persistent, priority)
    for (const queue of queues) queue.publish(message)
    return message
  }

  take(queue: Queue): Taken {
    const taken = this.tryTake(queue)
    if (taken === undefined) throw new Error('the queue is empty')
    return taken
  }

  /** The next message; `undefined` when there is none, or none that can be read. */
  tryTake(queue: Queue): Taken | undefined {
    const taken = queue.take()
    if (taken === undefined) return undefined
    return this.hold(queue, taken.message, taken.sequence, taken.redelivered)
  }

  /** A message is in somebody's hands from now on. */
  hold(queue: Queue, message: Message, sequence: number, redelivered: boolean): Taken {
    const held = this.#taken.get(queue) ?? new Map<number, number>()
    this.#taken.set(queue, held.set(sequence, message.position))
    return { body: Buffer.from(message.body()).toString(), position: message.position, sequence, redelivered }
  }

  /** Takes the next message out for good. */
  settleNext(queue: Queue): Taken {
    const taken = this.take(queue)
    this.settle(queue, taken)
    return taken
  }

  settle(queue: Queue, { position, sequence }: Taken): void {
    this.#taken.get(queue)?.delete(sequence)
    queue.settle(position, sequence)
  }

  giveBack(queue: Queue, { position, sequence }: Taken): void {
    this.#taken.get(queue)?.delete(sequence)
    queue.giveBack(position, sequence, true)
  }

  /** Takes everything out. */
  drain(queue: Queue): Taken[] {
    const all: Taken[] = []
    for (let taken = this.tryTake(queue); taken !== undefined; taken = this.tryTake(queue)) {
      this.settle(queue, taken)
      all.push(taken)
    }
    return all
  }

  /** Resolves once all is durable that happened until now; rejects when it will not be. */
  committed(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.log.journal.afterCommit((failed) => (failed ? reject(new Error('not durable')) : resolve()))
    })
  }

  checkpoint(): Promise<void> {
    return this.log.checkpoint()
  }

  /** Lets what runs in the background finish, such as spilling. */
  async untilSpilled(): Promise<void> {
    for (let before = -1; before !== this.memoryBytes; ) {
      before = this.memoryBytes
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  /** Deletes a queue, and returns what its clients held. */
  deleteQueue(id: number): void {
    const queue = this.queue(id)
    this.#queues.delete(id)
    queue.delete()
    for (const [sequence, position] of this.#taken.get(queue) ?? []) queue.settle(position, sequence)
    this.#taken.delete(queue)
  }

  /** Gives memory back, and touches the disk no more. */
  abandon(): void {
    this.isAbandoned = true
    this.log.stop()
    this.log.store.close()
  }

  /** Ends as a process that is killed: nothing more is written. */
  async crash(): Promise<void> {
    await this.log.close()
  }

  /** A new durable queue, with a number that none had before. */
  addQueue(id: number): void {
    const store = this.log.store
    const queue = new Queue(
      {
        name: `q${id}`,
        durable: true,
        autoDelete: false,
        arguments: this.#queueArguments(id),
        exclusiveOwner: undefined,
      },
      {
        store,
        journal: this.log.journal,
        turn: this.#turn,
        clock: this.#clock,
        releases: new ReleaseList(store, this.#turn),
        deadLetter: (dead, position, sequence) => dead.end(position, sequence),
        deaths: new AllDeathCounts(),
        handedOut: (queue) => [...(this.#taken.get(queue)?.keys() ?? [])],
        queueExpired() {},
      },
    )
    queue.recordAs(id)
    this.#queues.set(id, queue)
  }
}

/** A message to the queue `q`. */
function createMessage(body: string, persistent: boolean, priority: number): Message {
  const bytes = Buffer.from(body)
  const header = encodeContentHeaderFrame(1, bytes.length, { deliveryMode: persistent ? 2 : 1, priority })
  const head = Buffer.alloc(7)
  head[0] = 3
  head.writeUInt16BE(1, 1)
  head.writeUInt32BE(bytes.length, 3)
  const bodyFrame = bytes.length === 0 ? [] : [head, bytes, Uint8Array.of(206)]
  const whole = Uint8Array.from(Buffer.concat([Uint8Array.of(0, 1, 0x71, 0, 206), header, ...bodyFrame]))
  const message = new Message()
  message.point(whole, 0, 3, whole.length)
  message.owned = true
  return message
}
