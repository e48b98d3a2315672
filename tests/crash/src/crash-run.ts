/** Cycles of a broker's life: start, inspection, traffic, end. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openChannel, spawnWarren, startWarren, type WarrenProgram, within } from '@warrenmq/testkit'
import { CHANNEL } from './actor.ts'
import { runConsumer, runPoller } from './consumer.ts'
import { Declarations } from './declarations.ts'
import { inspect } from './inspection.ts'
import { Ledger } from './ledger.ts'
import { runPublisher } from './publisher.ts'
import { RandomNumbers } from './random-numbers.ts'
import { EXCHANGES, QUEUES } from './topology.ts'
import { runTransactor } from './transactor.ts'

/** Time from the first connection to the end, in milliseconds. */
const LIFE_MIN_MS = 20
const LIFE_MAX_MS = 700
/** Starts that are killed before the broker listens, and when at the latest. */
const START_KILLED_PERCENT = 10
const START_KILLED_MAX_MS = 600
/** Ends that the broker is asked for. */
const ASKED_PERCENT = 8
const INSPECTED_PERCENT = 80
const CONSUMERS_MAX = 2
const PUBLISHERS = ['publisher-1', 'publisher-2', 'publisher-3']
/** So little that messages leave it. */
const MEMORY_BYTES = 4 * 1024 * 1024
const COMPLAINTS_MAX = 20

export interface CrashRunOptions {
  readonly cycles: number
  readonly seed: number
  /** Told of each cycle in a line. @default nobody */
  readonly progress?: (line: string) => void
}

/** Runs the cycles and returns what they did. @throws Error with seed, cycle and complaints when a promise was broken. */
export async function runCrashes({ cycles, seed, progress = () => {} }: CrashRunOptions): Promise<Ledger['counts']> {
  const directory = await mkdtemp(join(tmpdir(), 'warren-crash-'))
  const random = new RandomNumbers(seed)
  const run = new CrashRun(join(directory, 'data'))
  for (let cycle = 1; cycle <= cycles; cycle++) {
    try {
      await run.cycle(random.fork())
    } catch (error) {
      run.fail(error instanceof Error ? (error.stack ?? error.message) : String(error))
    }
    if (run.complaints.length > 0) {
      const complaints = run.complaints.slice(0, COMPLAINTS_MAX).join('\n  ')
      throw new Error(
        `seed ${seed}, cycle ${cycle}, ${run.complaints.length} complaints; the data is in ${directory}\n  ${complaints}`,
      )
    }
    progress(`cycle ${cycle}: ${JSON.stringify(run.ledger.counts)}`)
  }
  await rm(directory, { recursive: true, force: true })
  return run.ledger.counts
}

class CrashRun {
  readonly ledger = new Ledger(QUEUES)
  /** What went wrong beside broken promises. */
  readonly #errors: string[] = []
  readonly #declarations = new Declarations()
  readonly #data: string
  #isNew = true

  constructor(data: string) {
    this.#data = data
  }

  get complaints(): readonly string[] {
    return [...this.#errors, ...this.ledger.violations, ...this.#declarations.violations]
  }

  /** One life of the broker. */
  async cycle(random: RandomNumbers): Promise<void> {
    const args = ['--data-directory', this.#data, '--message-memory-bytes', String(MEMORY_BYTES)]
    if (!this.#isNew && random.chance(START_KILLED_PERCENT)) await killWhileStarting(args, random)
    const warren = await startWarren(args)
    try {
      await this.#begin(warren.port, random)
      const actors = this.#startActors(warren.port, random)
      const isCut = await Promise.race([
        actors.then(() => false),
        sleep(random.between(LIFE_MIN_MS, LIFE_MAX_MS)).then(() => true),
      ])
      if (!isCut) this.fail('the clients have ended before the broker')
      await end(warren, random)
      await actors
    } finally {
      warren.program.signal('SIGKILL')
    }
    this.ledger.restarted()
  }

  async #begin(port: number, random: RandomNumbers): Promise<void> {
    if (this.#isNew) {
      await declareAll(port)
      this.#isNew = false
      return
    }
    await this.#declarations.check(port)
    if (random.chance(INSPECTED_PERCENT)) await inspect(port, this.ledger, random)
    else this.ledger.notInspected()
  }

  async #startActors(port: number, random: RandomNumbers): Promise<void> {
    const { ledger } = this
    const actors = [
      ...PUBLISHERS.map((name) => runPublisher(name, port, ledger, random.fork())),
      runTransactor('transactor', port, ledger, random.fork()),
      this.#declarations.run(port, random.fork()),
    ]
    for (const queue of QUEUES) {
      if (random.chance(40)) continue
      const run = queue.name === 'polled' ? runPoller : runConsumer
      for (let i = random.between(1, CONSUMERS_MAX); i > 0; i--) actors.push(run(queue, port, ledger, random.fork()))
    }
    for (const result of await Promise.allSettled(actors)) {
      if (result.status === 'rejected') this.fail(`a client failed: ${result.reason?.stack ?? result.reason}`)
    }
  }

  /** Something went wrong that is no broken promise. */
  fail(what: string): void {
    this.#errors.push(what)
  }
}

async function declareAll(port: number): Promise<void> {
  await using peer = await openChannel(port)
  for (const { name, arguments: args } of QUEUES) {
    await peer.call(CHANNEL, 'queue.declare', { queue: name, durable: true, arguments: args })
  }
  for (const { name, type, arguments: args, queues } of EXCHANGES) {
    await peer.call(CHANNEL, 'exchange.declare', { exchange: name, type, durable: true, arguments: args })
    for (const queue of queues) await peer.call(CHANNEL, 'queue.bind', { queue, exchange: name, routingKey: queue })
  }
  await peer.close()
}

/** Ends the broker, mostly by force. */
async function end({ program }: WarrenProgram, random: RandomNumbers): Promise<void> {
  program.signal(random.chance(ASKED_PERCENT) ? 'SIGTERM' : 'SIGKILL')
  await within(program.exited, 'the end of the broker')
}

async function killWhileStarting(args: readonly string[], random: RandomNumbers): Promise<void> {
  const program = spawnWarren(args)
  await Promise.race([sleep(random.below(START_KILLED_MAX_MS)), program.exited])
  program.signal('SIGKILL')
  await within(program.exited, 'the end of the broker')
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
