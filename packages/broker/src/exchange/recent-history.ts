/**
 * The `x-recent-history` exchange: what is newly bound gets the last messages that came, oldest first.
 *
 * They stay in the store, one reference each, until newer ones push them out or the exchange goes.
 */

import { ReplyCode, type TypedTable } from '@warrenmq/codec'
import { formatErlangTerm } from '@warrenmq/routing'
import { ChannelException } from '../errors.ts'
import { isInteger } from '../vhost/argument-value.ts'
import type { Destination } from '../vhost/exchange.ts'
import type { RoutedMessage } from '../vhost/routed-message.ts'
import { type ExchangeExtension, type ExtensionEnvironment, keepWhileRouting } from './exchange-extension.ts'

const ARGUMENT = 'x-recent-history-length'
const NO_STORE = 'x-recent-history-no-store'
const LENGTH_DEFAULT = 20
/** Longest history: so many messages are replayed in one piece of work. */
const LENGTH_MAX = 100_000

interface Remembered {
  readonly position: number
  readonly routingKeys: readonly string[]
}

export class RecentHistory implements ExchangeExtension {
  readonly #environment: ExtensionEnvironment
  readonly #length: number
  /** A ring once it is full. */
  #messages: Remembered[] = []
  /** Where the oldest stands, and the next goes, once it is full. */
  #oldest = 0

  constructor(args: TypedTable, environment: ExtensionEnvironment) {
    this.#length = args[ARGUMENT] === undefined ? LENGTH_DEFAULT : Number(args[ARGUMENT].value)
    this.#environment = environment
  }

  /** Messages remembered. */
  get count(): number {
    return this.#messages.length
  }

  accept(content: RoutedMessage, routingKeys: readonly string[]): boolean {
    if (content.headers?.[NO_STORE]?.value === true) return true
    const { store } = this.#environment
    const isFull = this.#messages.length === this.#length
    if (isFull) store.release(this.#messages[this.#oldest].position)
    const { message } = content
    const remembered = { position: keepWhileRouting(store, message, message), routingKeys }
    if (isFull) {
      this.#messages[this.#oldest] = remembered
      this.#oldest = (this.#oldest + 1) % this.#length
    } else {
      this.#messages.push(remembered)
    }
    return true
  }

  /** Replays the history to what was bound. */
  bound(destination: Destination): void {
    const history = [...this.#messages.slice(this.#oldest), ...this.#messages.slice(0, this.#oldest)]
    for (const { position, routingKeys } of history)
      this.#environment.publish(destination, position, routingKeys, false)
  }

  close(): void {
    for (const { position } of this.#messages) this.#environment.store.release(position)
    this.#messages = []
    this.#oldest = 0
  }
}

/** @throws ChannelException PRECONDITION_FAILED with the plugin's text. */
export function assertHistoryArguments(args: TypedTable): void {
  const value = args[ARGUMENT]
  if (value === undefined) return
  const length = isInteger(value) ? Number(value.value) : 0
  if (length > 0 && length <= LENGTH_MAX) return
  const wanted = length > LENGTH_MAX ? `must not be greater than ${LENGTH_MAX}` : 'must be a positive integer'
  throw new ChannelException(
    ReplyCode.PRECONDITION_FAILED,
    `Invalid argument ${formatErlangTerm(value)}, '${ARGUMENT}' ${wanted}`,
  )
}
