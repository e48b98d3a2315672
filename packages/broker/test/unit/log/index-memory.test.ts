import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { IndexMemory } from '../../../src/log/store/index-memory.ts'
import { blockPool } from '../../../src/memory/block-pool.ts'
import type { CapturedMessages } from '../../../src/queue/captured-messages.ts'
import { giveColumns } from '../../../src/queue/index-page.ts'
import { PAGE_LENGTH } from '../../../src/queue/page-memory.ts'
import { ReadyColumns } from '../../../src/queue/ready-columns.ts'
import { ReadyList } from '../../../src/queue/ready-list.ts'
import { ManualClock } from '../queue/manual-clock.ts'

const LOST = -7
/** Room for two pages of positions. */
const BUDGET = 2 * PAGE_LENGTH * 8

/** Slots in memory, whose reads and writes end when the test says so. */
class TestSlots {
  readonly slots = new Map<number, Uint8Array>()
  readonly #pending: (() => void)[] = []
  fails: 'write' | 'read' | undefined
  writes = 0
  syncReads = 0
  #next = 0

  async write(bytes: Uint8Array): Promise<number> {
    await this.#later()
    if (this.fails === 'write') throw new Error('no space')
    this.writes++
    this.slots.set(this.#next, bytes.slice())
    return this.#next++
  }

  async read(slot: number, into: Uint8Array): Promise<void> {
    await this.#later()
    this.#get(slot, into)
  }

  readSync(slot: number, into: Uint8Array): void {
    this.syncReads++
    this.#get(slot, into)
  }

  free(slot: number): void {
    if (!this.slots.delete(slot)) throw new Error(`slot ${slot} is free already`)
  }

  /** Lets everything under way come to its end. */
  async settle(): Promise<void> {
    for (let idle = 0; idle < 20; idle++) {
      for (const resolve of this.#pending.splice(0)) {
        idle = 0
        resolve()
      }
      await Promise.resolve()
    }
  }

  #later(): Promise<void> {
    return new Promise((resolve) => this.#pending.push(resolve))
  }

  #get(slot: number, into: Uint8Array): void {
    if (this.fails === 'read') throw new Error('cannot be read')
    const bytes = this.slots.get(slot)
    // Whoever reads what was freed meanwhile must not use it.
    if (bytes === undefined) into.fill(0xee)
    else into.set(bytes.subarray(0, into.length))
  }
}

function createMemory() {
  const spill = new TestSlots()
  const clock = new ManualClock()
  const errors: unknown[] = []
  const onError = (error: unknown) => errors.push(error)
  const memory = new IndexMemory({
    budget: BUDGET,
    spill,
    clock,
    onSpillError: onError,
    onReadError: onError,
    lostPosition: () => LOST,
  })
  return { memory, spill, clock, errors }
}

/** What a message is, by its sequence number. */
const positionOf = (sequence: number) => sequence * 1000 + 7
const sizeOf = (sequence: number) => sequence % 1000
const expiryOf = (sequence: number) => (sequence % 3 === 0 ? Infinity : sequence + 0.5)

async function sequencesOf(captured: readonly CapturedMessages[]): Promise<number[]> {
  const found: number[] = []
  for (const each of captured) {
    const loaded = await each.load?.()
    const { positions, sequences, sizes, expiries, start, end, firstSequence } = { ...each, ...loaded }
    for (let i = start; i < end; i++) {
      const sequence = sequences?.[i] ?? (firstSequence as number) + i - start
      if (positions[i] !== positionOf(sequence)) throw new Error(`message ${sequence} is at ${positions[i]}`)
      if (sizes !== undefined && sizes[i] !== sizeOf(sequence)) throw new Error(`message ${sequence} has ${sizes[i]} B`)
      if (expiries !== undefined && expiries[i] !== expiryOf(sequence)) throw new Error(`expiry ${expiries[i]}`)
      found.push(sequence)
    }
    if (loaded !== undefined) giveColumns(loaded)
  }
  return found
}

