/** Arguments of queues, exchanges and bindings as requests give them, and names in them. */

import type { TypedTable } from '@warrenmq/codec'
import { readArguments } from '../definitions/argument-table.ts'
import {
  copyJsonObject,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  JsonValueError,
} from '../parameters/json-value.ts'
import { badRequest } from './http-error.ts'

/** Longest name of a queue or exchange, and longest routing key, in UTF-8 bytes: what AMQP can say. */
const SHORT_TEXT_SIZE_MAX = 255

/** @throws HttpError 400 for `null`, which RabbitMQ takes for no argument, and for what is nested too deep. */
export function readRequestArguments(json: JsonObject = {}): TypedTable {
  try {
    const copy = copyJsonObject(json)
    if (holdsNull(copy)) throw badRequest('null_not_allowed')
    return readArguments(copy)
  } catch (error) {
    if (error instanceof JsonValueError) throw badRequest(`arguments: the value ${error.message}`)
    throw error
  }
}

function holdsNull(value: JsonValue): boolean {
  if (value === null) return true
  if (Array.isArray(value)) return value.some(holdsNull)
  return isJsonObject(value) && Object.values(value).some(holdsNull)
}

/** @throws HttpError 400 for a text that no AMQP client could send. */
export function assertShortText(what: string, text: string): void {
  const size = Buffer.byteLength(text)
  if (size > SHORT_TEXT_SIZE_MAX) {
    throw badRequest(`the ${what} has ${size} bytes; at most ${SHORT_TEXT_SIZE_MAX} are taken`)
  }
}
