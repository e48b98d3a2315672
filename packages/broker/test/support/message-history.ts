/**
 * A message log with queues on a disk that fails, beside a model of what they owe: histories of publishes, deliveries, acknowledgements,
 * checkpoints, faults and crashes are played on both, and after each start the queues are compared with the model.
 */

import assert from 'node:assert/strict'
import type { MetadataState } from '../../src/metadata/metadata-state.ts'
import type { ConsumerRing } from '../../src/queue/consumer-ring.ts'
import type { Message } from '../../src/queue/message.ts'
import type { Queue } from '../../src/queue/queue.ts'
import type { QueueConsumer } from '../../src/queue/queue-consumer.ts'
import { RandomNumbers } from '../integration/random-numbers.ts'
import { ManualClock } from '../unit/queue/manual-clock.ts'
import { EXPIRING, LogWorld, PRIORITIES, QUORUM, type Taken } from './log-world.ts'
import { type Operation, SimulatedFileSystem } from './simulated-file-system.ts'

export type MessageStep =
  | {
      readonly kind: 'publish'
      readonly queues: readonly number[]
      readonly sizes: readonly number[]
      readonly persistent: boolean
      readonly priority: number
    }
  | { readonly kind: 'take' | 'consume'; readonly queue: number; readonly count: number }
  /** Ends or gives back a share of what clients hold. */
  | { readonly kind: 'settle' | 'giveBack'; readonly share: number }
  | { readonly kind: 'purge' | 'replace'; readonly queue: number }
  | { readonly kind: 'put'; readonly key: number; readonly value: string | undefined }
  | { readonly kind: 'commit' | 'checkpoint' | 'beginCheckpoint' }
  | { readonly kind: 'turns'; readonly count: number }
  | { readonly kind: 'time'; readonly milliseconds: number }
  | { readonly kind: 'fault'; readonly operation: Operation; readonly code: string; readonly after: number }
  | { readonly kind: 'disk'; readonly freeBytes: number }
  /** Part of a file cannot be read, or not as it was written, until the broker ends. */
  | { readonly kind: 'spoil'; readonly place: number; readonly length: number; readonly mask: number }
  | { readonly kind: 'losePower' | 'kill' | 'finish' }

const ARGUMENTS = [Object.create(null), PRIORITIES, EXPIRING, QUORUM]
/** Queues of a history at a time: a plain one, one with priorities, one with a time to live, and a quorum queue. */
export const QUEUE_COUNT: number = ARGUMENTS.length
const PRIORITIES_INDEX = ARGUMENTS.indexOf(PRIORITIES)
const QUORUM_INDEX = ARGUMENTS.indexOf(QUORUM)
type PublishStep = Extract<MessageStep, { readonly kind: 'publish' }>

const DIRECTORY = '/data'
const MEBIBYTE = 1024 * 1024
const QUEUES_KEY = 'queues'
/** Waits for the disk in turns of the event loop: more than any delay of it takes. */
const PATIENCE_TURNS = 2000

/** A message in one queue, and what is known of it. */
interface Copy {
  readonly body: string
  /** As its queue counts it. */
  readonly priority: number
  readonly mustSurvive: boolean
  /** Whether its arrival is durable. */
  kept: boolean
  /** Whether a client has it, or had it in a life before. */
  seen: boolean
  /** Whether it was done with, and whether that is durable. */
  settled: boolean
  gone: boolean
}

interface Held {
  readonly slot: number
  readonly queue: Queue
  readonly taken: Taken
  readonly copy: Copy
}

interface Slot {
  id: number
  /** In the order of publishing. */
  copies: Copy[]
}

