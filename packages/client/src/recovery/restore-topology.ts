/** Declares again what a connection had declared: exchanges, then queues, then bindings. */

import { type Method, type MethodInput, type MethodName, ReplyCode } from '@warrenmq/codec'
import { ClosedError } from '../errors.ts'
import type { LinkChannelOwner } from '../link/channel-roles.ts'
import type { Link } from '../link/link.ts'
import type { LinkChannel } from '../link/link-channel.ts'
import { bounded, pause, quiet } from '../waiting/deferred.ts'
import type { RecordedBinding, TopologyRegistry } from './topology-registry.ts'

/** How long an exclusive queue that belongs to another connection is waited for, and how often it is tried, in milliseconds. */
const LOCKED_LIMIT_MS = 10_000
const LOCKED_DELAY_MS = 200

const neverAborted = new AbortController().signal

/** Who hears of what happens. */
export interface RestoreListener {
  queueRenamed(from: string, to: string): void
  /** Something could not be declared; the rest goes on. */
  failed(what: string, error: Error): void
}

/** @throws Error when the link ends or does not answer in time. */
export async function restoreTopology(
  registry: TopologyRegistry,
  link: Link,
  timeoutMs: number,
  listener: RestoreListener,
): Promise<void> {
  if (registry.exchanges.size + registry.queues.size + registry.bindings.size === 0) return
  await using steps = new Steps(link, timeoutMs, listener)
  for (const [name, input] of [...registry.exchanges]) await steps.run(`exchange '${name}'`, 'exchange.declare', input)
  for (const [name, { input }] of [...registry.queues]) {
    const answer = await steps.run(`queue '${name}'`, 'queue.declare', input)
    if (answer?.name !== 'queue.declare-ok' || answer.args.queue === name) continue
    registry.renameQueue(name, answer.args.queue)
    listener.queueRenamed(name, answer.args.queue)
  }
  for (const binding of [...registry.bindings.values()]) await bind(steps, binding)
}

function bind(steps: Steps, binding: RecordedBinding): Promise<unknown> {
  const { kind, source, destination, routingKey, arguments: table } = binding
  const what = `binding of ${kind} '${destination}' to exchange '${source}'`
  if (kind === 'exchange') {
    return steps.run(what, 'exchange.bind', { destination, source, routingKey, arguments: table })
  }
  return steps.run(what, 'queue.bind', { queue: destination, exchange: source, routingKey, arguments: table })
}

/** Steps on a channel of their own, which is opened anew when the broker closes it over one of them. */
class Steps implements AsyncDisposable {
  readonly #link: Link
  readonly #timeoutMs: number
  readonly #listener: RestoreListener
  #channel: LinkChannel | undefined = undefined

  constructor(link: Link, timeoutMs: number, listener: RestoreListener) {
    this.#link = link
    this.#timeoutMs = timeoutMs
    this.#listener = listener
  }

  /**
   * Runs a step. An exclusive queue may still belong to the connection before, whose end the broker has not noticed: that is waited for.
   */
  async run<N extends MethodName>(what: string, name: N, input: MethodInput<N>): Promise<Method | undefined> {
    const deadline = Date.now() + LOCKED_LIMIT_MS
    for (;;) {
      try {
        const channel = await this.#open()
        return await bounded(channel.call(name, input), what, { timeoutMs: this.#timeoutMs })
      } catch (error) {
        if (!this.#link.isOpen || this.#channel?.isOpen) throw error
        const isLocked = error instanceof ClosedError && error.replyCode === ReplyCode.RESOURCE_LOCKED
        if (!isLocked || Date.now() > deadline) {
          this.#listener.failed(what, error as Error)
          return undefined
        }
      }
      await pause(LOCKED_DELAY_MS, neverAborted)
    }
  }

  async #open(): Promise<LinkChannel> {
    if (this.#channel?.isOpen) return this.#channel
    const channel = this.#link.createChannel(silentOwner)
    await bounded(channel.call('channel.open', {}), 'opening a channel', { timeoutMs: this.#timeoutMs })
    this.#channel = channel
    return channel
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#channel?.isOpen)
      await bounded(quiet(this.#channel.close()), 'closing a channel', { timeoutMs: this.#timeoutMs })
  }
}

const silentOwner: LinkChannelOwner = { confirmed() {}, returned() {}, ended() {} }
