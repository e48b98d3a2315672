/** Tells what happens to the queues, exchanges, bindings and parameters of a vhost. */

import type { Binding } from '@warrenmq/routing'
import { writeArguments } from '../definitions/argument-table.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../parameters/json-value.ts'
import type { Queue } from '../queue/queue.ts'
import type { Destination, Exchange } from '../vhost/exchange.ts'
import type { BrokerEvents, EventName } from './broker-events.ts'

/** What parameters of some components are told as. */
const COMPONENT_EVENTS: Readonly<Record<string, 'policy' | 'vhost.limits'>> = {
  policy: 'policy',
  operator_policy: 'policy',
  'vhost-limits': 'vhost.limits',
}

export class VhostEvents {
  readonly #events: BrokerEvents
  readonly #vhost: string

  constructor(events: BrokerEvents, vhost: string) {
    this.#events = events
    this.#vhost = vhost
  }

  queueCreated({ name, type, settings }: Queue): void {
    this.#emit('queue.created', () => ({
      name,
      type,
      durable: settings.durable,
      auto_delete: settings.autoDelete,
      exclusive: settings.exclusiveOwner !== undefined,
      arguments: writeArguments(settings.arguments),
    }))
  }

  queueDeleted({ name }: Queue): void {
    this.#emit('queue.deleted', () => ({ name }))
  }

  exchangeCreated({ name, settings }: Exchange): void {
    this.#emit('exchange.created', () => ({
      name,
      type: settings.type,
      durable: settings.durable,
      auto_delete: settings.autoDelete,
      internal: settings.internal,
      arguments: writeArguments(settings.arguments),
    }))
  }

  exchangeDeleted({ name }: Exchange): void {
    this.#emit('exchange.deleted', () => ({ name }))
  }

  bound(source: Exchange, binding: Binding<Destination>): void {
    this.#emit('binding.created', () => describeBinding(source, binding))
  }

  unbound(source: Exchange, binding: Binding<Destination>): void {
    this.#emit('binding.deleted', () => describeBinding(source, binding))
  }

  /** A destination is about to lose all bindings from an exchange. */
  destinationUnbound(source: Exchange, destination: Destination): void {
    if (!this.#events.isHeard) return
    for (const binding of source.matcher.bindings(destination)) this.unbound(source, binding)
  }

  parameterSet(component: string, name: string, value: JsonValue): void {
    const kind = Object.hasOwn(COMPONENT_EVENTS, component) ? COMPONENT_EVENTS[component] : 'parameter'
    this.#emit(`${kind}.set`, () => {
      if (kind === 'parameter') return { component, name, value }
      return { ...(isJsonObject(value) ? value : { value }), name }
    })
  }

  parameterDeleted(component: string, name: string): void {
    const kind = Object.hasOwn(COMPONENT_EVENTS, component) ? COMPONENT_EVENTS[component] : 'parameter'
    this.#emit(`${kind}.cleared`, () => (kind === 'parameter' ? { component, name } : { name }))
  }

  vhostCreated(): void {
    this.#emit('vhost.created', () => ({ name: this.#vhost }))
  }

  vhostDeleted(): void {
    this.#emit('vhost.deleted', () => ({ name: this.#vhost }))
  }

  #emit(name: EventName, describe: () => JsonObject): void {
    const vhost = this.#vhost
    this.#events.emit(name, () => ({ vhost, details: { ...describe(), vhost } }))
  }
}

function describeBinding(
  source: Exchange,
  { destination, routingKey, arguments: args }: Binding<Destination>,
): JsonObject {
  return {
    source_name: source.name,
    source_kind: 'exchange',
    destination_name: destination.name,
    destination_kind: destination.kind,
    routing_key: routingKey,
    arguments: writeArguments(args),
  }
}
