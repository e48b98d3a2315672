/**
 * What can be seen of a session: it waits until nothing more happens, and writes down what came in an order that does not depend on when.
 *
 * Every queue is asked for its counts and every channel for an answer, until two rounds are the same and bring nothing new.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Link } from '../link.ts'
import { contentInWords, type Item, methodInWords, type Normaliser } from '../words.ts'
import { DEAD_LETTER_QUEUE, QUEUES } from './commands.ts'
import type { SessionChannel } from './session-channel.ts'
import type { Patience } from './session-runner.ts'

/** Rounds after which a session that never comes to rest is a failure. */
const ROUNDS_MAX = 200
const CONFIRM_ROUNDS_MAX = 2000
export const ALL_QUEUES: readonly string[] = [...QUEUES, DEAD_LETTER_QUEUE]
/** Channel numbers of a connection on which queues are asked for their counts: one for each queue, as a missing one closes it. */
const COUNT_CHANNEL = 50
const DRAIN_CHANNEL = 90

export interface SessionViewParts {
  /** Changes when a connection is opened anew. */
  readonly links: Link[]
  /** The connection on which queues are asked. */
  readonly control: Link
  readonly channels: readonly SessionChannel[]
  readonly normaliser: Normaliser
  readonly patience: Patience
  /** How many messages are left after `basic.get`, in words. */
  left(messageCount: number): string
}

export class SessionView {
  readonly lines: string[] = []
  /** Queues that may exist: asked for their counts. */
  readonly asked: Set<string> = new Set()
  /** What each queue answered last. */
  counts: Map<string, string> = new Map()
  /** The step that is taken. */
  step = -1
  readonly #parts: SessionViewParts
  /** What came in this step, to be written in an order that does not depend on when it came. */
  #news: { channel: number; line: string }[] = []

  constructor(parts: SessionViewParts) {
    this.#parts = parts
  }

  linkOf(channel: SessionChannel): Link {
    return this.#parts.links[channel.connection]
  }

  /** Waits for the answer of a step, and writes down what came on its channel. */
  async answer(channel: SessionChannel, name: Parameters<Link['untilItem']>[1]): Promise<void> {
    const link = this.linkOf(channel)
    this.write(channel, await link.untilItem(channel.number, name))
  }

  /** Waits for rest, and writes down what came and what changed. */
  async settle(timed: boolean): Promise<void> {
    const { quietRounds, pauseMs } = this.#parts.patience
    const received = new Map<SessionChannel, Item[]>()
    let counts = await this.#round()
    let quiet = 0
    // What was sent for the step itself has been answered now; what it caused elsewhere comes from here on.
    for (let round = 0; quiet < quietRounds || round === 0; round++) {
      if (round > ROUNDS_MAX) throw new Error('the session does not come to rest')
      const pause = pauseMs + (timed && round === 0 ? 2 : 0)
      if (pause > 0) await sleep(pause)
      const before = counts
      const came = this.#collect(received)
      counts = await this.#round()
      const isQuiet = !came && !this.#hasNews() && sameCounts(before, counts)
      quiet = isQuiet ? quiet + 1 : 0
    }
    for (const channel of this.#parts.channels) this.write(channel, received.get(channel) ?? [])
    this.flush()
    for (const link of new Set(this.#parts.links)) this.#writeEnd(link)
    this.#writeCounts(counts)
  }

  /** Asks every queue and every channel once. */
  async #round(): Promise<Map<string, string>> {
    const control = this.#parts.control
    const asked: [queue: string, channel: number][] = []
    for (const queue of this.asked) {
      const channel = COUNT_CHANNEL + ALL_QUEUES.indexOf(queue)
      if (!control.isOpen(channel)) await control.openChannel(channel)
      control.take(channel)
      control.send(channel, 'queue.declare', { queue, passive: true })
      asked.push([queue, channel])
    }
    const counts = new Map<string, string>()
    for (const [queue, channel] of asked) {
      const { method } = (await control.untilItem(channel, 'queue.declare-ok')).at(-1) as Item
      if (method.name === 'queue.declare-ok') {
        counts.set(queue, `${method.args.messageCount} ready ${method.args.consumerCount} consumers`)
      } else {
        counts.set(queue, 'gone')
      }
    }
    await Promise.all(
      this.#parts.links.map((link, connection) => {
        const channels = this.#parts.channels.filter((channel) => channel.connection === connection)
        return link.barrier(channels.map(({ number }) => number))
      }),
    )
    return counts
  }

