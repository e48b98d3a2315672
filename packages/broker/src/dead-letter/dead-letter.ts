/** Makes of a message that died the one that goes to the dead-letter exchange. Both hold the same body. */

import {
  CodecError,
  type FieldTable,
  FRAME_END,
  FrameType,
  PropertyFlag,
  readHeaders,
  readShortstrProperty,
  type TypedTable,
  type TypedValue,
  withHeaders,
  withProperties,
} from '@warrenmq/codec'
import { concatBytes } from '../memory/allocate.ts'
import { LETTER_SIZE, LETTER_START, workingMemory } from '../memory/working-memory.ts'
import type { Message } from '../queue/message.ts'
import type { Queue } from '../queue/queue.ts'
import { addDeath, type Death } from './deaths.ts'

/** Where and why a message died, and where it is to go. */
export interface DeadLetterRequest {
  readonly queue: string
  readonly reason: string
  readonly timeSeconds: number
  readonly exchange: string
  /** Replaces the message's own routing keys. */
  readonly routingKey: string | undefined
}

/** What routing needs to know of a dead letter. */
export interface DeadLetter {
  readonly routingKeys: readonly string[]
  /** Its header `x-death`. */
  readonly deaths: readonly TypedValue[]
  /** Where messages went that have the same exchange and keys; `undefined` when nobody remembers that. */
  readonly memo?: RouteMemo
}

/** Queues that a route led to. */
export interface RouteMemo {
  /** `undefined` when they must be found for each message. */
  queues: readonly Queue[] | undefined
  /** Topology version that it holds for. */
  version: number
}

/** Longest short string, in bytes. */
const SHORT_STRING_MAX = 255

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** Points `into` at the dead letter of `message`, valid until the next one. */
export function createDeadLetter(message: Message, request: DeadLetterRequest, into: Message): DeadLetter {
  const { bytes, headerPayloadStart: start, headerPayloadEnd: end } = message
  const headers = readHeaders(bytes, start, end)
  const { exchange, routingKey } = readRoute(message)
  const ownKeys = [routingKey, ...readCarbonCopies(headers)]
  const routingKeys = request.routingKey === undefined ? ownKeys : [request.routingKey]
  const death: Death = {
    queue: request.queue,
    reason: request.reason,
    exchange,
    routingKeys: ownKeys,
    expiration: readShortstrProperty(bytes, start, end, PropertyFlag.expiration),
    timeSeconds: request.timeSeconds,
  }
  const { payload, deaths } = changeHeader(message, headers, death, request.routingKey !== undefined)
  const parts = [
    encodeName(request.exchange),
    encodeName(routingKeys[0]),
    // The bits of the publish method and its frame end.
    Uint8Array.of(0, FRAME_END),
    headerFrameStart(payload.length),
    payload,
    Uint8Array.of(FRAME_END),
    bytes.subarray(message.bodyStart, message.end),
  ]
  place(parts, parts[0].length + parts[1].length, into)
  return { routingKeys, deaths }
}

function changeHeader(
  message: Message,
  headers: TypedTable | undefined,
  death: Death,
  dropCarbonCopies: boolean,
): { readonly payload: Uint8Array; readonly deaths: readonly TypedValue[] } {
  const { bytes, headerPayloadStart: start, headerPayloadEnd: end } = message
  const changes: Record<string, FieldTable[string]> = {
    'x-last-death-exchange': death.exchange,
    'x-last-death-queue': death.queue,
    'x-last-death-reason': death.reason,
  }
  const before = headers?.['x-death']
  if (before === undefined) {
    changes['x-first-death-exchange'] = death.exchange
    changes['x-first-death-queue'] = death.queue
    changes['x-first-death-reason'] = death.reason
  }
  if (dropCarbonCopies && headers?.CC !== undefined) changes.CC = undefined
  const withDeaths = (deaths: readonly TypedValue[]) => {
    const payload = withHeaders(bytes, start, end, { ...changes, 'x-death': deaths })
    const hasExpiration = (message.propertyFlags & PropertyFlag.expiration) !== 0
    return {
      deaths,
      payload: hasExpiration ? withProperties(payload, 0, payload.length, { expiration: undefined }) : payload,
    }
  }
  const continued = before?.tag === 'A' ? (before.value as readonly TypedValue[]) : undefined
  try {
    return withDeaths(addDeath(continued, death))
  } catch (error) {
    // What a client sent cannot be written again, such as a long name that is no UTF-8.
    if (!(error instanceof CodecError)) throw error
    return withDeaths(addDeath(undefined, death))
  }
}

/** What the message was published to. */
export function readRoute({ bytes, routeStart, routeEnd }: Message): { exchange: string; routingKey: string } {
  const keyStart = routeStart + 1 + bytes[routeStart]
  return {
    exchange: decoder.decode(bytes.subarray(routeStart + 1, keyStart)),
    routingKey: decoder.decode(bytes.subarray(keyStart + 1, routeEnd)),
  }
}

/** Routing keys of the header `CC`. */
function readCarbonCopies(headers: TypedTable | undefined): string[] {
  const copies = headers?.CC
  if (copies?.tag !== 'A') return []
  const keys: string[] = []
  for (const { tag, value } of copies.value as readonly TypedValue[]) {
    if (tag === 'S' && typeof value === 'string') keys.push(value)
  }
  return keys
}

const nameBytes = new Uint8Array(1 + SHORT_STRING_MAX)
const nameRoom = nameBytes.subarray(1)

/** A short string. A routing key comes from an argument that may be longer than one; whole characters of it are kept. */
export function encodeName(name: string): Uint8Array {
  nameBytes[0] = encoder.encodeInto(name, nameRoom).written
  return nameBytes.slice(0, 1 + nameBytes[0])
}

function headerFrameStart(size: number): Uint8Array {
  return Uint8Array.of(FrameType.header, 0, 0, size >>> 24, size >>> 16, size >>> 8, size)
}

/** Puts the parts together and points `into` at them: in the working memory, until the next dead letter, or in bytes of their own. */
function place(parts: readonly Uint8Array[], routeLength: number, into: Message): void {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const isShort = length <= LETTER_SIZE
  if (isShort) {
    let at = LETTER_START
    for (const part of parts) {
      workingMemory.set(part, at)
      at += part.length
    }
    into.point(workingMemory, LETTER_START, LETTER_START + routeLength, at)
  } else {
    into.point(concatBytes(...parts), 0, routeLength, length)
  }
  into.owned = !isShort
  into.position = -1
}
