/** The parameters of requests about messages in a queue. */

import type { WantedState } from '../messages/find-messages.ts'
import type { MessageCriteria, WantedField } from '../messages/message-search.ts'
import type { JsonObject } from '../parameters/json-value.ts'
import { badRequest } from './http-error.ts'
import type { PayloadView } from './views/message.ts'

/** Most messages in one answer. */
export const COUNT_MAX = 1000
const COUNT_DEFAULT = 100
/** Bytes of each payload that a list shows. */
const TRUNCATE_DEFAULT = 50_000
/** Longest text that is looked for, in UTF-16 code units. */
const TEXT_MAX = 1000

/** Parameters that say which messages are meant. */
export const SEARCH_QUERY: readonly string[] = ['search', 'payload', 'routing_key', 'header', 'property']
/** Parameters that say how they are shown. */
export const VIEW_QUERY: readonly string[] = ['encoding', 'truncate']

/** @throws HttpError 400 */
export function parseCriteria(query: URLSearchParams): MessageCriteria {
  const text = (name: string) => checkText(name, query.get(name) ?? undefined)
  return {
    text: text('search'),
    payload: text('payload'),
    routingKey: text('routing_key'),
    header: parseField(text('header')),
    property: parseField(text('property')),
  }
}

const CRITERIA: readonly string[] = ['text', 'payload', 'routing_key', 'header', 'property']

/** The same, from a body. @throws HttpError 400 */
export function readCriteria(search: JsonObject): MessageCriteria {
  const unknown = Object.keys(search).find((name) => !CRITERIA.includes(name))
  if (unknown !== undefined) throw badRequest(`search has no '${unknown}'; it may have ${CRITERIA.join(', ')}`)
  const text = (name: string) => {
    const value = Object.hasOwn(search, name) ? search[name] : undefined
    if (value !== undefined && typeof value !== 'string') throw badRequest(['not_string', name])
    return checkText(name, value)
  }
  return {
    text: text('text'),
    payload: text('payload'),
    routingKey: text('routing_key'),
    header: parseField(text('header')),
    property: parseField(text('property')),
  }
}

/** Checks a text to be looked for. Without any it means nothing. @throws HttpError 400 */
export function checkText(name: string, text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined
  if (text.length > TEXT_MAX) throw badRequest(`${name} is longer than ${TEXT_MAX} characters`)
  return text
}

/** Reads `name` or `name=value`. */
export function parseField(text: string | undefined): WantedField | undefined {
  if (text === undefined) return undefined
  const equals = text.indexOf('=')
  return equals === -1
    ? { name: text, value: undefined }
    : { name: text.slice(0, equals), value: text.slice(equals + 1) }
}

/** @throws HttpError 400 */
export function parseState(text: string | null): WantedState {
  if (text === null || text === '' || text === 'ready') return 'ready'
  if (text === 'unacked' || text === 'all') return text
  throw badRequest(`state is '${text}'; it may be ready, unacked or all`)
}

/** @throws HttpError 400 */
export function parseCount(query: URLSearchParams): number {
  return parseNumber(query, 'count', 1, COUNT_MAX) ?? COUNT_DEFAULT
}

/** The sequence number that messages are wanted behind. @throws HttpError 400 */
export function parseAfter(query: URLSearchParams): number {
  return parseNumber(query, 'after', -1, Number.MAX_SAFE_INTEGER) ?? -1
}

/** @throws HttpError 400 */
export function parsePayloadView(
  query: URLSearchParams,
  truncateDefault: number | undefined = TRUNCATE_DEFAULT,
): PayloadView {
  const encoding = query.get('encoding') ?? 'auto'
  if (encoding !== 'auto' && encoding !== 'base64')
    throw badRequest(`Unsupported encoding ${encoding}. Please use auto or base64.`)
  const truncate = parseNumber(query, 'truncate', 0, Number.MAX_SAFE_INTEGER) ?? truncateDefault
  return { encoding, truncate }
}

/** A whole number; `undefined` where there is none. @throws HttpError 400 */
export function parseNumber(query: URLSearchParams, name: string, min: number, max: number): number | undefined {
  const text = query.get(name)
  if (text === null || text === '') return undefined
  const number = /^-?\d+$/.test(text) ? Number(text) : Number.NaN
  if (number >= min && number <= max) return number
  throw badRequest(`${name} is '${text}'; it may be a whole number from ${min} to ${max}`)
}
