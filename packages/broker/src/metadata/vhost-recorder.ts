/**
 * Records what is durable in a vhost: parameters, exchanges, queues that belong to no connection, and bindings between those.
 *
 * What a thing needs is recorded before it, and removed after it, but for the vhost: it goes first, at once, and its contents follow in
 * slices. They are recorded under its number, so that they cannot come back in a later vhost of the same name.
 */

import { createHash } from 'node:crypto'
import { type Binding, tableIdentity } from '@warrenmq/routing'
import { keepsMessages } from '../exchange/exchange-types.ts'
import type { JsonValue } from '../parameters/json-value.ts'
import type { Queue, QueueSettings } from '../queue/queue.ts'
import type { Destination, Exchange, ExchangeSettings } from '../vhost/exchange.ts'
import type { VhostMetadata } from '../vhost/vhost-metadata.ts'
import { encodeArguments } from './argument-codec.ts'
import { type BindingValue, type ExchangeValue, formatKey, type QueueValue, type VhostValue } from './metadata-key.ts'
import type { MetadataRecorder } from './metadata-recorder.ts'

/** Longer identities of arguments are replaced by their SHA-256, in characters. */
const IDENTITY_LENGTH_MAX = 128

export class VhostRecorder {
  readonly #name: string
  readonly #number: number
  /** The number, as keys have it. */
  readonly #vhost: string
  readonly #recorder: MetadataRecorder

  /** @param number That of the vhost; a new one for a new vhost. */
  constructor(name: string, number: number, recorder: MetadataRecorder) {
    this.#name = name
    this.#number = number
    this.#vhost = String(number)
    this.#recorder = recorder
  }

  /** The vhost is new, or something else is said of it. */
  vhostPut(said: VhostMetadata): void {
    const value: VhostValue = { number: this.#number, said }
    this.#recorder.put(formatKey('vhost', this.#name), JSON.stringify(value))
  }

  /** The vhost is gone; what was in it is removed from now on. */
  vhostDeleted(): void {
    this.#recorder.put(formatKey('ended-vhost', this.#vhost), '{}')
    this.#recorder.delete(formatKey('vhost', this.#name))
  }

  /** Nothing is left of what was in the vhost. */
  vhostEnded(): void {
    this.#recorder.delete(formatKey('ended-vhost', this.#vhost))
  }

  /** The log id of a new queue; 0 for one that is not recorded. */
  queueLogId(settings: QueueSettings): number {
    return isDurableQueue(settings) ? this.#recorder.logIds.take() : 0
  }

  queueDeclared({ settings, logId }: Queue): void {
    if (logId === 0) return
    const { name, autoDelete } = settings
    const value: QueueValue = { autoDelete, logId, arguments: encodeArguments(settings.arguments) }
    this.#recorder.put(formatKey('queue', this.#vhost, name), JSON.stringify(value))
  }

  /** Its bindings are gone already. */
  queueDeleted({ name, logId }: Queue): void {
    if (logId !== 0) this.#recorder.delete(formatKey('queue', this.#vhost, name))
  }

  /** The log id of a new exchange; 0 for one that is not recorded or keeps no messages. */
  exchangeLogId(settings: ExchangeSettings): number {
    return settings.durable && keepsMessages(settings) ? this.#recorder.logIds.take() : 0
  }

  exchangeDeclared({ settings, logId }: Exchange): void {
    if (!isRecordedExchange(settings)) return
    const { name, type, autoDelete, internal } = settings
    const value: ExchangeValue = { type, autoDelete, internal, logId, arguments: encodeArguments(settings.arguments) }
    this.#recorder.put(formatKey('exchange', this.#vhost, name), JSON.stringify(value))
  }

  /** It goes with the bindings that begin at it. */
  exchangeDeleted(exchange: Exchange): void {
    const { name, settings, matcher } = exchange
    for (const binding of matcher.bindings()) this.unbound(exchange, binding)
    if (isRecordedExchange(settings)) this.#recorder.delete(formatKey('exchange', this.#vhost, name))
  }

  bound(source: Exchange, binding: Binding<Destination>): void {
    if (!isRecordedBinding(source, binding.destination)) return
    const value: BindingValue = { arguments: encodeArguments(binding.arguments) }
    this.#recorder.put(this.#bindingKey(source, binding), JSON.stringify(value))
  }

  unbound(source: Exchange, binding: Binding<Destination>): void {
    if (isRecordedBinding(source, binding.destination)) this.#recorder.delete(this.#bindingKey(source, binding))
  }

  /** All bindings from `source` to `destination` go. */
  destinationUnbound(source: Exchange, destination: Destination): void {
    if (!isRecordedBinding(source, destination)) return
    for (const binding of source.matcher.bindings(destination)) this.#recorder.delete(this.#bindingKey(source, binding))
  }

  parameterSet(component: string, name: string, value: JsonValue): void {
    this.#recorder.put(formatKey('parameter', this.#vhost, component, name), JSON.stringify(value))
  }

  parameterDeleted(component: string, name: string): void {
    this.#recorder.delete(formatKey('parameter', this.#vhost, component, name))
  }

  #bindingKey({ name: source }: Exchange, { destination, routingKey, arguments: table }: Binding<Destination>): string {
    const { kind, name } = named(destination)
    const identity = tableIdentity(table)
    const shown =
      identity.length > IDENTITY_LENGTH_MAX ? createHash('sha256').update(identity).digest('base64') : identity
    return formatKey('binding', this.#vhost, source, kind, name, routingKey, shown)
  }
}

function isDurableQueue({ durable, exclusiveOwner }: QueueSettings): boolean {
  return durable && exclusiveOwner === undefined
}

/** Exchanges that every vhost begins with are not recorded. */
function isRecordedExchange({ name, durable }: ExchangeSettings): boolean {
  return durable && name !== '' && !name.startsWith('amq.')
}

function isRecordedBinding(source: Exchange, destination: Destination): boolean {
  const end = named(destination)
  return source.settings.durable && (end.kind === 'queue' ? isDurableQueue(end.settings) : end.settings.durable)
}

/** A destination as what it is in a vhost. */
function named(destination: Destination): Queue | Exchange {
  return destination as Queue | Exchange
}
