/**
 * Finds the messages of a queue by their sequence numbers, wherever they are: in its index, in memory or on disk, or in clients' hands.
 *
 * Nothing is kept from one call to the next: each looks at the queue as it is. What it finds holds until the event loop turns, unless
 * somebody takes references (`held-messages.ts`).
 */

import type { MessageStore } from '../log/message-store.ts'
import type { AmqpConnection } from '../protocols/amqp/connection.ts'
import type { CapturedMessages } from '../queue/captured-messages.ts'
import { type Columns, giveColumns } from '../queue/index-page.ts'
import type { Queue } from '../queue/queue.ts'
import { UNKNOWN_SIZE } from '../queue/ready-columns.ts'
import { type LocatedMessage, MessageState } from './located-message.ts'
import { MessageWindow } from './message-window.ts'

/** Which messages are looked for. */
export const WantedState = { ready: 'ready', unacked: 'unacked', all: 'all' } as const
export type WantedState = (typeof WantedState)[keyof typeof WantedState]

/** Where messages are looked for. */
export interface MessageSource {
  readonly queue: Queue
  readonly store: MessageStore
  readonly connections: Iterable<AmqpConnection>
  readonly state: WantedState
}

/** A page of the index that was read from disk. */
interface LoadedPage {
  readonly page: object
  readonly columns: Columns
}

type Window = MessageWindow<LocatedMessage>

/** The first messages with a sequence number above `after`, at most `limit`, in order. */
export async function findMessages(source: MessageSource, after: number, limit: number): Promise<LocatedMessage[]> {
  const loaded: LoadedPage[] = []
  try {
    for (;;) {
      const found = collect(source, after, limit, loaded)
      if (Array.isArray(found)) return found
      loaded.push(await readPage(found, source.store))
    }
  } finally {
    for (const { columns } of loaded) giveColumns(columns)
  }
}

async function readPage({ page, load }: CapturedMessages, { index }: MessageStore): Promise<LoadedPage> {
  // What is on disk stays there until it has been read.
  index.hold()
  try {
    const columns = await (load as NonNullable<typeof load>)()
    return { page: page as object, columns }
  } finally {
    index.release()
  }
}

/** The messages, or a page of the index that has to be read first. */
function collect(
  { queue, connections, state }: MessageSource,
  after: number,
  limit: number,
  loaded: readonly LoadedPage[],
): LocatedMessage[] | CapturedMessages {
  const window: Window = new MessageWindow(after, limit)
  if (queue.deleted) return []
  if (state !== WantedState.ready) collectUnacked(queue, connections, window)
  if (state === WantedState.unacked) return window.take()
  const missing: { readonly captured: CapturedMessages; readonly highest: number }[] = []
  const delayed = new Map(Array.from(queue.delayed, ({ sequence, dueAt }) => [sequence, dueAt]))
  const all = queue.capture()
  for (const [i, captured] of all.entries()) {
    if (captured.load === undefined) {
      collectReady(queue, captured, captured, delayed, limit, window)
      continue
    }
    const known = loaded.find(({ page }) => page === captured.page)
    if (known !== undefined) collectReady(queue, captured, known.columns, delayed, limit, window)
    else missing.push({ captured, highest: highestOf(captured, all[i + 1]) })
  }
  const messages = window.take()
  const isComplete = messages.length === limit
  const needed = missing.find(
    ({ captured, highest }) => highest > after && (!isComplete || (captured.lowest ?? 0) < window.bound),
  )
  return needed?.captured ?? messages
}

/** The highest sequence number that a page on disk can have. */
function highestOf(
  { firstSequence, start, end, priority }: CapturedMessages,
  next: CapturedMessages | undefined,
): number {
  if (firstSequence !== undefined) return firstSequence + end - start - 1
  return next?.priority === priority && next.lowest !== undefined ? next.lowest - 1 : Infinity
}

function collectReady(
  queue: Queue,
  captured: CapturedMessages,
  { positions, sequences, sizes, expiries }: Pick<Columns, 'positions' | 'sequences' | 'sizes' | 'expiries'>,
  delayed: ReadonlyMap<number, number>,
  limit: number,
  window: Window,
): void {
  const { start, firstSequence = 0, priority, removed, page } = captured
  const deliveredBefore = queue.log?.deliveredBefore ?? -1
  let { end } = captured
  let from = start
  if (sequences === undefined) {
    // They follow each other: what is below can be left out, and so can what is beyond.
    from = Math.min(end, Math.max(start, start + window.after + 1 - firstSequence))
    end = Math.min(end, from + limit + (removed?.size ?? 0))
  }
  for (let i = from; i < end; i++) {
    const sequence = sequences === undefined ? firstSequence + i - start : sequences[i]
    if (!window.takes(sequence) || removed?.has(sequence)) continue
    const dueAt = delayed.get(sequence)
    window.add({
      sequence,
      position: positions[i],
      state: dueAt === undefined ? MessageState.ready : MessageState.delayed,
      priority,
      // What is in no page came back.
      redelivered: page === undefined || sequence <= deliveredBefore,
      size: sizes === undefined || sizes[i] === UNKNOWN_SIZE ? undefined : sizes[i],
      expiry: expiries === undefined ? Infinity : expiries[i],
      dueAt,
      delivery: undefined,
    })
  }
}

function collectUnacked(queue: Queue, connections: Iterable<AmqpConnection>, window: Window): void {
  if (queue.unackedCount === 0) return
  for (const { session } of connections) {
    for (const channel of session?.channels.values() ?? []) {
      const add = (
        inTransaction: boolean,
        sequence: number,
        position: number,
        deliveryTag: number,
        consumer: LocatedConsumer,
      ) => {
        if (!window.takes(sequence)) return
        window.add({
          sequence,
          position,
          state: MessageState.unacked,
          priority: 0,
          redelivered: false,
          size: undefined,
          expiry: queue.expiryOfHandedOut(sequence),
          dueAt: undefined,
          delivery: { channel, consumer, deliveryTag, inTransaction },
        })
      }
      channel.unacked.visit(queue, (...found) => add(false, ...found))
      for (const held of channel.transaction?.heldMessages() ?? []) {
        if (held.queue === queue) add(true, held.sequence, held.position, held.deliveryTag, held.consumer)
      }
    }
  }
}

type LocatedConsumer = NonNullable<LocatedMessage['delivery']>['consumer']
