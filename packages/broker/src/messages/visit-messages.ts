/**
 * Goes through the messages of a queue and reads them, in slices, without taking any out.
 *
 * What is on disk is read ahead of who looks at it. A message that is gone by the time its turn comes is left out.
 */

import type { MessageStore } from '../log/message-store.ts'
import { Message } from '../queue/message.ts'
import { findMessages, type MessageSource } from './find-messages.ts'
import type { LocatedMessage } from './located-message.ts'

/** Messages found at a time. */
const WINDOW = 1024
/** How long a slice may hold other work up, in milliseconds. */
const SLICE_MS = 4

/** How far to go. */
export interface VisitRange {
  /** Only messages with a higher sequence number. */
  readonly after: number
  /** Only messages below this sequence number. @default Infinity */
  readonly before?: number
  /** Most messages looked at. */
  readonly limit: number
}

/** How far it went. */
export interface Visited {
  /** Messages looked at. */
  readonly count: number
  /** Sequence number of the last one; `after` when there was none. */
  readonly last: number
  /** Whether there are no more. */
  readonly isComplete: boolean
}

/**
 * Calls `visit` with the messages in their order, each with its content, or `undefined` where the disk is damaged; until it returns `false`.
 * The content is valid during the call.
 */
export async function visitMessages(
  source: MessageSource,
  { after, before = Infinity, limit }: VisitRange,
  visit: (located: LocatedMessage, message: Message | undefined) => boolean,
): Promise<Visited> {
  const { store } = source
  let last = after
  let count = 0
  let sliceEnd = performance.now() + SLICE_MS
  while (count < limit) {
    const wanted = Math.min(WINDOW, limit - count)
    const found = await findMessages(source, last, wanted)
    const held = new HeldMessages(store, found)
    try {
      for (const located of found) {
        if (located.sequence >= before) return { count, last, isComplete: true }
        if (store.isScattered) await held.bringIn(located.position)
        if (performance.now() > sliceEnd) {
          await new Promise((resolve) => setImmediate(resolve))
          sliceEnd = performance.now() + SLICE_MS
        }
        // The broker has ended meanwhile.
        if (store.isClosed) return { count, last, isComplete: true }
        count++
        last = located.sequence
        if (!visit(located, held.read(located.position))) return { count, last, isComplete: false }
      }
    } finally {
      held.release()
    }
    if (found.length < wanted) return { count, last, isComplete: true }
  }
  return { count, last, isComplete: false }
}

/** Messages that stay readable until they are released, whatever becomes of them. */
export class HeldMessages {
  readonly #store: MessageStore
  readonly #positions: readonly number[]
  readonly #message = new Message()

  constructor(store: MessageStore, messages: readonly LocatedMessage[]) {
    this.#store = store
    this.#positions = messages.map(({ position }) => position)
    for (const position of this.#positions) {
      this.#message.position = position
      store.keep(this.#message)
    }
  }

  /** Has a message in memory, as a rule. */
  bringIn(position: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#store.enter(position, resolve)) resolve()
    })
  }

  /** The message, if it can be read; valid until the store is used again. */
  read(position: number): Message | undefined {
    return this.#store.read(position, this.#message) ? this.#message : undefined
  }

  release(): void {
    if (this.#store.isClosed) return
    for (const position of this.#positions) this.#store.release(position)
  }
}
