/** What a request is refused with: a status and RabbitMQ's body. */

import type { JsonValue } from '../parameters/json-value.ts'

/** A refusal. Without `body` the answer has none. */
export class HttpError extends Error {
  readonly status: number
  /** Kind and reason, as `{"error": …, "reason": …}`. */
  readonly body: { readonly error: string; readonly reason: JsonValue } | undefined
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, body?: HttpError['body'], headers: Readonly<Record<string, string>> = {}) {
    super(body === undefined ? `HTTP ${status}` : `${body.error}: ${JSON.stringify(body.reason)}`)
    this.name = 'HttpError'
    this.status = status
    this.body = body
    this.headers = headers
  }
}

/** The request cannot be done as it is: its body, its parameters, or what the broker says of them. */
export function badRequest(reason: JsonValue, error = 'bad_request'): HttpError {
  return new HttpError(400, { error, reason })
}

/** The path, or what it names, is not there. */
export function objectNotFound(): HttpError {
  return new HttpError(404, { error: 'Object Not Found', reason: 'Not Found' })
}

/** What the request needs is not there. */
export function notFound(reason: string): HttpError {
  return new HttpError(404, { error: 'not_found', reason })
}

/** The user may not do it. RabbitMQ answers 401 and not 403. */
export function notAuthorised(reason: string): HttpError {
  return new HttpError(401, { error: 'not_authorised', reason })
}
