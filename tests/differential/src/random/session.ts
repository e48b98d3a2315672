/**
 * Runs the steps of a random session against one broker and writes down what could be seen.
 *
 * After each step it waits until nothing more happens: every queue is asked for its counts and every channel for an answer, until two
 * rounds are the same and bring nothing new. What is left to chance by RabbitMQ is written so that it does not show: see the README.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Administration } from '@warrenmq/testkit'
import { readDeviations } from '../deviations.ts'
import { Link } from '../link.ts'
import { contentInWords, type Item, methodInWords, Normaliser } from '../words.ts'
import {
  CHANNELS,
  type Command,
  type CommandOf,
  commandInWords,
  DEAD_LETTER_EXCHANGE,
  DEAD_LETTER_QUEUE,
  EXCHANGES,
  POLICIES,
  QUEUES,
  type SessionPolicy,
} from './commands.ts'
import { SessionChannel } from './session-channel.ts'

/** Rounds after which a session that never comes to rest is a failure. */
const ROUNDS_MAX = 200
const CONFIRM_ROUNDS_MAX = 2000
const ALL_QUEUES = [...QUEUES, DEAD_LETTER_QUEUE]
/** Channel numbers of a connection on which queues are asked for their counts: one for each queue, as a missing one closes it. */
const COUNT_CHANNEL = 50
const DRAIN_CHANNEL = 90

const DEVIATIONS = [...readDeviations().keys()]
/** Without quorum queues: their deviation would hide whether an empty table of headers is kept. */
const CLASSIC_DEVIATIONS = DEVIATIONS.filter((name) => name !== 'delivery-count')

/** Steps that move no message and no consumer. */
const STILL: ReadonlySet<Command['kind']> = new Set([
  'bind',
  'unbind',
  'bind-exchange',
  'unbind-exchange',
  'declare-exchange',
  'declare-queue',
  'delete-exchange',
  'confirm',
])

/** Where sessions run: a vhost that nobody else uses. */
export interface Place {
  readonly port: number
  readonly vhost: string
  readonly admin: Administration
}

/** How patient a run is. */
export interface Patience {
  /** Rounds without news that count as rest. */
  readonly quietRounds: number
  /** Before each round, in milliseconds. */
  readonly pauseMs: number
}

/** A session that differs is run again with more time: what RabbitMQ had not yet done when it was asked shows no more then. */
export const LOOKS: readonly Patience[] = [
  { quietRounds: 1, pauseMs: 0 },
  { quietRounds: 5, pauseMs: 8 },
  { quietRounds: 6, pauseMs: 25 },
]

/** Runs sessions one after the other, on connections that last as long as no step ends them. */
export class SessionRunner {
  readonly #place: Place
  readonly #links: (Link | undefined)[] = [undefined, undefined]
  #control: Link | undefined

  constructor(place: Place) {
    this.#place = place
  }

