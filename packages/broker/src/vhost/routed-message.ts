/**
 * A published message as exchanges see it that go by more than its routing key.
 */

import { PropertyFlag, readHeaders, readShortstrProperty, readTimestamp, type TypedTable } from '@warrenmq/codec'
import type { MessageContent, RoutingProperty } from '@warrenmq/routing'
import type { Message } from '../queue/message.ts'

/** Decodes what an exchange asks for, headers at most once. Valid as long as the message is. */
export class RoutedMessage implements MessageContent {
  readonly message: Message
  /** An exchange keeps it for later, so that it is not unroutable even if it has reached no queue. */
  heldBack = false
  /** Where it has waited before it was routed again; undefined for most. */
  readonly waitedIn: object | undefined
  #undo: (() => void)[] = []
  #headers: TypedTable | undefined
  #hasHeaders: boolean

  constructor(message: Message, waitedIn?: object) {
    this.message = message
    this.waitedIn = waitedIn
    this.#hasHeaders = (message.propertyFlags & PropertyFlag.headers) !== 0
  }

  get headers(): TypedTable | undefined {
    if (this.#hasHeaders) {
      this.#hasHeaders = false
      const { bytes, headerPayloadStart, headerPayloadEnd } = this.message
      this.#headers = readHeaders(bytes, headerPayloadStart, headerPayloadEnd)
    }
    return this.#headers
  }

  /** `undo` is called should a queue refuse the message. */
  onRefused(undo: () => void): void {
    this.#undo.push(undo)
  }

  /** A queue refused the message, and its publisher is told so. */
  refused(): void {
    for (const undo of this.#undo) undo()
  }

  property(name: RoutingProperty): string | undefined {
    const { bytes, headerPayloadStart: start, headerPayloadEnd: end } = this.message
    if (name === 'timestamp') return readTimestamp(bytes, start, end)?.toString()
    const flag = name === 'message_id' ? PropertyFlag.messageId : PropertyFlag.correlationId
    return readShortstrProperty(bytes, start, end, flag)
  }
}
