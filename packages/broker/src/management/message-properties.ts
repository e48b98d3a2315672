/** Properties of messages as JSON, under the names of the AMQP specification: `content_type`, `headers` … */

import type { BasicProperties, DecodedProperties } from '@warrenmq/codec'
import { writeArguments } from '../definitions/argument-table.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../parameters/json-value.ts'
import { badRequest } from './http-error.ts'
import { readRequestArguments } from './request-arguments.ts'

type PropertyName = keyof BasicProperties

const KINDS: Readonly<Record<string, readonly [PropertyName, 'string' | 'integer' | 'table']>> = {
  content_type: ['contentType', 'string'],
  content_encoding: ['contentEncoding', 'string'],
  headers: ['headers', 'table'],
  delivery_mode: ['deliveryMode', 'integer'],
  priority: ['priority', 'integer'],
  correlation_id: ['correlationId', 'string'],
  reply_to: ['replyTo', 'string'],
  expiration: ['expiration', 'string'],
  message_id: ['messageId', 'string'],
  timestamp: ['timestamp', 'integer'],
  type: ['type', 'string'],
  user_id: ['userId', 'string'],
  app_id: ['appId', 'string'],
  cluster_id: ['clusterId', 'string'],
}

/** RabbitMQ's words for a value of another kind. */
const REFUSALS = { string: 'not_string', integer: 'not_int', table: 'not_an_object' } as const

/**
 * Properties from JSON.
 *
 * @param unknown What happens to names that no property has.
 * @throws HttpError 400
 */
export function readProperties(json: JsonObject, unknown: 'refuse' | 'ignore' = 'refuse'): BasicProperties {
  const properties: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(json)) {
    if (!Object.hasOwn(KINDS, name)) {
      if (unknown === 'ignore') continue
      throw badRequest(['unknown_property', name])
    }
    const [property, kind] = KINDS[name]
    properties[property] = readProperty(name, kind, value)
  }
  return properties
}

function readProperty(name: string, kind: 'string' | 'integer' | 'table', value: JsonValue): unknown {
  if (kind === 'table' && isJsonObject(value)) return readRequestArguments(value)
  if (kind === 'string' && typeof value === 'string') return value
  if (kind === 'integer' && typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw badRequest([REFUSALS[kind], name])
}

/** Properties as JSON; those that the message does not have are left out. */
export function viewProperties(properties: DecodedProperties): JsonObject {
  const json: Record<string, JsonValue> = {}
  for (const [name, [property]] of Object.entries(KINDS)) {
    const value = properties[property]
    if (value === undefined) continue
    if (property === 'headers') json[name] = writeArguments(properties.headers ?? {})
    else json[name] = typeof value === 'bigint' ? Number(value) : (value as string | number)
  }
  return json
}