  /** What could be seen, a line each. */
  async run(commands: readonly Command[], patience: Patience): Promise<string[]> {
    this.#control = await this.#alive(this.#control)
    for (const index of [0, 1]) this.#links[index] = await this.#alive(this.#links[index])
    const session = new Session(this.#place, this.#links as Link[], this.#control, patience, commands)
    try {
      for (const [index, command] of commands.entries()) await session.step(index, command)
      await session.finish()
    } catch (error) {
      session.lines.push(`! ${error instanceof Error ? error.message : error}`)
      await this.close()
    } finally {
      await session.clearPolicies()
    }
    return session.lines
  }

  async close(): Promise<void> {
    const links = [...this.#links, this.#control]
    this.#links.fill(undefined)
    this.#control = undefined
    for (const link of links) await link?.close().catch(() => {})
  }

  async #alive(link: Link | undefined): Promise<Link> {
    if (link !== undefined && link.closed === undefined) return link
    return Link.open(this.#place.port, { virtualHost: this.#place.vhost })
  }
}

class Session {
  readonly lines: string[] = []
  readonly #place: Place
  readonly #links: Link[]
  readonly #control: Link
  readonly #patience: Patience
  readonly #normaliser: Normaliser
  readonly #channels: SessionChannel[]
  readonly #left: (messageCount: number) => string
  /** Whether a binding may bring messages. */
  readonly #hasHistory: boolean
  readonly #policies = new Set<SessionPolicy['name']>()
  /** Queues that may exist: asked for their counts. */
  readonly #asked = new Set<string>()
  #counts = new Map<string, string>()
  #published = 0
  #step = -1
  /** What came in this step, to be written in an order that does not depend on when it came. */
  #news: { channel: number; line: string }[] = []

  constructor(place: Place, links: Link[], control: Link, patience: Patience, commands: readonly Command[]) {
    this.#place = place
    this.#links = links
    this.#control = control
    this.#patience = patience
    this.#normaliser = new Normaliser(place.vhost, hasQuorumQueue(commands) ? DEVIATIONS : CLASSIC_DEVIATIONS)
    // The row get-count of docs/deviations.md.
    const expires = expiresAtOnce(commands)
    this.#left = (count) => (expires ? '' : `${count} left `)
    this.#hasHistory = commands.some(
      (command) => command.kind === 'declare-exchange' && command.type === 'x-recent-history',
    )
    this.#channels = CHANNELS.map((index) => new SessionChannel(index, this.#left))
  }

  async step(index: number, command: Command): Promise<void> {
    this.lines.push(`${index} ${commandInWords(command)}`)
    this.#step = index
    const channel = this.#channels[command.channel]
    await this.#ensureOpen(channel)
    if (!this.#hasObject(command, channel)) return
    await this.#perform(command, channel)
    const isStill = STILL.has(command.kind) && !(command.kind === 'bind' && this.#hasHistory)
    if (isStill && this.#linkOf(channel).isOpen(channel.number)) return this.#flush()
    await this.#settle(command.kind === 'publish' || command.kind === 'settle')
  }

  /** Closes the channels, so that everything in hand returns, and takes out what the queues hold. */
  async finish(): Promise<void> {
    this.lines.push('end')
    await this.#awaitConfirms()
    for (const channel of this.#channels) await this.#closeChannel(channel)
    await this.#settle(true)
    const control = this.#control
    await control.openChannel(DRAIN_CHANNEL)
    for (const queue of [...this.#asked].sort()) await this.#drain(queue)
    for (const queue of ALL_QUEUES) control.send(DRAIN_CHANNEL, 'queue.delete', { queue })
    for (const exchange of [...EXCHANGES, DEAD_LETTER_EXCHANGE])
      control.send(DRAIN_CHANNEL, 'exchange.delete', { exchange })
    for (const queue of ALL_QUEUES) {
      const channel = COUNT_CHANNEL + ALL_QUEUES.indexOf(queue)
      if (control.isOpen(channel)) await closeChannel(control, channel)
    }
    await closeChannel(control, DRAIN_CHANNEL)
  }

  async clearPolicies(): Promise<void> {
    for (const name of this.#policies) await this.#clearPolicy(name)
  }

  async #setPolicy({ name, pattern, definition }: SessionPolicy): Promise<void> {
    const { admin, vhost } = this.#place
    this.#policies.add(name)
    if (name === 'o0') await admin.putOperatorPolicy(vhost, name, { pattern, definition, applyTo: 'queues' })
    else await admin.putPolicy(vhost, name, { pattern, definition, priority: POLICIES.indexOf(name) })
  }

  async #clearPolicy(name: SessionPolicy['name']): Promise<void> {
    const { admin, vhost } = this.#place
    if (name === 'o0') await admin.deleteOperatorPolicy(vhost, name)
    else await admin.deletePolicy(vhost, name)
    this.#policies.delete(name)
  }

  #linkOf(channel: SessionChannel): Link {
    return this.#links[channel.connection]
  }

  async #ensureOpen(channel: SessionChannel): Promise<void> {
    if (this.#linkOf(channel).closed !== undefined) {
      this.#links[channel.connection] = await Link.open(this.#place.port, { virtualHost: this.#place.vhost })
      for (const other of this.#channels) if (other.connection === channel.connection) other.reset()
    }
    const link = this.#linkOf(channel)
    if (link.isOpen(channel.number)) return
    await link.openChannel(channel.number)
    channel.reset()
  }

  /** Whether a step can be taken: what it is about is there, as mistakes end a channel, and RabbitMQ leaves nothing to chance. */
  #hasObject(command: Command, channel: SessionChannel): boolean {
    switch (command.kind) {
      case 'consume':
        return (
          !channel.consumers.has(command.tag) &&
          this.#counts.get(command.queue) !== 'gone' &&
          this.#keepsTurns(command, channel)
        )
      case 'get':
      case 'purge':
      case 'bind':
        return this.#counts.get(command.queue) !== 'gone'
      case 'settle':
        return channel.hasHeld && !(command.how === 'nack' && command.multiple && channel.hasMixed)
      case 'recover':
        return !channel.hasMixed
      case 'clear-policy':
        return this.#policies.has(command.name)
      case 'tx':
        return command.what === 'select' || channel.isTransactional
      default:
        return true
    }
  }

  /** Whether a consumer with a limit stays alone with its queue: whose turn it is then is the row turn-when-full of docs/deviations.md. */
  #keepsTurns({ queue, noAck }: CommandOf<'consume'>, channel: SessionChannel): boolean {
    const others = this.#channels.flatMap(({ consumers }) =>
      [...consumers.values()].filter((other) => other.queue === queue),
    )
    const isLimited = channel.prefetch > 0 && !noAck
    return others.length === 0 || !(isLimited || others.some((other) => other.isLimited))
  }

  async #perform(command: Command, channel: SessionChannel): Promise<void> {
    const link = this.#linkOf(channel)
    const { number } = channel
    switch (command.kind) {
      case 'declare-queue': {
        const { queue, durable, autoDelete, args } = command
        link.send(number, 'queue.declare', { queue, durable, autoDelete, arguments: args })
        await this.#answer(channel, 'queue.declare-ok')
        this.#asked.add(queue)
        return
      }
      case 'delete-queue': {
        const { queue, ifUnused, ifEmpty } = command
        link.send(number, 'queue.delete', { queue, ifUnused, ifEmpty })
        return this.#answer(channel, 'queue.delete-ok')
      }
      case 'purge':
        link.send(number, 'queue.purge', { queue: command.queue })
        return this.#answer(channel, 'queue.purge-ok')
      case 'declare-exchange': {
        const { exchange, type, durable, autoDelete, internal, args } = command
        link.send(number, 'exchange.declare', { exchange, type, durable, autoDelete, internal, arguments: args })
        return this.#answer(channel, 'exchange.declare-ok')
      }
      case 'delete-exchange':
        link.send(number, 'exchange.delete', { exchange: command.exchange, ifUnused: command.ifUnused })
        return this.#answer(channel, 'exchange.delete-ok')
      case 'bind':
      case 'unbind': {
        const { kind, queue, exchange, key, args } = command
        link.send(number, `queue.${kind}`, { queue, exchange, routingKey: key, arguments: args })
        return this.#answer(channel, `queue.${kind}-ok`)
      }
      case 'bind-exchange':
      case 'unbind-exchange': {
        const { kind, to, exchange, key, args } = command
        const what = kind === 'bind-exchange' ? 'bind' : 'unbind'
        link.send(number, `exchange.${what}`, { destination: to, source: exchange, routingKey: key, arguments: args })
        return this.#answer(channel, `exchange.${what}-ok`)
      }
      case 'publish': {
        const { exchange, key, mandatory, count, padding, properties } = command
        for (let copy = 0; copy < count; copy++) {
          const body = Buffer.from(`m${this.#published++}`.padEnd(padding, '.'))
          link.publish(number, { exchange, routingKey: key, mandatory }, body, properties)
          channel.published++
        }
        return
      }
      case 'consume': {
        const { queue, tag, noAck, exclusive, args } = command
        link.send(number, 'basic.consume', { queue, consumerTag: tag, noAck, exclusive, arguments: args })
        channel.consumers.set(tag, { queue, noAck, isLimited: channel.prefetch > 0 && !noAck })
        return this.#answer(channel, 'basic.consume-ok')
      }
      case 'cancel':
        link.send(number, 'basic.cancel', { consumerTag: command.tag })
        await this.#answer(channel, 'basic.cancel-ok')
        channel.consumers.delete(command.tag)
        return
      case 'get':
        link.send(number, 'basic.get', { queue: command.queue, noAck: command.noAck })
        channel.got = { queue: command.queue, noAck: command.noAck, isLimited: false }
        return
      case 'settle': {
        const { how, multiple, requeue, pick } = command
        const deliveryTag = channel.settle(pick, multiple && how !== 'reject')
        if (deliveryTag === undefined) return
        if (how === 'ack') link.send(number, 'basic.ack', { deliveryTag, multiple })
        else if (how === 'nack') link.send(number, 'basic.nack', { deliveryTag, multiple, requeue })
        else link.send(number, 'basic.reject', { deliveryTag, requeue })
        return
      }
      case 'recover':
        link.send(number, 'basic.recover', { requeue: true })
        channel.recover()
        return
      case 'qos':
        link.send(number, 'basic.qos', { prefetchCount: command.count, global: command.global })
        if (!command.global) channel.prefetch = command.count
        return this.#answer(channel, 'basic.qos-ok')
      case 'confirm':
        link.send(number, 'confirm.select')
        await this.#answer(channel, 'confirm.select-ok')
        if (link.isOpen(number)) channel.startConfirms()
        return
      case 'tx':
        link.send(number, `tx.${command.what}`)
        await this.#answer(channel, `tx.${command.what}-ok`)
        channel.isTransactional = link.isOpen(number)
        return
      case 'set-policy':
        return this.#setPolicy(command.policy)
      case 'clear-policy':
        return this.#clearPolicy(command.name)
      case 'close-channel':
        return this.#closeChannel(channel)
      case 'close-connection':
        await link.close()
        this.lines.push(`  connection ${channel.connection} closed`)
        return
    }
  }

  /** Waits for the answer of a step, and writes down what came on its channel. */
  async #answer(channel: SessionChannel, name: Parameters<Link['untilItem']>[1]): Promise<void> {
    const link = this.#linkOf(channel)
    this.#write(channel, await link.untilItem(channel.number, name))
  }

