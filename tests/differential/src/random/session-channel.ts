/** A channel of a random session as its client knows it: consumers, messages in hand, confirms. */

import { contentInWords, type Item, methodInWords, type Normaliser } from '../words.ts'

interface Consumer {
  readonly queue: string
  readonly noAck: boolean
  /** Whether it may only hold so many messages. */
  readonly isLimited: boolean
}

/** A message that waits to be settled. */
interface Held {
  readonly tag: number
  readonly queue: string
  /** `undefined` for basic.get. */
  readonly consumerTag: string | undefined
  /** When it came. Within a step, only the order of one queue is determined. */
  readonly step: number
}

export class SessionChannel {
  readonly index: number
  readonly connection: number
  /** On its connection. */
  readonly number: number
  readonly consumers = new Map<string, Consumer>()
  /** What the last basic.get was for. */
  got: Consumer | undefined
  /** For consumers to come; 0 is no limit. */
  prefetch = 0
  /** Since the channel was opened. */
  published = 0
  isTransactional = false
  readonly #left: (messageCount: number) => string
  #held: Held[] = []
  #confirms: Map<number, 'ack' | 'nack'> | undefined
  #unconfirmedFrom = 0

  /** @param left - how to say how many messages a queue has left */
  constructor(index: number, left: (messageCount: number) => string) {
    this.#left = left
    this.index = index
    this.connection = index < 2 ? 0 : 1
    this.number = index < 2 ? index + 1 : 1
  }

  /** The channel is new. */
  reset(): void {
    this.consumers.clear()
    this.got = undefined
    this.prefetch = 0
    this.published = 0
    this.isTransactional = false
    this.#held = []
    this.#confirms = undefined
    this.#unconfirmedFrom = 0
  }

  get hasHeld(): boolean {
    return this.#held.length > 0
  }

  /** Whether messages of one queue came in several ways: RabbitMQ returns these way by way. */
  get hasMixed(): boolean {
    return this.#held.some((one) =>
      this.#held.some((other) => one.queue === other.queue && one.consumerTag !== other.consumerTag),
    )
  }

  startConfirms(): void {
    if (this.#confirms !== undefined) return
    this.#confirms = new Map()
    this.#unconfirmedFrom = this.published
  }

  get unconfirmed(): number {
    if (this.#confirms === undefined) return 0
    return this.published - this.#unconfirmedFrom - this.#confirms.size
  }

  /** All confirms of the channel, whatever frames they came in. */
  confirmsInWords(): string | undefined {
    if (this.#confirms === undefined) return undefined
    const nacked = [...this.#confirms].filter(([, how]) => how === 'nack').map(([tag]) => tag)
    const list = nacked.length === 0 ? '' : `, refused ${nacked.sort((a, b) => a - b).join(' ')}`
    return `confirmed ${this.#confirms.size - nacked.length}, unconfirmed ${this.unconfirmed}${list}`
  }

  /**
   * Takes messages out of hand. Returns the tag to settle them by, or `undefined` when nothing is in hand.
   *
   * @param multiple - also everything of that step and before, which is the same set whatever the order of tags in it
   */
  settle(pick: number, multiple: boolean): number | undefined {
    if (this.#held.length === 0) return undefined
    const { tag, step } = this.#held[pick % this.#held.length]
    if (!multiple) {
      this.#held = this.#held.filter((held) => held.tag !== tag)
      return tag
    }
    const upTo = Math.max(...this.#held.filter((held) => held.step <= step).map((held) => held.tag))
    this.#held = this.#held.filter((held) => held.tag > upTo)
    return upTo
  }

  recover(): void {
    this.#held = []
  }

  /** Takes note of what came, and says it. Confirms are gathered and not said. */
  receive(item: Item, step: number, normaliser: Normaliser): string | undefined {
    const { method } = item
    switch (method.name) {
      case 'basic.deliver': {
        const { consumerTag, deliveryTag, exchange, routingKey, redelivered } = method.args
        const consumer = this.consumers.get(consumerTag)
        this.#hold(Number(deliveryTag), consumer, step, consumerTag)
        const how = `${exchange}/${routingKey}${redelivered ? ' redelivered' : ''}`
        return `deliver ${consumerTag} ${consumer?.queue} ${how} ${normaliser.text(contentInWords(item))}`
      }
      case 'basic.get-ok': {
        const { deliveryTag, exchange, routingKey, redelivered, messageCount } = method.args
        this.#hold(Number(deliveryTag), this.got, step)
        const how = `${exchange}/${routingKey}${redelivered ? ' redelivered' : ''}`
        return `get ${this.got?.queue} ${how} ${this.#left(messageCount)}${normaliser.text(contentInWords(item))}`
      }
      case 'basic.ack':
      case 'basic.nack':
        this.#confirm(
          Number(method.args.deliveryTag),
          method.args.multiple,
          method.name === 'basic.ack' ? 'ack' : 'nack',
        )
        return undefined
      case 'basic.cancel':
        this.consumers.delete(method.args.consumerTag)
        return `cancel ${method.args.consumerTag}`
      case 'basic.return':
        return `return ${methodInWords(method)} ${normaliser.text(contentInWords(item))}`
      default:
        return normaliser.text(methodInWords(method))
    }
  }

  #hold(tag: number, consumer: Consumer | undefined, step: number, consumerTag?: string): void {
    if (consumer === undefined || consumer.noAck) return
    const queue = consumer.queue
    let index = this.#held.length
    while (index > 0 && this.#held[index - 1].step === step && this.#held[index - 1].queue > queue) index--
    this.#held.splice(index, 0, { tag, queue, step, consumerTag })
  }

  #confirm(tag: number, multiple: boolean, how: 'ack' | 'nack'): void {
    if (this.#confirms === undefined) return
    if (!multiple) this.#confirms.set(tag, how)
    else for (let each = 1; each <= tag; each++) if (!this.#confirms.has(each)) this.#confirms.set(each, how)
  }
}