  #hasNews(): boolean {
    return this.#parts.channels.some((channel) => this.linkOf(channel).hasItems(channel.number))
  }

  #collect(received: Map<SessionChannel, Item[]>): boolean {
    let came = false
    for (const channel of this.#parts.channels) {
      const items = this.linkOf(channel).take(channel.number)
      if (items.length === 0) continue
      came = true
      received.set(channel, [...(received.get(channel) ?? []), ...items])
    }
    return came
  }

  /** Takes note of what came on a channel. */
  write(channel: SessionChannel, items: readonly Item[]): void {
    for (const item of items) {
      const line = channel.receive(item, this.step, this.#parts.normaliser)
      if (line !== undefined) this.#news.push({ channel: channel.index, line })
    }
    if (!this.linkOf(channel).isOpen(channel.number)) channel.reset()
  }

  /** Writes the news: deliveries by consumer, in the order of each, and the rest by kind. */
  flush(): void {
    const keyed = this.#news.map(({ channel, line }) => {
      return { line: `  c${channel} ${line}`, key: [channel, ...line.split(' ', 2)].join(' ') }
    })
    keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    this.lines.push(...keyed.map(({ line }) => line))
    this.#news = []
  }

  #writeEnd(link: Link): void {
    if (link.closed === undefined || link.told) return
    link.told = true
    const words = link.closed === 'ended' ? 'ended' : methodInWords(link.closed)
    if (words.startsWith('connection.close-ok')) return
    this.lines.push(`  connection ${this.#parts.links.indexOf(link)}: ${this.#parts.normaliser.text(words)}`)
  }

  #writeCounts(counts: Map<string, string>): void {
    for (const [queue, words] of [...counts].sort()) {
      if (this.counts.get(queue) !== words) this.lines.push(`  ${queue}: ${words}`)
      if (words === 'gone') this.asked.delete(queue)
    }
    this.counts = counts
  }

  /** Every publish on a channel in confirm mode has to be settled; persistent ones take RabbitMQ a moment. */
  async awaitConfirms(): Promise<void> {
    for (const channel of this.#parts.channels) {
      const link = this.linkOf(channel)
      for (let round = 0; channel.unconfirmed > 0 && link.isOpen(channel.number); round++) {
        if (round > CONFIRM_ROUNDS_MAX) break
        await link.barrier([channel.number])
        this.write(channel, link.take(channel.number))
        if (channel.unconfirmed > 0) await sleep(1)
      }
      this.flush()
      const words = channel.confirmsInWords()
      if (words !== undefined) this.lines.push(`  c${channel.index} ${words}`)
    }
  }

  async #drain(queue: string): Promise<void> {
    const control = this.#parts.control
    for (;;) {
      control.send(DRAIN_CHANNEL, 'basic.get', { queue, noAck: true })
      await control.barrier([DRAIN_CHANNEL])
      const [item] = control.take(DRAIN_CHANNEL)
      if (item?.method.name === 'channel.close') {
        await control.openChannel(DRAIN_CHANNEL)
        return
      }
      if (item?.method.name !== 'basic.get-ok') return
      const { exchange, routingKey, redelivered, messageCount } = item.method.args
      const how = `${exchange}/${routingKey}${redelivered ? ' redelivered' : ''}`
      const words = `${how} ${this.#parts.left(messageCount)}${contentInWords(item)}`
      this.lines.push(`  ${queue} holds ${this.#parts.normaliser.text(words)}`)
    }
  }

  /** Takes out what the queues hold. `clear` deletes them and the rest, on the channel it is given. */
  async drainAll(clear: (control: Link, channel: number) => void): Promise<void> {
    const { control } = this.#parts
    await control.openChannel(DRAIN_CHANNEL)
    for (const queue of [...this.asked].sort()) await this.#drain(queue)
    clear(control, DRAIN_CHANNEL)
    for (const queue of ALL_QUEUES) {
      const channel = COUNT_CHANNEL + ALL_QUEUES.indexOf(queue)
      if (control.isOpen(channel)) await closeChannel(control, channel)
    }
    await closeChannel(control, DRAIN_CHANNEL)
  }
}

async function closeChannel(link: Link, channel: number): Promise<void> {
  link.send(channel, 'channel.close', { replyCode: 200 })
  await link.untilItem(channel, 'channel.close-ok')
}

function sameCounts(one: Map<string, string>, other: Map<string, string>): boolean {
  return one.size === other.size && [...one].every(([queue, words]) => other.get(queue) === words)
}
