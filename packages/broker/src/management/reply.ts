/** What a request is answered with when it succeeded. */

import type { JsonValue } from '../parameters/json-value.ts'

/** An answer. Its body is JSON as text, or there is none. */
export interface Reply {
  readonly status: number
  readonly json?: string
  readonly headers?: Readonly<Record<string, string>>
}

export const CREATED: Reply = { status: 201 }
export const NO_CONTENT: Reply = { status: 204 }

/** An answer with a value. */
export function ok(value: JsonValue | object, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status: 200, json: JSON.stringify(value), headers }
}
