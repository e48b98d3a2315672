/** One scenario on one broker: its connections, what came on them, and what has to be put away afterwards. */

import type { MethodInput, MethodName } from '@warrenmq/codec'
import { type Administration, eventually, type OpenOptions, type Target } from '@warrenmq/testkit'
import { Link } from './link.ts'
import { type Item, itemInWords, methodInWords, Normaliser } from './words.ts'

/** Rounds of questions and answers after the last step, for what is still under way. */
const LAST_ROUNDS = 3
/** How long a step waits for what should come. It then goes on, and what is missing shows. */
const STEP_LIMIT_MS = 3000
const COUNT_CHANNEL = 60

const ANSWERS_TO_WAIT_FOR: ReadonlyMap<MethodName, MethodName> = new Map([
  ['channel.close', 'channel.close-ok'],
  ['tx.commit', 'tx.commit-ok'],
])

/** A step of a scenario. Steps wait for their answer, so that the next one finds its effect. */
export type Step = (run: Run) => unknown

export class Run {
  readonly target: Target
  readonly vhost: string
  readonly #links = new Map<string, Link>()
  readonly #options = new Map<string, OpenOptions>()
  readonly #seen = new Map<string, Item[]>()
  readonly #notes: string[] = []
  readonly #declared = new Set<string>()
  readonly #normaliser: Normaliser

  /** @param accepted - names of deviations that are not to show */
  constructor(target: Target, vhost: string, accepted: Iterable<string>) {
    this.target = target
    this.vhost = vhost
    this.#normaliser = new Normaliser(vhost, accepted)
  }

  get admin(): Administration {
    return this.target.admin
  }

  /** Runs the steps and returns the transcript: what came on each channel in order, then the notes. */
  async perform(steps: readonly Step[]): Promise<string[]> {
    try {
      for (const step of steps) {
        try {
          await step(this)
        } catch (error) {
          this.note(`! ${error instanceof Error ? error.message : error}`)
        }
        this.#collect()
      }
      await this.#rest()
      return this.#transcript()
    } finally {
      await this.#putAway()
    }
  }

  /** A line of the transcript that is no method. */
  note(line: string): void {
    this.#notes.push(this.#normaliser.text(line))
  }

  /** What a connection is opened with; before its first use. */
  configure(name: string, options: OpenOptions): void {
    this.#options.set(name, options)
  }

  /** A connection, opened when it is first used. */
  async link(name: string): Promise<Link> {
    let link = this.#links.get(name)
    if (link === undefined) {
      link = await Link.open(this.target.port, { virtualHost: this.vhost, ...this.#options.get(name) })
      this.#links.set(name, link)
    }
    return link
  }

  /** A connection with this channel open. */
  async channel(name: string, channel: number): Promise<Link> {
    const link = await this.link(name)
    if (!link.isOpen(channel) && link.closed === undefined) await link.openChannel(channel)
    return link
  }

  /** Sends a method and waits for its answer, or for the channel's next sign of life when it has none. */
  async call<N extends MethodName>(name: string, channel: number, method: N, args: MethodInput<N>): Promise<void> {
    const link = await this.channel(name, channel)
    this.#remember(method, args)
    link.send(channel, method, args)
    // Behind these, nothing may be sent before the answer.
    const answer = ANSWERS_TO_WAIT_FOR.get(method)
    if (answer !== undefined) await link.untilItem(channel, answer, false)
    else await this.barrier(link, channel)
  }

  async barrier(link: Link, channel: number): Promise<void> {
    await link.barrier([channel])
    this.#collect()
  }

  /** Waits until this many of a method have come on a channel. */
  async until(name: string, channel: number, method: MethodName, count: number): Promise<void> {
    const link = await this.link(name)
    await eventually(
      () => this.countOf(name, channel, method) >= count || link.closed !== undefined,
      `${count} ${method}`,
      STEP_LIMIT_MS,
    ).catch(() => this.note(`! ${this.countOf(name, channel, method)} instead of ${count} ${method}`))
  }

  /** How many of a method have come on a channel. */
  countOf(name: string, channel: number, method: MethodName): number {
    this.#collect()
    return this.#itemsOf(name, channel).filter((item) => item.method.name === method).length
  }

  /** Waits until a queue has this many ready messages, and notes that and its consumers. */
  untilReady(queue: string, count: number): Promise<void> {
    return this.#untilCounted(queue, `${count} ready`)
  }

  /** Waits until a queue is no longer there. */
  untilGone(queue: string): Promise<void> {
    return this.#untilCounted(queue, 'gone')
  }

  async #untilCounted(queue: string, wanted: string): Promise<void> {
    const control = await this.link('control')
    const channel = COUNT_CHANNEL
    let found = ''
    await eventually(
      async () => {
        if (!control.isOpen(channel)) await control.openChannel(channel)
        control.send(channel, 'queue.declare', { queue, passive: true })
        const { method } = (await control.untilItem(channel, 'queue.declare-ok')).at(-1) as Item
        if (method.name === 'queue.declare-ok') {
          found = `${method.args.messageCount} ready, ${method.args.consumerCount} consumers`
        } else {
          found = `gone, ${methodInWords(method)}`
        }
        return found.startsWith(`${wanted},`)
      },
      wanted,
      STEP_LIMIT_MS,
    ).then(
      () => this.note(`${queue}: ${found}`),
      () => this.note(`! ${queue}: ${found}, instead of ${wanted}`),
    )
  }

  /** Tags of what was delivered or got on a channel, in the order of coming. */
  tags(name: string, channel: number): number[] {
    this.#collect()
    return this.#itemsOf(name, channel).flatMap(({ method }) =>
      method.name === 'basic.deliver' || method.name === 'basic.get-ok' ? [Number(method.args.deliveryTag)] : [],
    )
  }

