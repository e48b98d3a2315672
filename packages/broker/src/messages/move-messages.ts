/**
 * Moves messages from a queue to where they are wanted, so that a crash finds each in one place and in one only.
 *
 * A batch is gathered first, in slices, and then moved in one piece: what is recorded of it counts as a whole or not at all.
 */

import type { Journal } from '../log/journal.ts'
import type { MessageStore } from '../log/message-store.ts'
import { Message } from '../queue/message.ts'
import type { Queue } from '../queue/queue.ts'
import type { MessageSource } from './find-messages.ts'
import type { LocatedMessage } from './located-message.ts'
import type { MessageTarget, PlannedRoute } from './message-target.ts'
import { removeMessage } from './remove-message.ts'
import { type Visited, type VisitRange, visitMessages } from './visit-messages.ts'

/** Most messages in a batch, and bytes of bodies beyond which no more are added. */
export const BATCH_MAX = 1000
const BATCH_BYTES_MAX = 16 * 1024 * 1024

/** Messages that were gathered, each with a reference, so that they stay readable until the batch is closed. */
export class MessageBatch {
  readonly source: MessageSource
  readonly messages: LocatedMessage[] = []
  readonly #limit: number
  readonly #held = new Message()
  #bytes = 0

  constructor(source: MessageSource, limit: number) {
    this.source = source
    this.#limit = Math.min(limit, BATCH_MAX)
  }

  get isFull(): boolean {
    return this.messages.length >= this.#limit || this.#bytes >= BATCH_BYTES_MAX
  }

  /** Gathers messages that `wants` says yes to, until the batch is full. Returns how far it went. */
  gather(range: VisitRange, wants: (message: Message, located: LocatedMessage) => boolean): Promise<Visited> {
    return visitMessages(this.source, range, (located, message) => {
      // What cannot be read stays where it is: perhaps it can be after the next start.
      if (message === undefined || !wants(message, located)) return true
      const { bodySize } = message
      this.#held.position = located.position
      this.source.store.keep(this.#held)
      this.messages.push(located)
      this.#bytes += bodySize
      return !this.isFull
    })
  }

  close(): void {
    const { store } = this.source
    if (!store.isClosed) for (const { position } of this.messages) store.release(position)
  }
}

/** What became of a batch. */
export interface Moved {
  /** Messages that are where they were to go. */
  readonly moved: readonly LocatedMessage[]
  /** Messages that were gone when their turn came: delivered, settled or expired meanwhile. */
  readonly gone: number
  /** Messages that nobody would take, and that are where they were. */
  readonly refused: number
}

/** Why a batch cannot be moved as a whole. */
export type Obstacle = 'unroutable' | 'full'

/** Says why messages of a batch cannot go where they are wanted; `undefined` when all can. */
export function findObstacle({ source, messages }: MessageBatch, target: MessageTarget): Obstacle | undefined {
  const message = new Message()
  const room = new Map<Queue, { count: number; bytes: number }>()
  for (const { position } of messages) {
    source.store.read(position, message)
    const planned = target.plan(message)
    if (planned === undefined) return 'unroutable'
    for (const queue of planned.queues) {
      const needed = room.get(queue) ?? { count: 0, bytes: 0 }
      needed.count++
      needed.bytes += message.bodySize
      room.set(queue, needed)
    }
  }
  for (const [queue, { count, bytes }] of room) if (!queue.hasRoom(count, bytes)) return 'full'
  return undefined
}

/**
 * Moves a batch, now. A message that has no way, or no room where it would go, stays; who wants all or none asks {@link findObstacle} just
 * before.
 */
export function moveBatch({ source, messages }: MessageBatch, target: MessageTarget, journal: Journal): Moved {
  const { store, queue } = source
  const moved: LocatedMessage[] = []
  let gone = 0
  let refused = 0
  journal.group(() => {
    for (const located of messages) {
      const outcome = moveOne(store, queue, located, target)
      if (outcome === 'moved') moved.push(located)
      else if (outcome === 'gone') gone++
      else refused++
    }
  })
  return { moved, gone, refused }
}

const read = new Message()

function moveOne(
  store: MessageStore,
  queue: Queue,
  located: LocatedMessage,
  target: MessageTarget,
): 'moved' | 'gone' | 'refused' {
  store.read(located.position, read)
  const planned = target.plan(read)
  if (planned === undefined || !hasRoom(planned, read)) return 'refused'
  if (!removeMessage(store, queue, located)) return 'gone'
  store.read(located.position, read)
  if (target.send(read, planned)) return 'moved'
  // Nobody took it after all. There is room for it where it was.
  store.read(located.position, read)
  queue.publish(read)
  return 'refused'
}

function hasRoom({ queues }: PlannedRoute, { bodySize }: Message): boolean {
  return queues.every((each) => each.hasRoom(1, bodySize))
}