  async #closeChannel(channel: SessionChannel): Promise<void> {
    const link = this.#linkOf(channel)
    if (!link.isOpen(channel.number)) return
    link.send(channel.number, 'channel.close', { replyCode: 200 })
    await this.#answer(channel, 'channel.close-ok')
    channel.reset()
  }

  /** Waits for rest, and writes down what came and what changed. */
  async #settle(timed: boolean): Promise<void> {
    const { quietRounds, pauseMs } = this.#patience
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
    for (const channel of this.#channels) this.#write(channel, received.get(channel) ?? [])
    this.#flush()
    for (const link of new Set(this.#links)) this.#writeEnd(link)
    this.#writeCounts(counts)
  }

  /** Asks every queue and every channel once. */
  async #round(): Promise<Map<string, string>> {
    const control = this.#control
    const asked: [queue: string, channel: number][] = []
    for (const queue of this.#asked) {
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
      this.#links.map((link, connection) => {
        const channels = this.#channels.filter((channel) => channel.connection === connection)
        return link.barrier(channels.map(({ number }) => number))
      }),
    )
    return counts
  }

  #hasNews(): boolean {
    return this.#channels.some((channel) => this.#linkOf(channel).hasItems(channel.number))
  }

  #collect(received: Map<SessionChannel, Item[]>): boolean {
    let came = false
    for (const channel of this.#channels) {
      const items = this.#linkOf(channel).take(channel.number)
      if (items.length === 0) continue
      came = true
      received.set(channel, [...(received.get(channel) ?? []), ...items])
    }
    return came
  }

  /** Takes note of what came on a channel. */
  #write(channel: SessionChannel, items: readonly Item[]): void {
    for (const item of items) {
      const line = channel.receive(item, this.#step, this.#normaliser)
      if (line !== undefined) this.#news.push({ channel: channel.index, line })
    }
    if (!this.#linkOf(channel).isOpen(channel.number)) channel.reset()
  }

  /** Writes the news: deliveries by consumer, in the order of each, and the rest by kind. */
  #flush(): void {
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
    this.lines.push(`  connection ${this.#links.indexOf(link)}: ${this.#normaliser.text(words)}`)
  }

  #writeCounts(counts: Map<string, string>): void {
    for (const [queue, words] of [...counts].sort()) {
      if (this.#counts.get(queue) !== words) this.lines.push(`  ${queue}: ${words}`)
      if (words === 'gone') this.#asked.delete(queue)
    }
    this.#counts = counts
  }

  /** Every publish on a channel in confirm mode has to be settled; persistent ones take RabbitMQ a moment. */
  async #awaitConfirms(): Promise<void> {
    for (const channel of this.#channels) {
      const link = this.#linkOf(channel)
      for (let round = 0; channel.unconfirmed > 0 && link.isOpen(channel.number); round++) {
        if (round > CONFIRM_ROUNDS_MAX) break
        await link.barrier([channel.number])
        this.#write(channel, link.take(channel.number))
        if (channel.unconfirmed > 0) await sleep(1)
      }
      this.#flush()
      const words = channel.confirmsInWords()
      if (words !== undefined) this.lines.push(`  c${channel.index} ${words}`)
    }
  }

  async #drain(queue: string): Promise<void> {
    const control = this.#control
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
      const words = `${how} ${this.#left(messageCount)}${contentInWords(item)}`
      this.lines.push(`  ${queue} holds ${this.#normaliser.text(words)}`)
    }
  }
}

/** Whether messages expire that may have others before them. */
function expiresAtOnce(commands: readonly Command[]): boolean {
  return commands.some(
    (command) =>
      (command.kind === 'publish' && command.properties.expiration === '0') ||
      (command.kind === 'declare-queue' && command.args['x-message-ttl'] === 0) ||
      (command.kind === 'set-policy' && command.policy.definition['message-ttl'] === 0),
  )
}

function hasQuorumQueue(commands: readonly Command[]): boolean {
  return commands.some((command) => command.kind === 'declare-queue' && command.args['x-queue-type'] === 'quorum')
}

async function closeChannel(link: Link, channel: number): Promise<void> {
  link.send(channel, 'channel.close', { replyCode: 200 })
  await link.untilItem(channel, 'channel.close-ok')
}

function sameCounts(one: Map<string, string>, other: Map<string, string>): boolean {
  return one.size === other.size && [...one].every(([queue, words]) => other.get(queue) === words)
}
