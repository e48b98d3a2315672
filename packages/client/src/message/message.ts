/**
 * A message that came from the broker.
 *
 * Hot path (`benchmarks/src/clients`): it keeps offsets into the bytes it came in, and reads what is asked for when it is asked for.
 */

import type { MessageProperties } from './properties.ts'
import { readProperties } from './properties.ts'
import { decodeBody } from './serializer.ts'

/** Where a message's bytes are, and who settles it. */
export interface MessageSource {
  /** Has the broker take deliveries off its hands. Returns `false` when the channel they came on is gone. */
  acknowledge(deliveryTag: number): boolean
  /** Gives a delivery back, or rejects it. */
  reject(deliveryTag: number, requeue: boolean): boolean
}

/** What kind of a value a message holds when nothing else is said. */
export type AnyValue = unknown

const decoder = new TextDecoder()

/** A delivered or fetched message. `T` is the type of its value. */
export class Message<T = AnyValue> {
  /** Numbers the deliveries of the channel. */
  readonly deliveryTag: number
  /** Whether it was delivered before, to whomever. */
  readonly redelivered: boolean
  /** Tag of the consumer that it came to; empty for one that was fetched with `get`. */
  readonly consumerTag: string

  readonly #source: MessageSource
  /** Of the method: exchange and routing key, two short strings. */
  readonly #bytes: Uint8Array
  readonly #routeOffset: number
  /** Of the content header. */
  readonly #headerBytes: Uint8Array
  readonly #headerStart: number
  readonly #headerEnd: number
  readonly #bodyBytes: Uint8Array
  readonly #bodyStart: number
  readonly #bodyEnd: number
  #settled: boolean
  #properties: MessageProperties | undefined = undefined
  #value: { readonly value: T } | undefined = undefined

  /** @internal Made by the client. */
  constructor(
    source: MessageSource,
    consumerTag: string,
    deliveryTag: number,
    redelivered: boolean,
    noAck: boolean,
    bytes: Uint8Array,
    routeOffset: number,
    headerBytes: Uint8Array,
    headerStart: number,
    headerEnd: number,
    bodyBytes: Uint8Array,
    bodyStart: number,
    bodyEnd: number,
  ) {
    this.#source = source
    this.consumerTag = consumerTag
    this.deliveryTag = deliveryTag
    this.redelivered = redelivered
    this.#settled = noAck
    this.#bytes = bytes
    this.#routeOffset = routeOffset
    this.#headerBytes = headerBytes
    this.#headerStart = headerStart
    this.#headerEnd = headerEnd
    this.#bodyBytes = bodyBytes
    this.#bodyStart = bodyStart
    this.#bodyEnd = bodyEnd
  }

  /** The exchange that it was published to; empty for the default exchange. */
  get exchange(): string {
    return this.#text(this.#routeOffset)
  }

  /** The routing key that it was published with. */
  get routingKey(): string {
    return this.#text(this.#routeOffset + 1 + this.#bytes[this.#routeOffset])
  }

  /** Its properties. @throws CodecError when the broker sent malformed ones. */
  get properties(): MessageProperties {
    this.#properties ??= readProperties(this.#headerBytes, this.#headerStart, this.#headerEnd)
    return this.#properties
  }

  /** Size of the body, in bytes. */
  get size(): number {
    return this.#bodyEnd - this.#bodyStart
  }

  /** The body: a view of what was read from the network at a time. Copy one that is kept for long, so that its neighbours need not stay. */
  get body(): Uint8Array {
    return this.#bodyBytes.subarray(this.#bodyStart, this.#bodyEnd)
  }

  /**
   * The body as the serialiser of its content type reads it: JSON for `application/json` and `…+json`, text for `text/…`, else bytes; or what the
   * consumer's contract made of it.
   *
   * @throws ClientError INVALID_MESSAGE when it cannot be read that way.
   */
  get value(): T {
    this.#value ??= { value: decodeBody(this.body, this.properties.contentType) as T }
    return this.#value.value
  }

  /** The body as UTF-8. */
  text(): string {
    return decoder.decode(this.body)
  }

  /** The body as JSON. @throws SyntaxError. */
  json<V = unknown>(): V {
    return JSON.parse(this.text()) as V
  }

  /** Whether it was acknowledged, rejected or given back, or never had to be. */
  get isSettled(): boolean {
    return this.#settled
  }

  /**
   * Acknowledges it. Acknowledgements of a tick are put together into as few as possible.
   *
   * Returns `false`, and does nothing, when it is settled or its channel is gone; the broker then delivers it again.
   */
  ack(): boolean {
    if (this.#settled) return false
    this.#settled = true
    return this.#source.acknowledge(this.deliveryTag)
  }

  /** Gives it back to its queue, to be delivered again. Returns as {@link ack}. */
  requeue(): boolean {
    return this.#reject(true)
  }

  /** Rejects it: it goes to the queue's dead-letter exchange, or is dropped where there is none. Returns as {@link ack}. */
  reject(): boolean {
    return this.#reject(false)
  }

  /** @internal What a contract made of the body. */
  setValue(value: T): void {
    this.#value = { value }
  }

  #reject(requeue: boolean): boolean {
    if (this.#settled) return false
    this.#settled = true
    return this.#source.reject(this.deliveryTag, requeue)
  }

  #text(offset: number): string {
    return decoder.decode(this.#bytes.subarray(offset + 1, offset + 1 + this.#bytes[offset]))
  }
}
