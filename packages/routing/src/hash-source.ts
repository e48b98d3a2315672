/**
 * What a consistent-hash exchange takes the hash of: the routing key, or what its arguments name instead.
 */

import { fieldTypeName, type TypedTable } from '@warrenmq/codec'
import type { RoutingMessage, RoutingProperty } from './binding.ts'
import { RoutingError } from './errors.ts'
import { headerKey } from './field-value.ts'

const HASH_HEADER = 'hash-header'
const HASH_PROPERTY = 'hash-property'

const PROPERTIES: readonly string[] = ['correlation_id', 'message_id', 'timestamp'] satisfies RoutingProperty[]

/** The text to hash of a message. One that lacks what is asked for has the text of all such messages. */
export type HashSource = (message: RoutingMessage) => string

/** Reads arguments that {@link assertHashArguments} accepts. */
export function createHashSource(args: TypedTable): HashSource {
  const header: unknown = args[HASH_HEADER]?.value
  if (typeof header === 'string') return (message) => headerText(message, header)
  const property: unknown = args[HASH_PROPERTY]?.value
  if (typeof property === 'string') return ({ content }) => content?.property(property as RoutingProperty) ?? ''
  return (message) => message.routingKey
}

/** Whether the routing key is what is hashed. */
export function hashesRoutingKey(args: TypedTable): boolean {
  return args[HASH_HEADER] === undefined && args[HASH_PROPERTY] === undefined
}

/** @throws RoutingError `INVALID_ARGUMENT` unless at most one of the arguments is there, a string that can be gone by. */
export function assertHashArguments(args: TypedTable): void {
  for (const name of [HASH_HEADER, HASH_PROPERTY]) {
    const value = args[name]
    if (value === undefined || typeof value.value === 'string') continue
    throw new RoutingError('INVALID_ARGUMENT', `invalid type '${fieldTypeName(value.tag)}' for arg '${name}'`)
  }
  const property: unknown = args[HASH_PROPERTY]?.value
  if (property === undefined) return
  if (args[HASH_HEADER] !== undefined) {
    throw new RoutingError('INVALID_ARGUMENT', 'hash-header and hash-property are mutually exclusive')
  }
  if (!PROPERTIES.includes(String(property))) {
    throw new RoutingError('INVALID_ARGUMENT', `Unsupported property: ${property}`)
  }
}

/** Values that are equal for a headers exchange have one text: 1 of any integer type, but not the string `1`. */
function headerText({ content }: RoutingMessage, name: string): string {
  const value = content?.headers?.[name]
  if (value === undefined) return ''
  const key = headerKey(value)
  return `${typeof key}:${String(key)}`
}
