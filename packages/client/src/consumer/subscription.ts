/**
 * A consumer of a channel, from `basic.consume` to its end, over recoveries. What becomes of deliveries is its receiver's matter.
 */

import type { FieldTable } from '@warrenmq/codec'
import { ClientError } from '../errors.ts'
import type { DeliverySink } from '../link/channel-roles.ts'
import type { LinkChannel } from '../link/link-channel.ts'
import type { Message } from '../message/message.ts'
import type { Session } from '../recovery/session.ts'
import type { TopologyRegistry } from '../recovery/topology-registry.ts'

/** How a consumer is started. */
export interface SubscribeOptions {
  /** Whether messages count as acknowledged when they are sent. What is lost then is lost. @default false */
  readonly noAck?: boolean
  /** Most unacknowledged messages of this consumer, from 1 to 65535. @default the channel's */
  readonly prefetch?: number
  /** Whether no other consumer may have the queue. @default false */
  readonly exclusive?: boolean
  /** `x-priority`: consumers with a higher one are served first. */
  readonly priority?: number
  readonly arguments?: FieldTable
  /** Ends the consumer as `cancel` does. */
  readonly signal?: AbortSignal
}

/** What takes the deliveries. None of it may throw. */
export interface Receiver {
  deliver(message: Message): void
  /** The channel is gone with all that was delivered; deliveries go on later on another one. */
  lost(): void
  /** No more deliveries. `undefined`: the user cancelled it. */
  ended(error: Error | undefined): void
}

export class Subscription implements DeliverySink {
  readonly tag: string
  readonly queue: string
  readonly noAck: boolean
  isActive = true
  #isCancelled = false
  readonly #session: Session
  readonly #registry: TopologyRegistry
  readonly #options: SubscribeOptions
  readonly #prefetch: number
  readonly #receiver: Receiver
  readonly #removed: () => void

  constructor(
    session: Session,
    registry: TopologyRegistry,
    tag: string,
    queue: string,
    options: SubscribeOptions,
    prefetch: number,
    receiver: Receiver,
    removed: () => void,
  ) {
    this.#session = session
    this.#registry = registry
    this.tag = tag
    this.queue = queue
    this.#options = options
    this.#prefetch = prefetch
    this.#receiver = receiver
    this.#removed = removed
    this.noAck = options.noAck ?? false
    registry.consumerAdded(queue)
  }

  /** Starts it on a channel. @throws ClientError CHANNEL_CLOSED when the broker refuses. */
  async start(channel: LinkChannel): Promise<void> {
    const { priority, exclusive = false } = this.#options
    channel.addConsumer(this.tag, this)
    // The limit holds for consumers that are started after it. Its answer comes first, and both share a write.
    const limited = channel.call('basic.qos', { prefetchCount: this.#prefetch })
    limited.catch(() => {})
    const started = channel.call('basic.consume', {
      queue: this.#registry.currentName(this.queue),
      consumerTag: this.tag,
      noAck: this.noAck,
      exclusive,
      arguments: { ...(priority !== undefined && { 'x-priority': priority }), ...this.#options.arguments },
    })
    await this.#session.bounded(started, `consuming from '${this.queue}'`)
  }

  /** Has the broker send no more. Resolves once it has said so. Never fails. */
  async cancel(): Promise<void> {
    if (!this.isActive) return
    const { channel } = this.#session
    this.#isCancelled = true
    if (channel?.isOpen) {
      const cancelled = channel.call('basic.cancel', { consumerTag: this.tag })
      await this.#session.bounded(cancelled, 'basic.cancel').catch(() => {})
      channel.removeConsumer(this.tag)
    }
    this.end(undefined)
  }

  /** No more deliveries come. */
  end(error: Error | undefined): void {
    if (!this.isActive) return
    this.isActive = false
    this.#registry.consumerRemoved(this.queue)
    this.#removed()
    this.#receiver.ended(error)
  }

  lost(): void {
    this.#receiver.lost()
    if (this.#isCancelled) this.end(undefined)
  }

  // DeliverySink

  deliver(message: Message): void {
    if (this.isActive) this.#receiver.deliver(message)
    else message.requeue()
  }

  cancelled(): void {
    this.end(new ClientError('CONSUMER_CANCELLED', `the broker cancelled the consumer of '${this.queue}'`))
  }
}