type Step = readonly ['push' | 'take', number] | readonly ['settle' | 'capture' | 'release']

const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.tuple(fc.constant('push' as const), fc.nat(150_000)) },
    { weight: 2, arbitrary: fc.tuple(fc.constant('take' as const), fc.nat(120_000)) },
    { weight: 2, arbitrary: fc.tuple(fc.constantFrom('settle' as const, 'capture' as const, 'release' as const)) },
  ),
  { maxLength: 14 },
)

/** A list under test: `gaps` leaves sequence numbers out now and then. */
interface Subject {
  readonly gaps: boolean
  push(sequence: number): void
  shift(): number
  capture(first: number): CapturedMessages[]
  readonly length: number
}

function plainSubject(memory: IndexMemory): Subject {
  const list = new ReadyList(memory)
  return {
    gaps: false,
    push: (sequence) => list.push(positionOf(sequence)),
    shift: () => (list.shift() - 7) / 1000,
    capture: (first) => list.capture(first),
    get length() {
      return list.length
    },
  }
}

function featuredSubject(memory: IndexMemory): Subject {
  const columns = new ReadyColumns(memory)
  return {
    gaps: true,
    push: (sequence) => columns.push(positionOf(sequence), sequence, expiryOf(sequence), sizeOf(sequence)),
    shift() {
      const { sequence, expiry, size } = columns
      if (expiry !== expiryOf(sequence) || size !== sizeOf(sequence)) throw new Error(`message ${sequence} is mixed up`)
      if (columns.shift() !== positionOf(sequence)) throw new Error(`message ${sequence} is elsewhere`)
      return sequence
    },
    capture: () => columns.capture(0),
    get length() {
      return columns.length
    },
  }
}

async function checkAgainstModel(createSubject: (memory: IndexMemory) => Subject, history: readonly Step[]) {
  const used = blockPool.usedCount
  const { memory, spill, errors } = createMemory()
  const subject = createSubject(memory)
  let model: number[] = []
  let next = 0
  const captures: { readonly captured: CapturedMessages[]; readonly model: number[] }[] = []
  const release = async () => {
    for (const { captured, model: expected } of captures.splice(0)) {
      const found = sequencesOf(captured)
      await spill.settle()
      expect((await settleWhile(found, spill)).join()).toBe(expected.join())
      memory.release()
    }
  }
  for (const [kind, amount = 0] of history) {
    if (kind === 'push') {
      for (let i = 0; i < amount; i++) {
        if (subject.gaps && next % 50_000 === 49_999) next += 3
        subject.push(next)
        model.push(next++)
      }
    } else if (kind === 'take') {
      const count = Math.min(amount, model.length)
      for (let i = 0; i < count; i++) if (subject.shift() !== model[i]) throw new Error(`not ${model[i]}`)
      model = model.slice(count)
      expect(subject.length).toBe(model.length)
    } else if (kind === 'settle') {
      await spill.settle()
    } else if (kind === 'capture') {
      memory.hold()
      captures.push({ captured: subject.capture(model[0] ?? 0), model: [...model] })
    } else {
      await release()
    }
  }
  await release()
  for (const sequence of model) if (subject.shift() !== sequence) throw new Error(`not ${sequence}`)
  await spill.settle()
  expect(errors).toEqual([])
  expect(memory.bytes).toBe(0)
  expect(spill.slots.size).toBe(0)
  expect(blockPool.usedCount).toBe(used)
  return spill.writes
}

/** Waits for a promise that depends on reads. */
async function settleWhile<T>(promise: Promise<T>, spill: TestSlots): Promise<T> {
  let isDone = false
  const done = () => {
    isDone = true
  }
  promise.then(done, done)
  while (!isDone) await spill.settle()
  return promise
}

