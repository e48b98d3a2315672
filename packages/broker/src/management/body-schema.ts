/**
 * What the body of a request may hold: JSON schemas, as far as they are needed here, the types that follow from them, and the reading of a
 * body by one, with RabbitMQ's refusals.
 */

import { isJsonObject, type JsonObject, type JsonValue } from '../parameters/json-value.ts'
import { badRequest } from './http-error.ts'

/** Line length at which Erlang breaks a term. */
const LINE_LENGTH = 80

/** One field. */
export interface FieldSchema {
  /** `any` takes whatever JSON can say. */
  readonly type: 'boolean' | 'integer' | 'string' | 'object' | 'array' | 'any'
  readonly description?: string
  readonly enum?: readonly string[]
  readonly default?: JsonValue
}

/** The fields of a body. Others are ignored. */
export interface BodySchema {
  readonly required?: readonly string[]
  readonly properties: Readonly<Record<string, FieldSchema>>
}

interface FieldTypes {
  readonly boolean: boolean
  readonly integer: number
  readonly string: string
  readonly object: JsonObject
  readonly array: readonly JsonValue[]
  readonly any: JsonValue
}

/** What {@link readBody} makes of a body: required fields are there, others may be. */
export type BodyOf<Schema extends BodySchema> = {
  readonly [Name in keyof Schema['properties']]:
    | FieldTypes[Schema['properties'][Name]['type']]
    | (Name extends NonNullable<Schema['required']>[number] ? never : undefined)
}

/**
 * Parses a body that has to be a JSON object. None at all is an empty one.
 *
 * @throws HttpError 400 not_json
 */
export function parseBody(bytes: Uint8Array | undefined): JsonObject {
  const text = bytes === undefined ? '' : decodeUtf8(bytes)
  // What some clients send for nothing.
  if (text === '' || text === 'null' || text === 'undefined') return {}
  let value: JsonValue
  try {
    value = JSON.parse(text)
  } catch {
    throw badRequest('not_json')
  }
  if (typeof value === 'string') {
    throw badRequest('invalid payload: the request body JSON-decoded to a string. Is the input doubly-JSON-encoded?')
  }
  if (!isJsonObject(value)) throw badRequest('not_json')
  return value
}

const UTF8 = new TextDecoder('utf-8', { fatal: true })

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes)
  } catch {
    throw badRequest('not_json')
  }
}

/**
 * The fields of a body that the schema names. Booleans and integers may be written as strings, and an object without fields as an empty list.
 *
 * @throws HttpError 400 with the missing keys, or the field that has another type.
 */
export function readBody<Schema extends BodySchema>(schema: Schema, body: JsonObject): BodyOf<Schema> {
  const missing = (schema.required ?? []).filter((name) => !Object.hasOwn(body, name))
  if (missing.length > 0) throw badRequest(describeMissing(missing))
  const read: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(schema.properties)) {
    if (Object.hasOwn(body, name)) read[name] = readField(name, field, body[name])
  }
  return read as BodyOf<Schema>
}

function readField(name: string, { type }: FieldSchema, value: JsonValue): JsonValue {
  switch (type) {
    case 'boolean':
      return readBoolean(value)
    case 'integer':
      return readInteger(name, value)
    case 'string':
      if (typeof value !== 'string') throw badRequest(['not_string', name])
      return value
    case 'object':
      return readObject(name, value)
    case 'array':
      if (!Array.isArray(value)) throw badRequest(['not_a_list', name])
      return value
    case 'any':
      return value
  }
}

function readObject(name: string, value: JsonValue): JsonObject {
  if (isJsonObject(value)) return value
  if (Array.isArray(value) && value.length === 0) return {}
  throw badRequest(['not_an_object', name])
}

/** Reads yes or no, also as a text. @throws HttpError 400 not_boolean */
export function readBoolean(value: JsonValue): boolean {
  if (value === true || value === 'true') return true
  if (value === false || value === 'false') return false
  throw badRequest(['not_boolean', value])
}

function readInteger(name: string, value: JsonValue): number {
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value
  if (typeof number === 'number' && Number.isSafeInteger(number)) return number
  throw badRequest(['not_integer', name])
}

/** A list of tuples, as Erlang prints it: one a line when they do not fit in one. */
function describeMissing(names: readonly string[]): string {
  const tuples = names.map((name) => `{key_missing,${atom(name)}}`)
  const flat = `[${tuples.join(',')}]`
  return flat.length <= LINE_LENGTH ? flat : `[${tuples.join(',\n ')}]`
}

/** A key as Erlang prints it as an atom. */
function atom(name: string): string {
  return /^[a-z][A-Za-z0-9_@]*$/.test(name) ? name : `'${name}'`
}
