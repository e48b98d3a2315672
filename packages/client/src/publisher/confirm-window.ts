/**
 * Messages that were sent on a channel and not confirmed, by their number there.
 *
 * Hot path (`benchmarks/src/clients`). A ring: what is open lies between `#lowest` and `#last`, and never spans more than the ring has room for.
 */

import type { MethodArgs } from '@warrenmq/codec'
import { equalBytes } from '@warrenmq/codec/internal'
import { ReturnedError } from '../errors.ts'
import type { Message } from '../message/message.ts'
import type { PendingMessage } from './pending-message.ts'

export class ConfirmWindow {
  readonly #size: number
  readonly #mask: number
  readonly #ring: (PendingMessage | undefined)[]
  #lowest = 1
  #last = 0
  /** Number of the last message that came back. They come back in the order they were sent. */
  #lastReturned = 0
  openCount = 0

  /** @param size Most messages that are open at a time. */
  constructor(size: number) {
    this.#size = size
    const capacity = 2 ** Math.ceil(Math.log2(size))
    this.#mask = capacity - 1
    this.#ring = new Array(capacity).fill(undefined)
  }

  get isFull(): boolean {
    return this.openCount >= this.#size || this.#last - this.#lowest >= this.#mask
  }

  /** Takes a message that has just been sent. There must be room. */
  add(message: PendingMessage): void {
    this.#ring[++this.#last & this.#mask] = message
    this.openCount++
  }

  /** Hands what a confirm is about to `settle`, in order. */
  confirm(deliveryTag: number, multiple: boolean, settle: (message: PendingMessage) => void): void {
    const first = multiple ? this.#lowest : deliveryTag
    const last = multiple && deliveryTag === 0 ? this.#last : Math.min(deliveryTag, this.#last)
    for (let number = Math.max(first, this.#lowest); number <= last; number++) {
      const message = this.#ring[number & this.#mask]
      if (message === undefined) continue
      this.#ring[number & this.#mask] = undefined
      this.openCount--
      settle(message)
    }
    while (this.#lowest <= this.#last && this.#ring[this.#lowest & this.#mask] === undefined) this.#lowest++
  }

  /** Finds the message that came back: the next one that looks like it. Nothing in a return says which it is. */
  returned(back: Message, args: MethodArgs<'basic.return'>): void {
    const { exchange, routingKey, body } = back
    for (let number = Math.max(this.#lowest, this.#lastReturned + 1); number <= this.#last; number++) {
      const message = this.#ring[number & this.#mask]
      if (message === undefined || message.exchange !== exchange || message.routingKey !== routingKey) continue
      if (message.body.length !== body.length || !equalBytes(message.body, 0, body, 0, body.length)) continue
      message.returned = new ReturnedError(args.replyCode, args.replyText, exchange, routingKey)
      this.#lastReturned = number
      return
    }
  }

  forEachOpen(visit: (message: PendingMessage) => void): void {
    for (let number = this.#lowest; number <= this.#last; number++) {
      const message = this.#ring[number & this.#mask]
      if (message !== undefined) visit(message)
    }
  }

  /** Empties it for a new channel and returns what was open, in order. */
  reset(): PendingMessage[] {
    const open: PendingMessage[] = []
    for (let number = this.#lowest; number <= this.#last; number++) {
      const message = this.#ring[number & this.#mask]
      if (message !== undefined) open.push(message)
    }
    this.#ring.fill(undefined)
    this.#lowest = 1
    this.#last = 0
    this.#lastReturned = 0
    this.openCount = 0
    return open
  }
}