export class MessageHistory {
  readonly #random: RandomNumbers
  #fileSystem: SimulatedFileSystem
  #clock = new ManualClock()
  #world: LogWorld | undefined
  #life = 0
  #messages = 0
  #slots: Slot[] = Array.from({ length: QUEUE_COUNT }, (_, i) => ({ id: i + 1, copies: [] }))
  #nextId = QUEUE_COUNT + 1
  /** Whether this life has met a bad disk. */
  #isSpoilt = false
  #held: Held[] = []
  /** Hashes of the metadata after each change, of which the first `#durableHashes` cannot be undone. */
  #hashes: string[] = []
  #durableHash = 0
  /** Those that have a consumer. */
  readonly #consumers = new Set<Queue>()

  constructor(seed: number, hasSyncedWrites: boolean) {
    this.#random = new RandomNumbers(seed)
    this.#fileSystem = new SimulatedFileSystem({ hasSyncedWrites })
  }

  async play(steps: readonly MessageStep[]): Promise<void> {
    await this.#open()
    try {
      this.#putQueues()
      await this.#commit()
      for (const step of [...steps, { kind: 'losePower' } as const]) await this.#play(step)
    } finally {
      this.#world?.abandon()
    }
  }

  async #play(step: MessageStep): Promise<void> {
    const world = this.#world as LogWorld
    switch (step.kind) {
      case 'publish':
        for (const size of step.sizes) this.#publish(world, size, step)
        return
      case 'take':
        return this.#take(world, step.queue, step.count)
      case 'consume':
        return this.#consume(world, step.queue, step.count)
      case 'settle':
        for (const held of this.#let(step.share)) this.#settle(world, held)
        return
      case 'giveBack':
        for (const { queue, taken } of this.#let(step.share)) world.giveBack(queue, taken)
        return
      case 'purge':
        return this.#purge(world, step.queue)
      case 'replace':
        return this.#replace(world, step.queue)
      case 'put':
        return this.#put(world, `key ${step.key}`, step.value)
      case 'commit':
        return this.#commit()
      case 'checkpoint':
        return this.#waitFor(world.checkpoint())
      case 'beginCheckpoint':
        void world.checkpoint().catch(() => {})
        return
      case 'turns':
        return turns(step.count)
      case 'time':
        return this.#pass(step.milliseconds)
      case 'fault':
        return this.#fileSystem.fail(step.operation, step.code, { after: step.after, path: /log/ })
      case 'disk':
        return this.#fileSystem.fillDisk(step.freeBytes)
      case 'spoil':
        return this.#spoil(step)
      case 'losePower':
        return this.#restart(this.#fileSystem.losePower(this.#random.below(2 ** 31)))
      case 'kill':
        return this.#restart(this.#fileSystem.killProcess(this.#random.below(2 ** 31)))
      case 'finish':
        return this.#finish(world)
    }
  }

  /** @param place Where among all bytes of the log and the spill file, as a share. */
  async #spoil({ place, length, mask }: Extract<MessageStep, { readonly kind: 'spoil' }>): Promise<void> {
    const names = await this.#fileSystem.list(`${DIRECTORY}/log`)
    const segments = names.filter((name) => name.endsWith('.seg')).map((name) => `${DIRECTORY}/log/${name}`)
    const at = place * (segments.length + 1)
    const path = [...segments, `${DIRECTORY}/spill`][Math.floor(at)]
    this.#fileSystem.spoilReads(path, Math.floor((at % 1) * MEBIBYTE), length, mask)
    this.#isSpoilt = true
  }

