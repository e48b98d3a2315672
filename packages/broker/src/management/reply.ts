/** What a request is answered with when it succeeded. */

import type { JsonValue } from '../parameters/json-value.ts'
import type { EventStream } from './streams/event-stream.ts'

/** An answer. Without `value` and `json` it has no body. */
export interface Reply {
  readonly status: number
  /** What is shown, cut to the columns that the request asks for. */
  readonly value?: JsonValue
  /** The same, as text, where it is put together piece by piece. */
  readonly json?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sends Server-Sent Events instead of a body, from now on until the stream ends. */
  readonly stream?: (stream: EventStream) => void
}

export const CREATED: Reply = { status: 201 }
export const NO_CONTENT: Reply = { status: 204 }

/** An answer of Server-Sent Events. */
export function streaming(stream: (stream: EventStream) => void): Reply {
  return { status: 200, stream }
}

/** An answer with a value. */
export function ok(value: JsonValue, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status: 200, value, headers }
}
