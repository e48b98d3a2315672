/** A message log with queues on it, as in a broker, without sockets: for tests of what comes back. */

import { encodeContentHeaderFrame } from '@warrenmq/codec'
import { systemClock } from '../../src/clock.ts'
import type { CheckpointHolder } from '../../src/log/journal/checkpoint.ts'
import { MessageLog, type MessageLogOptions } from '../../src/log/message-log.ts'
import { silentLogger } from '../../src/logging/logger.ts'
import { Message } from '../../src/queue/message.ts'
import { Queue } from '../../src/queue/queue.ts'
import { ReleaseList } from '../../src/queue/release-list.ts'
import { Turn } from '../../src/scheduler/turn.ts'

/** A message taken out of a queue. */
export interface Taken {
  readonly body: string
  readonly position: number
  readonly sequence: number
  readonly redelivered: boolean
}

type WorldOptions = Pick<MessageLogOptions, 'directory' | 'memoryBudget' | 'segmentBytes' | 'fileSystem'>

export class LogWorld {
  /** What the log said of its state. */
  readonly states: (string | undefined)[] = []
  readonly #log: MessageLog
  readonly #turn: Turn
  readonly #queues = new Map<number, Queue>()
  /** Messages that are in somebody's hands. */
  readonly #taken = new Map<Queue, Map<number, number>>()

  private constructor(log: MessageLog, turn: Turn) {
    this.#log = log
    this.#turn = turn
  }

  /** Opens the log with queues 1 to `queueCount`. */
  static async open(options: WorldOptions, queueCount = 16): Promise<LogWorld> {
    const turn = new Turn((error) => {
      throw error
    })
    const states: (string | undefined)[] = []
    const log = await MessageLog.open({
      ...options,
      turn,
      clock: systemClock,
      logger: silentLogger,
      onState: (state) => states.push(state),
    })
    const world = new LogWorld(log, turn)
    for (let id = 1; id <= queueCount; id++) world.#addQueue(id)
    log.restore(world.#queues.values())
    log.start({
      holders: () => world.#queues.values() as Iterable<CheckpointHolder>,
      visitHandedOut(visit) {
        for (const [queue, messages] of world.#taken) {
          for (const [sequence, position] of messages) visit(queue, sequence, position)
        }
      },
    })
    return world
  }

  /** The durable queue with a number in the log. */
  queue(id: number): Queue {
    return this.#queues.get(id) as Queue
  }

  get replayed(): number {
    return this.#log.recovered.replayed
  }

  get recordedBytes(): number {
    return this.#log.journal.recordedBytes
  }

  get memoryBytes(): number {
    return this.#log.store.memoryBytes
  }

  get disk(): { readonly segments: number; readonly bytes: number } {
    return this.#log.disk
  }

  publish(body: string, queues: readonly Queue[], { persistent = true } = {}): Message {
    const message = createMessage(body, persistent)
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
    const { message, sequence, redelivered } = taken
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
      this.#log.journal.afterCommit((failed) => (failed ? reject(new Error('not durable')) : resolve()))
    })
  }

  checkpoint(): Promise<void> {
    return this.#log.checkpoint()
  }

  /** Lets what runs in the background finish, such as spilling. */
  async untilSpilled(): Promise<void> {
    for (let before = -1; before !== this.memoryBytes; ) {
      before = this.memoryBytes
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  /** Ends as a process that is killed: nothing more is written. */
  async crash(): Promise<void> {
    await this.#log.close()
  }

  #addQueue(id: number): void {
    const store = this.#log.store
    const queue = new Queue(
      {
        name: `q${id}`,
        durable: true,
        autoDelete: false,
        arguments: Object.create(null),
        exclusiveOwner: undefined,
      },
      {
        store,
        journal: this.#log.journal,
        turn: this.#turn,
        clock: systemClock,
        releases: new ReleaseList(store, this.#turn),
        deadLetter: (dead, position, sequence) => dead.end(position, sequence),
        queueExpired() {},
      },
    )
    queue.recordAs(id)
    this.#queues.set(id, queue)
  }
}

/** A message to the queue `q`, with its delivery mode. */
function createMessage(body: string, persistent: boolean): Message {
  const bytes = Buffer.from(body)
  const header = encodeContentHeaderFrame(1, bytes.length, { deliveryMode: persistent ? 2 : 1 })
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
