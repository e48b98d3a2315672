/** Messages that are taken out from anywhere: the rest stays in its order, is counted right, and no reference is left behind. */

import { type TypedTable, typed } from '@warrenmq/codec'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/clock.ts'
import { noJournal } from '../../../src/log/journal.ts'
import { BlockStore } from '../../../src/log/store/block-store.ts'
import { createMessage } from '../../../src/messages/create-message.ts'
import { Queue } from '../../../src/queue/queue.ts'
import { ReleaseList } from '../../../src/queue/release-list.ts'
import { Turn } from '../../../src/scheduler/turn.ts'
import { AllDeathCounts } from '../../../src/statistics/death-counts.ts'

interface Known {
  readonly sequence: number
  readonly priority: number
  position: number
  readonly size: number
}

const KINDS: readonly TypedTable[] = [
  {},
  { 'x-max-priority': typed('l', 2) },
  { 'x-message-ttl': typed('l', 3_600_000) },
  { 'x-queue-type': typed('S', 'quorum') },
]

type Step =
  | { readonly does: 'publish'; readonly priority: number; readonly size: number }
  | { readonly does: 'take' }
  | { readonly does: 'settle' | 'giveBack' | 'abandon' | 'remove'; readonly which: number }

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ does: fc.constant('publish' as const), priority: fc.nat(3), size: fc.nat(50) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('take' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      does: fc.constantFrom('settle' as const, 'giveBack' as const, 'abandon' as const, 'remove' as const),
      which: fc.nat(),
    }),
  },
)

function createQueue(store: BlockStore, args: TypedTable): Queue {
  const turn = new Turn((error) => {
    throw error
  })
  const settings = { name: 'q', durable: false, autoDelete: false, arguments: args, exclusiveOwner: undefined }
  return new Queue(settings, {
    store,
    journal: noJournal,
    turn,
    clock: systemClock,
    releases: new ReleaseList(store, turn),
    deadLetter: (_queue, position) => store.release(position),
    deaths: new AllDeathCounts(),
    handedOut: () => [],
    queueExpired: () => {},
  })
}

/** The queue as a list. */
class Model {
  readonly #ranks: boolean
  ready: Known[] = []
  held: { readonly known: Known; owner: Queue }[] = []

  constructor(ranks: boolean) {
    this.#ranks = ranks
  }

  next(): Known | undefined {
    return [...this.ready].sort((a, b) => this.#rank(b) - this.#rank(a) || a.sequence - b.sequence)[0]
  }

  #rank({ priority }: Known): number {
    return this.#ranks ? Math.min(priority, 2) : 0
  }
}

function run(queue: Queue, model: Model, step: Step): void {
  if (step.does === 'publish') {
    const known = { sequence: queue.nextSequence, priority: step.priority, position: -1, size: step.size }
    const properties = { priority: step.priority }
    const message = createMessage({ exchange: '', routingKey: 'q', properties, body: new Uint8Array(step.size) })
    queue.publish(message)
    known.position = message.position
    model.ready.push(known)
  } else if (step.does === 'take') {
    const next = model.next()
    const taken = queue.take()
    expect(taken?.sequence).toBe(next?.sequence)
    if (next === undefined) return
    model.ready = model.ready.filter((each) => each !== next)
    model.held.push({ known: next, owner: queue })
  } else if (step.does === 'remove') {
    if (model.ready.length === 0) return
    const [known] = model.ready.splice(step.which % model.ready.length, 1)
    expect(queue.remove(known.sequence, known.position, known.priority, known.size)).toBe(true)
    expect(queue.remove(known.sequence, known.position, known.priority, known.size)).toBe(false)
  } else {
    if (model.held.length === 0) return
    const index = step.which % model.held.length
    const held = model.held[index]
    const { sequence, position } = held.known
    if (step.does === 'abandon') {
      if (held.owner === queue) held.owner = queue.abandon(position, sequence)
      return
    }
    model.held.splice(index, 1)
    if (step.does === 'settle') held.owner.settle(position, sequence)
    else {
      held.owner.giveBack(position, sequence, false)
      if (held.owner === queue) model.ready.push(held.known)
    }
  }
}

function captured(queue: Queue): number[] {
  const sequences: number[] = []
  for (const { start, end, firstSequence = 0, sequences: column, removed } of queue.capture()) {
    for (let i = start; i < end; i++) {
      const sequence = column === undefined ? firstSequence + i - start : column[i]
      if (!removed?.has(sequence)) sequences.push(sequence)
    }
  }
  return sequences.sort((a, b) => a - b)
}

describe('a queue from which messages are removed', () => {
  it.each(KINDS)('keeps all others, in their order: %j', (args) => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 300 }), (steps) => {
        const store = new BlockStore()
        const queue = createQueue(store, args)
        const model = new Model(args['x-max-priority'] !== undefined)
        for (const step of steps) {
          run(queue, model, step)
          expect(queue.readyCount).toBe(model.ready.length)
          expect(queue.unackedCount).toBe(model.held.filter(({ owner }) => owner === queue).length)
          expect(queue.readyBytes).toBe(model.ready.reduce((sum, { size }) => sum + size, 0))
        }
        expect(captured(queue)).toEqual(model.ready.map(({ sequence }) => sequence).sort((a, b) => a - b))
        while (model.ready.length > 0) run(queue, model, { does: 'take' })
        while (model.held.length > 0) run(queue, model, { does: 'settle', which: 0 })
        expect([...store.blocks()].reduce((sum, { live }) => sum + live, 0)).toBe(0)
        store.close()
      }),
      { numRuns: 100 },
    )
  })

  it('forgets what was removed once its turn is over, however many that was', () => {
    const store = new BlockStore()
    const queue = createQueue(store, {})
    const model = new Model(false)
    for (let i = 0; i < 10_000; i++) run(queue, model, { does: 'publish', priority: 0, size: 1 })
    const removed = model.ready.filter((_, i) => i % 3 !== 0)
    model.ready = model.ready.filter((_, i) => i % 3 === 0)
    for (const { sequence, position, size } of removed) expect(queue.remove(sequence, position, 0, size)).toBe(true)
    while (model.ready.length > 0) run(queue, model, { does: 'take' })
    expect(queue.capture().every(({ start, end }) => start === end)).toBe(true)
    run(queue, model, { does: 'publish', priority: 0, size: 1 })
    expect(captured(queue)).toEqual([10_000])
    store.close()
  })
})