  #publish(world: LogWorld, size: number, { queues, persistent, priority }: PublishStep): void {
    const number = ++this.#messages
    const body = `${number}:`.padEnd(size, `${number}.`)
    const copies = queues.map((index) => ({
      body,
      priority: index === PRIORITIES_INDEX ? priority : 0,
      mustSurvive: persistent || index === QUORUM_INDEX,
      kept: false,
      seen: false,
      settled: false,
      gone: false,
    }))
    for (const [i, index] of queues.entries()) this.#slots[index].copies.push(copies[i])
    const targets = queues.map((index) => world.queue(this.#slots[index].id))
    world.publish(body, targets, { persistent, priority })
    this.#once(world, () => {
      for (const copy of copies) copy.kept = true
    })
  }

  /** Runs `then` once all is durable that was recorded until now, unless the broker ends before. */
  #once(world: LogWorld, then: () => void): void {
    const life = this.#life
    world.log.journal.afterCommit((failed) => {
      if (!failed && life === this.#life) then()
    })
  }

  #onceSeen(world: LogWorld, copy: Copy): void {
    this.#once(world, () => {
      copy.seen = true
    })
  }

  #take(world: LogWorld, index: number, count: number): void {
    const queue = world.queue(this.#slots[index].id)
    for (let i = 0; i < count; i++) {
      const taken = world.tryTake(queue)
      if (taken === undefined) return
      // The answer to `basic.get` leaves once this is durable.
      this.#onceSeen(world, this.#hold(index, queue, taken).copy)
    }
  }

  /** Adds a consumer that can take so many messages. */
  #consume(world: LogWorld, index: number, credit: number): void {
    const queue = world.queue(this.#slots[index].id)
    if (this.#consumers.has(queue)) return
    this.#consumers.add(queue)
    queue.addConsumer(
      new Consumer(queue, credit, (message, sequence, redelivered) => {
        const { copy } = this.#hold(index, queue, world.hold(queue, message, sequence, redelivered))
        // Deliveries go on when the disk takes nothing; then the flag is worth no more than the rest.
        if (world.states.length === 0) copy.seen = true
        else this.#onceSeen(world, copy)
      }),
    )
  }

  #hold(slot: number, queue: Queue, taken: Taken): Held {
    const copy = this.#slots[slot].copies.find((each) => each.body === taken.body)
    assert.ok(copy !== undefined, `queue ${slot} delivered ${short(taken.body)}, which was not published there`)
    assert.ok(!copy.gone && !copy.settled, `queue ${slot} delivered ${short(taken.body)}, which was done with`)
    assert.ok(!copy.seen || taken.redelivered, `${short(taken.body)} came again without being flagged`)
    const held = { slot, queue, taken, copy }
    this.#held.push(held)
    return held
  }

  /** Takes a share of what is held out, at random. */
  #let(share: number): Held[] {
    const [gone, kept]: [Held[], Held[]] = [[], []]
    for (const held of this.#held) (this.#random.below(1000) < share * 1000 ? gone : kept).push(held)
    this.#held = kept
    return gone
  }

  #settle(world: LogWorld, { queue, taken, copy }: Held): void {
    world.settle(queue, taken)
    this.#end(world, [copy])
  }

  #end(world: LogWorld, copies: readonly Copy[]): void {
    for (const copy of copies) copy.settled = true
    this.#once(world, () => {
      for (const copy of copies) copy.gone = true
    })
  }

  #purge(world: LogWorld, index: number): void {
    const slot = this.#slots[index]
    const inHand = new Set(this.#held.map(({ copy }) => copy))
    const waiting = slot.copies.filter((copy) => !inHand.has(copy) && !copy.settled)
    const purged = world.queue(slot.id).purge()
    // What could not be read has left the queue; it does not come back when that is purged.
    assert.ok(purged === waiting.length || (this.#isSpoilt && purged < waiting.length), `${purged} were purged`)
    this.#end(world, waiting)
  }

  /** Deletes a queue and declares another one in its place. */
  #replace(world: LogWorld, index: number): void {
    const slot = this.#slots[index]
    const queue = world.queue(slot.id)
    this.#held = this.#held.filter((held) => held.queue !== queue)
    world.deleteQueue(slot.id)
    this.#consumers.delete(queue)
    // Which of the two is there is decided by the metadata; until that is durable a crash may bring back the old one.
    this.#slots[index] = { id: this.#nextId++, copies: [] }
    world.addQueue(this.#slots[index].id)
    this.#putQueues()
  }

  #putQueues(): void {
    const ids = this.#slots.map(({ id }) => id)
    for (const slot of this.#slots) this.#known.set(slot.id, slot)
    this.#put(this.#world as LogWorld, QUEUES_KEY, JSON.stringify(ids))
  }

  /** All queues that ever were, by their numbers. */
  readonly #known = new Map<number, Slot>()

  #put(world: LogWorld, key: string, value: string | undefined): void {
    const { journal, recovered } = world.log
    if (value === undefined) journal.delete(key)
    else journal.put(key, value)
    const index = this.#hashes.push(recovered.metadata.hash) - 1
    this.#once(world, () => {
      this.#durableHash = Math.max(this.#durableHash, index)
    })
  }

  /** Waits for what was recorded, as long as the disk lets it. */
  #commit(): Promise<void> {
    return this.#waitFor((this.#world as LogWorld).committed())
  }

  async #waitFor(what: Promise<void>): Promise<void> {
    let isOver = false
    const over = () => {
      isOver = true
    }
    what.then(over, over)
    for (let i = 0; i < PATIENCE_TURNS && !isOver; i++) await turns(1)
  }

  async #pass(milliseconds: number): Promise<void> {
    this.#clock.advance(milliseconds)
    await turns(3)
  }

  async #finish(world: LogWorld): Promise<void> {
    // Clients go first.
    for (const queue of this.#consumers) for (const consumer of queue.consumers) queue.removeConsumer(consumer)
    for (const { queue, taken } of this.#let(1)) world.giveBack(queue, taken)
    this.#repairDisk()
    // A disk that was full is tried again after a second.
    for (let i = 0; i < 3; i++) await this.#pass(1000)
    const hasFailed = world.states.includes('failed')
    if (!hasFailed) {
      let isOver = false
      void world.log.finish().then(() => {
        isOver = true
      })
      for (let i = 0; i < PATIENCE_TURNS && !isOver; i++) await turns(1)
      assert.ok(isOver, 'the log did not finish')
    }
    await this.#restart(this.#fileSystem.killProcess(this.#random.below(2 ** 31)))
  }

  async #restart(fileSystem: SimulatedFileSystem): Promise<void> {
    this.#life++
    this.#world?.abandon()
    this.#world = undefined
    this.#fileSystem = fileSystem
    this.#repairDisk()
    await this.#open()
    this.#compare(this.#world as unknown as LogWorld)
  }

  async #open(): Promise<void> {
    this.#fileSystem.delay = undefined
    this.#clock = new ManualClock()
    this.#consumers.clear()
    this.#held = []
    await this.#fileSystem.unlink(`${DIRECTORY}/lock`).catch(() => {})
    this.#world = await LogWorld.open({
      directory: DIRECTORY,
      fileSystem: this.#fileSystem,
      segmentBytes: MEBIBYTE,
      // Without any, what was read back leaves again at once.
      memoryBudget: this.#random.chance(50) ? MEBIBYTE / 2 : 1,
      clock: this.#clock,
      queues: (metadata) => this.#queuesOf(metadata),
      queueArguments: (id) => ARGUMENTS[this.#slots.findIndex((slot) => slot.id === id)],
    })
    this.#fileSystem.delay = () => turns(this.#random.below(3))
  }

  /** The queues that the metadata names: those before a change that was not durable may be back. */
  #queuesOf(metadata: MetadataState): readonly number[] {
    const ids: readonly number[] = JSON.parse(metadata.get(QUEUES_KEY) ?? '[]')
    if (ids.length === QUEUE_COUNT) this.#slots = ids.map((id) => this.#known.get(id) as Slot)
    else this.#slots = Array.from({ length: QUEUE_COUNT }, (_, i) => ({ id: i + 1, copies: [] }))
    return this.#slots.map(({ id }) => id)
  }

  /** Metadata as after one of the changes that are not durable, or the last that is; messages as they are owed. */
  #compare(world: LogWorld): void {
    const { hash } = world.log.recovered.metadata
    const at = this.#hashes.indexOf(hash, this.#durableHash)
    assert.ok(at >= 0, `metadata is ${hash}, not as after a change from ${this.#durableHash} on`)
    this.#hashes = [hash]
    this.#durableHash = 0
    for (const [index, slot] of this.#slots.entries()) this.#compareQueue(world, index, slot)
    this.#isSpoilt = false
    const complaints = world.errors.filter((message) => /damage|bug/.test(message))
    assert.deepEqual(complaints, [], 'the broker complains of a disk that lost nothing')
  }

  #compareQueue(world: LogWorld, index: number, slot: Slot): void {
    const queue = world.queue(slot.id)
    const found: Taken[] = []
    for (let taken = world.tryTake(queue); taken !== undefined; taken = world.tryTake(queue)) found.push(taken)
    const bodies = new Map(found.map((taken) => [taken.body, taken]))
    assert.equal(bodies.size, found.length, `queue ${index} has a message twice`)
    const present = slot.copies.filter(({ body }) => bodies.has(body))
    // The priority of a message in a client's hands is read from its bytes; where that fails it has none.
    const isRanked = !(this.#isSpoilt && index === PRIORITIES_INDEX)
    const ranked = isRanked ? present.toSorted((a, b) => b.priority - a.priority) : found
    const order = ranked.map(({ body }) => short(body))
    assert.deepEqual(
      found.map(({ body }) => short(body)),
      order,
      `queue ${index} has its messages in order`,
    )
    for (const copy of slot.copies) {
      const taken = bodies.get(copy.body)
      const name = `${short(copy.body)} of queue ${index}`
      if (taken === undefined) {
        assert.ok(!copy.kept || !copy.mustSurvive || copy.settled || copy.gone, `${name} is missing`)
        continue
      }
      assert.ok(copy.mustSurvive, `${name} is transient and survived`)
      assert.ok(!copy.gone, `${name} came back`)
      assert.ok(!copy.seen || taken.redelivered, `${name} was delivered before, and is not flagged`)
    }
    // What is there stays, and the rest is gone.
    slot.copies = slot.copies.filter(({ body }) => bodies.has(body))
    for (const copy of slot.copies) {
      copy.kept = true
      copy.settled = false
    }
    for (const taken of found) {
      const copy = slot.copies.find(({ body }) => body === taken.body) as Copy
      if (this.#random.chance(30)) {
        world.settle(queue, taken)
        this.#end(world, [copy])
      } else {
        world.giveBack(queue, taken)
      }
      this.#onceSeen(world, copy)
    }
  }

  #repairDisk(): void {
    this.#fileSystem.failNoMore()
    this.#fileSystem.capacityBytes = Number.POSITIVE_INFINITY
  }
}

class Consumer implements QueueConsumer {
  readonly tag = 'consumer'
  readonly queue: Queue
  readonly noAck = false
  readonly exclusive = false
  readonly priority = 0
  ring: ConsumerRing | undefined = undefined
  ready = false
  next: QueueConsumer | undefined = undefined
  previous: QueueConsumer | undefined = undefined
  readonly #take: (message: Message, sequence: number, redelivered: boolean) => void
  #credit: number

  constructor(queue: Queue, credit: number, take: (message: Message, sequence: number, redelivered: boolean) => void) {
    this.queue = queue
    this.#credit = credit
    this.#take = take
  }

  deliver(message: Message, sequence: number, redelivered: boolean): void {
    this.#credit--
    this.#take(message, sequence, redelivered)
    if (!this.canTake()) this.queue.consumerBusy(this)
  }

  canTake(): boolean {
    return this.#credit > 0
  }

  queueDeleted(): void {}
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate)
}

/** A body in few words. */
function short(body: string): string {
  return `${body.slice(0, body.indexOf(':'))} (${body.length})`
}
