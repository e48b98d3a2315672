/** Exchanges, queues and bindings as one typed object. */

import type { FieldTable } from '@warrenmq/codec'

/** Exchange types that brokers know; plugins have others. */
export type ExchangeType = 'direct' | 'fanout' | 'topic' | 'headers' | (string & {})

/** How an exchange is declared. */
export interface ExchangeOptions {
  /** Whether it survives a restart of the broker. @default true */
  readonly durable?: boolean
  /** Whether it goes with its last binding. @default false */
  readonly autoDelete?: boolean
  /** Whether only other exchanges may publish to it. @default false */
  readonly internal?: boolean
  /** Where messages go that match nothing. */
  readonly alternateExchange?: string
  readonly arguments?: FieldTable
}

/** How a queue is declared. What the broker knows as an argument has a name here; `arguments` has room for others. */
export interface QueueOptions {
  /** Whether it survives a restart of the broker. @default `true` unless it is exclusive */
  readonly durable?: boolean
  /** Whether only this connection may use it, with which it goes. @default `true` without a name */
  readonly exclusive?: boolean
  /** Whether it goes with its last consumer. @default false */
  readonly autoDelete?: boolean
  /** `x-queue-type`. @default the vhost's */
  readonly type?: 'classic' | 'quorum' | (string & {})
  /** `x-message-ttl`: messages expire after so many milliseconds. */
  readonly messageTtlMs?: number
  /** `x-expires`: the queue goes when it was not used for so many milliseconds. */
  readonly expiresMs?: number
  /** `x-max-length`: most messages. */
  readonly lengthMax?: number
  /** `x-max-length-bytes`: most bytes of bodies. */
  readonly bytesMax?: number
  /** `x-overflow`: what happens to what is too much. */
  readonly overflow?: 'drop-head' | 'reject-publish' | 'reject-publish-dlx'
  /** `x-dead-letter-exchange`: where rejected, expired and dropped messages go. */
  readonly deadLetterExchange?: string
  /** `x-dead-letter-routing-key`. @default the message's own */
  readonly deadLetterRoutingKey?: string
  /** `x-max-priority`: highest priority, from 1 to 255. */
  readonly priorityMax?: number
  /** `x-single-active-consumer`. */
  readonly singleActiveConsumer?: boolean
  /** `x-delivery-limit`: how often a quorum queue delivers a message again. */
  readonly deliveryLimit?: number
  readonly arguments?: FieldTable
}

/** How a binding is made. `E` and `Q` are the names of exchanges and queues. */
export type BindingOptions<E extends string = string, Q extends string = string> = {
  readonly source: E
  /** @default '' */
  readonly routingKey?: string
  readonly arguments?: FieldTable
} & ({ readonly queue: Q; readonly exchange?: undefined } | { readonly exchange: E; readonly queue?: undefined })

/** What is to be there. */
export interface Topology {
  readonly exchanges?: { readonly [name: string]: ExchangeOptions & { readonly type: ExchangeType } }
  readonly queues?: { readonly [name: string]: QueueOptions }
  readonly bindings?: readonly BindingOptions[]
}

/** Exchanges that every vhost has. */
type BuiltIn = `amq.${string}`

/** A topology whose bindings name exchanges and queues of its own, or exchanges that every vhost has: checked by the compiler. */
export function defineTopology<
  const E extends { readonly [name: string]: ExchangeOptions & { readonly type: ExchangeType } } = object &
    Record<never, never>,
  const Q extends { readonly [name: string]: QueueOptions } = object & Record<never, never>,
>(topology: {
  readonly exchanges?: E
  readonly queues?: Q
  readonly bindings?: readonly BindingOptions<(keyof E & string) | BuiltIn, keyof Q & string>[]
}): { readonly exchanges: E; readonly queues: Q; readonly bindings: readonly BindingOptions[] } {
  const { exchanges, queues, bindings = [] } = topology
  return { exchanges: exchanges ?? ({} as E), queues: queues ?? ({} as Q), bindings }
}

/** The arguments of a queue as the broker takes them. */
export function queueArguments(options: QueueOptions): FieldTable {
  return {
    'x-queue-type': options.type,
    'x-message-ttl': options.messageTtlMs,
    'x-expires': options.expiresMs,
    'x-max-length': options.lengthMax,
    'x-max-length-bytes': options.bytesMax,
    'x-overflow': options.overflow,
    'x-dead-letter-exchange': options.deadLetterExchange,
    'x-dead-letter-routing-key': options.deadLetterRoutingKey,
    'x-max-priority': options.priorityMax,
    'x-single-active-consumer': options.singleActiveConsumer,
    'x-delivery-limit': options.deliveryLimit,
    ...options.arguments,
  }
}
