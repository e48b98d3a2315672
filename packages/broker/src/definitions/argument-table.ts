/** Arguments of queues, exchanges and bindings as JSON, by RabbitMQ's rules: a whole number is a `long`, another one a `double`. */

import { type TypedTable, type TypedValue, typed } from '@warrenmq/codec'
import { isJsonObject, type JsonObject, type JsonValue } from '../parameters/json-value.ts'

/** Arguments from JSON. */
export function readArguments(json: JsonObject): TypedTable {
  const table: Record<string, TypedValue> = Object.create(null)
  for (const [name, value] of Object.entries(json)) table[name] = readValue(value)
  return table
}

/** Arguments as JSON. What JSON has no type for, such as a timestamp, comes as the number or text in it. */
export function writeArguments(table: TypedTable): JsonObject {
  const json: Record<string, JsonValue> = Object.create(null)
  for (const [name, value] of Object.entries(table)) json[name] = writeValue(value)
  return json
}

function readValue(value: JsonValue): TypedValue {
  if (value === null) return typed('V', null)
  if (typeof value === 'boolean') return typed('t', value)
  if (typeof value === 'string') return typed('S', value)
  if (typeof value === 'number') return Number.isSafeInteger(value) ? typed('l', value) : typed('d', value)
  if (isJsonObject(value)) return typed('F', readArguments(value))
  return typed('A', (value as readonly JsonValue[]).map(readValue))
}

function writeValue({ tag, value }: TypedValue): JsonValue {
  if (tag === 'F') return writeArguments(value as TypedTable)
  if (Array.isArray(value)) return (value as readonly TypedValue[]).map(writeValue)
  if (typeof value === 'bigint') return Number(value)
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (value instanceof Uint8Array) return Buffer.from(value).toString()
  if (value === null || typeof value !== 'object') return value
  return decimalOf(value as { readonly scale: number; readonly value: number })
}

function decimalOf({ scale, value }: { readonly scale: number; readonly value: number }): number {
  return value / 10 ** scale
}