  #remember(method: MethodName, args: { readonly queue?: string; readonly exchange?: string }): void {
    if (method === 'queue.declare' && args.queue) this.#declared.add(`queue ${args.queue}`)
    if (method === 'exchange.declare' && args.exchange) this.#declared.add(`exchange ${args.exchange}`)
  }

  #itemsOf(name: string, channel: number): Item[] {
    const key = `${name}.${channel}`
    let items = this.#seen.get(key)
    if (items === undefined) {
      items = []
      this.#seen.set(key, items)
    }
    return items
  }

  #collect(): void {
    for (const [name, link] of this.#links) {
      if (name === 'control') continue
      for (const channel of link.channelNumbers) this.#itemsOf(name, channel).push(...link.take(channel))
    }
  }

  async #rest(): Promise<void> {
    for (let round = 0; round < LAST_ROUNDS; round++) {
      for (const [name, link] of this.#links) if (name !== 'control') await link.barrier(link.channelNumbers)
    }
    this.#collect()
  }

  #transcript(): string[] {
    const lines = [...this.#seen]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .flatMap(([key, items]) => withConfirms(items).map((words) => `${key} ${this.#normaliser.text(words)}`))
    for (const [name, { closed }] of this.#links) {
      if (closed === undefined) continue
      lines.push(`${name} ${this.#normaliser.text(closed === 'ended' ? 'ended' : methodInWords(closed))}`)
    }
    return [...lines, ...this.#notes]
  }

  async #putAway(): Promise<void> {
    for (const link of this.#links.values()) await link.close().catch(() => {})
    if (this.#declared.size === 0) return
    const link = await Link.open(this.target.port, { virtualHost: this.vhost })
    for (const [index, object] of [...this.#declared].entries()) {
      const [kind, name] = [object.slice(0, object.indexOf(' ')), object.slice(object.indexOf(' ') + 1)]
      await link.openChannel(index + 1)
      if (kind === 'queue') link.send(index + 1, 'queue.delete', { queue: name })
      else link.send(index + 1, 'exchange.delete', { exchange: name })
      await link.barrier([index + 1])
    }
    await link.close()
  }
}

/**
 * Items in words, with the confirms of the channel in one line at the end: how many come in one frame, and between which others, is
 * left open by both brokers.
 */
function withConfirms(items: readonly Item[]): string[] {
  const lines: string[] = []
  const confirmed = new Map<number, string>()
  for (const item of items) {
    const { method } = item
    if (method.name !== 'basic.ack' && method.name !== 'basic.nack') {
      lines.push(itemInWords(item))
      continue
    }
    const { deliveryTag, multiple } = method.args
    for (let tag = multiple ? 1 : Number(deliveryTag); tag <= Number(deliveryTag); tag++) {
      if (!confirmed.has(tag)) confirmed.set(tag, method.name)
    }
  }
  if (confirmed.size === 0) return lines
  const settled = [...confirmed].sort(([one], [other]) => one - other).map(([tag, how]) => `${how} ${tag}`)
  return [...lines, `confirms: ${settled.join(', ')}`]
}
