/**
 * Sends the messages of a dead-letter queue back to the queues in which they died.
 */

import { readHeaders, type TypedTable, type TypedValue } from '@warrenmq/codec'
import type { Clock } from '../clock.ts'
import type { Journal } from '../log/journal.ts'
import type { Message } from '../queue/message.ts'
import type { Queue } from '../queue/queue.ts'
import type { MessageSource } from './find-messages.ts'
import { queueTarget } from './message-target.ts'
import { BATCH_MAX, MessageBatch, moveBatch } from './move-messages.ts'

/** Which death counts: the last one, or the first. */
export type RedriveBy = 'last' | 'first'

export interface RedriveOptions {
  readonly by: RedriveBy
  /** Most messages that go. */
  readonly count: number
  /** Most messages that go in a second; `undefined` for any number. */
  readonly rate: number | undefined
  /** Whether nobody waits for it any more. */
  isCancelled(): boolean
}

export interface Redriven {
  readonly redriven: number
  /** How many went to which queue. */
  readonly queues: ReadonlyMap<string, number>
  /** Messages that stay: they did not die in a queue, its name is nobody's now, or it has no room. */
  readonly stayed: { readonly notDead: number; readonly queueGone: number; readonly refused: number }
}

/** Batches in a second, at most, when there is a rate. */
const BATCHES_PER_SECOND = 10

/**
 * Sends back what is in the queue now, in batches, each of which goes as a whole.
 *
 * @param findQueue Finds a queue of the vhost by its name.
 */
export async function redrive(
  source: MessageSource,
  findQueue: (name: string) => Queue | undefined,
  { by, count, rate, isCancelled }: RedriveOptions,
  { journal, clock }: { readonly journal: Journal; readonly clock: Clock },
): Promise<Redriven> {
  const before = source.queue.nextSequence
  const queues = new Map<string, number>()
  const stayed = { notDead: 0, queueGone: 0, refused: 0 }
  const originOf = (message: Message) => {
    const name = readOrigin(message, by)
    return name === undefined ? undefined : findQueue(name)
  }
  const target = queueTarget(source.store, originOf)
  let redriven = 0
  let after = -1
  let isComplete = false
  while (redriven < count && !isComplete && !isCancelled()) {
    const limit = Math.min(
      count - redriven,
      rate === undefined ? BATCH_MAX : Math.max(1, Math.floor(rate / BATCHES_PER_SECOND)),
    )
    const batch = new MessageBatch(source, limit)
    const origins = new Map<number, string>()
    try {
      const visited = await batch.gather({ after, before, limit: BATCH_MAX }, (message, { sequence }) => {
        const name = readOrigin(message, by)
        const origin = name === undefined ? undefined : findQueue(name)
        if (name === undefined) stayed.notDead++
        else if (origin === undefined) stayed.queueGone++
        if (origin === undefined) return false
        origins.set(sequence, origin.name)
        return true
      })
      after = visited.last
      isComplete = visited.isComplete
      const { moved, refused } = moveBatch(batch, target, journal)
      stayed.refused += refused
      redriven += moved.length
      for (const { sequence } of moved) {
        const name = origins.get(sequence) ?? ''
        queues.set(name, (queues.get(name) ?? 0) + 1)
      }
      if (rate !== undefined && moved.length > 0) await sleep(clock, (moved.length / rate) * 1000)
    } finally {
      batch.close()
    }
  }
  return { redriven, queues, stayed }
}

function sleep(clock: Clock, milliseconds: number): Promise<void> {
  return new Promise((resolve) => void clock.setTimeout(resolve, milliseconds))
}

/** The queue that a message died in; `undefined` for one that never did. */
export function readOrigin(
  { bytes, headerPayloadStart, headerPayloadEnd }: Message,
  by: RedriveBy,
): string | undefined {
  const headers = readHeaders(bytes, headerPayloadStart, headerPayloadEnd)
  if (headers === undefined) return undefined
  const deaths = headers['x-death']
  const newest = deaths?.tag === 'A' ? (deaths.value as readonly TypedValue[])[0] : undefined
  const last =
    textOf(headers['x-last-death-queue']) ??
    (newest?.tag === 'F' ? textOf((newest.value as TypedTable).queue) : undefined)
  const first = textOf(headers['x-first-death-queue'])
  return by === 'first' ? (first ?? last) : (last ?? first)
}

function textOf(value: TypedValue | undefined): string | undefined {
  return value?.tag === 'S' && typeof value.value === 'string' ? value.value : undefined
}
