/** Which messages are looked for: by text in what they carry. */

import { decodeProperties, type TypedTable, type TypedValue } from '@warrenmq/codec'
import { readRoute } from '../dead-letter/dead-letter.ts'
import type { Message } from '../queue/message.ts'

/** Bytes of a payload that are searched. */
const SEARCHED_BYTES_MAX = 1_048_576

/** A header or property, and what is to stand in it; any value for `undefined`. */
export interface WantedField {
  readonly name: string
  readonly value: string | undefined
}

/** What a message has to have; all of it. Text is looked for as it is, in any place. */
export interface MessageCriteria {
  /** In payload, routing key, headers or properties. */
  readonly text?: string | undefined
  readonly payload?: string | undefined
  readonly routingKey?: string | undefined
  readonly header?: WantedField | undefined
  /** By its name in the AMQP specification, such as `correlation_id`. */
  readonly property?: WantedField | undefined
}

/** Whether anything is asked for. */
export function isSearch(criteria: MessageCriteria): boolean {
  return Object.values(criteria).some((value) => value !== undefined)
}

/** Whether a message has all that is asked for. One that cannot be read has nothing. */
export function matchesCriteria(message: Message | undefined, criteria: MessageCriteria): boolean {
  if (message === undefined) return !isSearch(criteria)
  const { text, payload, routingKey, header, property } = criteria
  if (routingKey !== undefined && !readRoute(message).routingKey.includes(routingKey)) return false
  if (header !== undefined && !hasHeader(message, header)) return false
  if (property !== undefined && !hasProperty(message, property)) return false
  if (payload !== undefined && !hasPayload(message, payload)) return false
  return text === undefined || hasAnywhere(message, text)
}

function hasAnywhere(message: Message, text: string): boolean {
  return (
    readRoute(message).routingKey.includes(text) ||
    hasPayload(message, text) ||
    fieldsOf(message).some((each) => each.includes(text))
  )
}

function hasPayload(message: Message, text: string): boolean {
  const body = message.body()
  return Buffer.from(body.buffer, body.byteOffset, Math.min(body.length, SEARCHED_BYTES_MAX)).includes(text)
}

function hasHeader(message: Message, { name, value }: WantedField): boolean {
  const { headers } = propertiesOf(message)
  if (headers === undefined || !Object.hasOwn(headers, name)) return false
  return value === undefined || textsOf(headers[name]).some((each) => each.includes(value))
}

function hasProperty(message: Message, { name, value }: WantedField): boolean {
  const properties: Readonly<Record<string, unknown>> = propertiesOf(message)
  const key = name.replace(/_(.)/g, (_all, letter: string) => letter.toUpperCase())
  if (key === 'headers' || !Object.hasOwn(properties, key)) return false
  return value === undefined || String(properties[key]).includes(value)
}

/** All texts in headers and properties, names of headers included. */
function fieldsOf(message: Message): string[] {
  const { headers = {}, ...properties } = propertiesOf(message)
  return [...Object.values(properties).map(String), ...textsOfTable(headers)]
}

function textsOfTable(table: TypedTable): string[] {
  return Object.entries(table).flatMap(([name, value]) => [name, ...textsOf(value)])
}

/** What a value says, that of lists and tables included. */
function textsOf({ tag, value }: TypedValue): string[] {
  if (tag === 'F') return textsOfTable(value as TypedTable)
  if (Array.isArray(value)) return (value as readonly TypedValue[]).flatMap(textsOf)
  if (value instanceof Uint8Array) return [Buffer.from(value).toString()]
  return [String(value)]
}

function propertiesOf({ bytes, headerPayloadStart, headerPayloadEnd }: Message): ReturnType<typeof decodeProperties> {
  return decodeProperties(bytes, headerPayloadStart, headerPayloadEnd)
}
