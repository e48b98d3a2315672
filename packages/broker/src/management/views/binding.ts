/** Bindings, as RabbitMQ shows them, and the keys by which they are named in paths. */

import { createHash } from 'node:crypto'
import type { TypedTable } from '@warrenmq/codec'
import { tableIdentity } from '@warrenmq/routing'
import { writeArguments } from '../../definitions/argument-table.ts'
import type { JsonObject } from '../../parameters/json-value.ts'
import type { Destination, Exchange } from '../../vhost/exchange.ts'
import type { Vhost } from '../../vhost/vhost.ts'

/** A binding and where it is. */
export interface ListedBinding {
  readonly vhost: string
  readonly source: string
  readonly destination: string
  readonly kind: Destination['kind']
  readonly routingKey: string
  readonly arguments: TypedTable
}

/** Bytes of the hash that stands for a binding's arguments. */
const HASH_SIZE = 6
const NO_ARGUMENTS: TypedTable = Object.freeze(Object.create(null))

/** All bindings of a vhost; first those that each queue has with the default exchange. */
export function bindingsOf(vhost: Vhost): ListedBinding[] {
  return [...vhost.exchanges.values()].flatMap((source) => bindingsFrom(vhost, source))
}

/** Bindings that begin at an exchange; to one destination alone where it is given. */
export function bindingsFrom(vhost: Vhost, source: Exchange, destination?: Destination): ListedBinding[] {
  if (source.name === '') return defaultBindings(vhost, destination)
  return Array.from(source.matcher.bindings(destination), (binding) => ({
    vhost: vhost.name,
    source: source.name,
    destination: binding.destination.name,
    kind: binding.destination.kind,
    routingKey: binding.routingKey,
    arguments: binding.arguments,
  }))
}

/** Bindings that lead to a queue or an exchange. */
export function bindingsTo(vhost: Vhost, destination: Destination): ListedBinding[] {
  return [...vhost.exchanges.values()].flatMap((source) => bindingsFrom(vhost, source, destination))
}

/** Every queue is bound to the default exchange by its name. */
function defaultBindings(vhost: Vhost, destination: Destination | undefined): ListedBinding[] {
  const queues = destination === undefined ? [...vhost.queues.values()] : [destination]
  return queues
    .filter(({ kind }) => kind === 'queue')
    .map(({ name }) => ({
      vhost: vhost.name,
      source: '',
      destination: name,
      kind: 'queue',
      routingKey: name,
      arguments: NO_ARGUMENTS,
    }))
}

export function viewBinding(binding: ListedBinding): JsonObject {
  return {
    source: binding.source,
    vhost: binding.vhost,
    destination: binding.destination,
    destination_type: binding.kind,
    routing_key: binding.routingKey,
    arguments: writeArguments(binding.arguments),
    properties_key: propertiesKey(binding),
  }
}

/**
 * The key of a binding among those with the same ends: its routing key, and a hash of its arguments if it has any. RabbitMQ's form; the hash
 * is another one.
 */
export function propertiesKey({
  routingKey,
  arguments: args,
}: Pick<ListedBinding, 'routingKey' | 'arguments'>): string {
  const quoted = quotePlus(routingKey).replaceAll('~', '%7E')
  if (Object.keys(args).length === 0) return quoted === '' ? '~' : quoted
  return `${quoted}~${hashOf(args)}`
}

/** Whether a part of a path, decoded, names a binding. Clients send the key as it is, or encoded once more. */
export function isNamedBy(binding: ListedBinding, part: string): boolean {
  const key = propertiesKey(binding)
  return key === part || (!part.includes('~') && key === quotePlus(part))
}

function hashOf(args: TypedTable): string {
  return createHash('sha256').update(tableIdentity(args)).digest().subarray(0, HASH_SIZE).toString('base64url')
}

/** Encodes a text for a path as Erlang does: a space is a plus. */
export function quotePlus(text: string): string {
  const encoded = encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return encoded.replaceAll('%20', '+')
}