describe('IndexMemory', () => {
  it.each([
    ['plain', plainSubject],
    ['featured', featuredSubject],
  ] as const)(
    'keeps a %s list in order, through captures, spilling and reading back',
    async (_, createSubject) => {
      let spilled = 0
      await fc.assert(
        fc.asyncProperty(steps, async (history) => {
          spilled += await checkAgainstModel(createSubject, history)
        }),
        { numRuns: 25 },
      )
      expect(spilled).toBeGreaterThan(0)
    },
    60_000,
  )

  it('keeps the memory of a long list at its budget, and reads ahead of who takes from it', async () => {
    const { memory, spill } = createMemory()
    const list = new ReadyList(memory)
    const count = 40 * PAGE_LENGTH
    for (let i = 0; i < count; i++) {
      list.push(i)
      if (i % PAGE_LENGTH === 0) await spill.settle()
    }
    // The head, two behind it, and the last one may be there beside it.
    expect(memory.bytes).toBeLessThanOrEqual(BUDGET + 4 * PAGE_LENGTH * 8)
    expect(spill.slots.size).toBeGreaterThan(30)
    for (let i = 0; i < count; i++) {
      if (list.shift() !== i) throw new Error(`not ${i}`)
      if (i % PAGE_LENGTH === 0) await spill.settle()
    }
    expect(spill.syncReads).toBe(0)
    expect(spill.slots.size).toBe(0)
  })

  it('reads at once what could not be read ahead in time', async () => {
    const { memory, spill } = createMemory()
    const list = new ReadyList(memory)
    for (let i = 0; i < 12 * PAGE_LENGTH; i++) list.push(i)
    await spill.settle()
    for (let i = 0; i < 12 * PAGE_LENGTH; i++) if (list.shift() !== i) throw new Error(`not ${i}`)
    expect(spill.syncReads).toBeGreaterThan(0)
    await spill.settle()
    expect(spill.slots.size).toBe(0)
    expect(memory.bytes).toBe(0)
  })

  it('keeps what cannot be written, and tries again after a while', async () => {
    const { memory, spill, clock, errors } = createMemory()
    const list = new ReadyList(memory)
    spill.fails = 'write'
    for (let i = 0; i < 12 * PAGE_LENGTH; i++) list.push(i)
    await spill.settle()
    const tried = errors.length
    expect(tried).toBeGreaterThan(0)
    expect(spill.slots.size).toBe(0)
    for (let i = 0; i < PAGE_LENGTH; i++) list.push(12 * PAGE_LENGTH + i)
    await spill.settle()
    expect(errors.length).toBe(tried)
    spill.fails = undefined
    clock.advance(1000)
    for (let i = 0; i < PAGE_LENGTH; i++) list.push(13 * PAGE_LENGTH + i)
    await spill.settle()
    expect(spill.slots.size).toBeGreaterThan(0)
    for (let i = 0; i < 14 * PAGE_LENGTH; i++) if (list.shift() !== i) throw new Error(`not ${i}`)
  })

  it('stands messages in that cannot be read for those of a page that cannot', async () => {
    const { memory, spill, errors } = createMemory()
    const columns = new ReadyColumns(memory)
    for (let i = 0; i < 12 * PAGE_LENGTH; i++) columns.push(i, 2 * i, Infinity, 1)
    await spill.settle()
    expect(spill.slots.size).toBeGreaterThan(0)
    spill.fails = 'read'
    let lost = 0
    for (let i = 0; i < 12 * PAGE_LENGTH; i++) if (columns.shift() === LOST) lost++
    expect(lost % PAGE_LENGTH).toBe(0)
    expect(lost).toBeGreaterThan(0)
    expect(errors.length).toBe(lost / PAGE_LENGTH)
    expect(memory.hasLost).toBe(true)
  })

  it('gives everything back when it ends, also what is being written, and what a checkpoint holds', async () => {
    const used = blockPool.usedCount
    const { memory, spill } = createMemory()
    const list = new ReadyList(memory)
    for (let i = 0; i < 12 * PAGE_LENGTH; i++) list.push(i)
    memory.hold()
    for (let i = 0; i < 3 * PAGE_LENGTH; i++) list.shift()
    memory.stop()
    await spill.settle()
    expect(blockPool.usedCount).toBe(used)
  })
})
