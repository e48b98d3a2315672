/**
 * Records what is durable in a vhost: parameters, exchanges, queues that belong to no connection, and bindings between those.
 *
 * What a thing needs is recorded before it, and removed after it.
 */

import { createHash } from 'node:crypto'
import { type Binding, tableIdentity } from '@warrenmq/routing'
import { keepsMessages } from '../exchange/exchange-types.ts'
import type { JsonValue } from '../parameters/json-value.ts'
import type { Queue, QueueSettings } from '../queue/queue.ts'
import type { Destination, Exchange, ExchangeSettings } from '../vhost/exchange.ts'
import type { Vhost } from '../vhost/vhost.ts'
import type { VhostMetadata } from '../vhost/vhost-metadata.ts'
import { encodeArguments } from './argument-codec.ts'
import { type BindingValue, type ExchangeValue, formatKey, type QueueValue } from './metadata-key.ts'
import type { MetadataRecorder } from './metadata-recorder.ts'

/** Longer identities of arguments are replaced by their SHA-256, in characters. */
const IDENTITY_LENGTH_MAX = 128

export class VhostRecorder {
  readonly #vhost: string
  readonly #recorder: MetadataRecorder

  constructor(vhost: string, recorder: MetadataRecorder) {
    this.#vhost = vhost
    this.#recorder = recorder
  }

  /** The vhost is new, or something else is said of it. */
  vhostPut(said: VhostMetadata): void {
    this.#recorder.put(formatKey('vhost', this.#vhost), JSON.stringify(said))
  }

  /** The vhost goes with all that is in it. */
  vhostDeleted({ exchanges, queues, parameters }: Vhost): void {
    for (const exchange of exchanges.values()) this.#bindingsDeleted(exchange)
    for (const queue of queues.values()) this.queueDeleted(queue)
    for (const exchange of exchanges.values()) this.#exchangeDeleted(exchange)
    for (const { component, name } of parameters.all()) this.parameterDeleted(component, name)
    this.#recorder.delete(formatKey('vhost', this.#vhost))
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
    this.#bindingsDeleted(exchange)
    this.#exchangeDeleted(exchange)
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

  #exchangeDeleted({ settings }: Exchange): void {
    if (isRecordedExchange(settings)) this.#recorder.delete(formatKey('exchange', this.#vhost, settings.name))
  }

  #bindingsDeleted(source: Exchange): void {
    // The default exchange is bound to every queue, and to nothing that is kept.
    if (source.name === '') return
    for (const binding of source.matcher.bindings()) this.unbound(source, binding)
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
