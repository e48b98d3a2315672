/** Turns an HTTP answer into its body, or into the error that it means. */

import { ManagementError, type ManagementErrorCode } from './errors.ts'

/** The parsed body; `undefined` when there is none. @throws ManagementError for every status but 2xx, and for what is no JSON. */
export async function readAnswer(response: Response, method: string, path: string): Promise<unknown> {
  const text = await response.text()
  const parsed = parseJson(text)
  const { status } = response
  if (!response.ok) throw refusal(status, parsed.ok ? parsed.value : text, method, path)
  if (parsed.ok) return parsed.value
  if (text === '') return undefined
  throw new ManagementError(
    'INVALID_RESPONSE',
    `${method} ${path} was answered with what is no JSON: is this the HTTP API?`,
    {
      method,
      path,
      status,
      body: text.slice(0, 200),
    },
  )
}

function parseJson(text: string): { readonly ok: true; readonly value: unknown } | { readonly ok: false } {
  try {
    return { ok: true, value: JSON.parse(text) }
  } catch {
    return { ok: false }
  }
}

function refusal(status: number, body: unknown, method: string, path: string): ManagementError {
  const reason = reasonOf(body)
  // RabbitMQ's body of a 404 says nothing about what is missing; the path does.
  const says = reason === undefined || reason === 'Not Found' ? `${method} ${path} was answered with ${status}` : reason
  return new ManagementError(codeOf(status, body), says, {
    method,
    path,
    status,
    body,
    ...(reason ? { reason } : {}),
  })
}

function codeOf(status: number, body: unknown): ManagementErrorCode {
  switch (status) {
    case 400:
    case 409:
      return 'BAD_REQUEST'
    case 401:
    case 403:
      return isAuthenticated(body) ? 'ACCESS_REFUSED' : 'NOT_AUTHENTICATED'
    case 404:
      return 'NOT_FOUND'
    case 405:
    case 406:
    case 415:
    case 501:
      return 'UNSUPPORTED'
    case 503:
      return isRecord(body) && body.status === 'failed' ? 'CHECK_FAILED' : 'SERVER_ERROR'
    default:
      return status >= 500 ? 'SERVER_ERROR' : 'INVALID_RESPONSE'
  }
}

/** RabbitMQ answers 401 for both; wrong credentials are `not_authorized` with a z or no body, missing rights `not_authorised`. */
function isAuthenticated(body: unknown): boolean {
  return isRecord(body) && body.error === 'not_authorised'
}

/** The text that tells why, without line breaks at its end. */
function reasonOf(body: unknown): string | undefined {
  if (!isRecord(body)) return undefined
  const { reason = body.error } = body
  if (reason === undefined || reason === null) return undefined
  return typeof reason === 'string' ? unescapeHtml(reason).trimEnd() : JSON.stringify(withTexts(reason))
}

/** RabbitMQ escapes what it quotes, for pages that show it. */
function unescapeHtml(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&')
}

/** Erlang's strings are lists of characters, and some reasons carry them so: `[40]` for `(`. */
function withTexts(value: unknown): unknown {
  if (!Array.isArray(value)) return value
  const isText = value.length > 0 && value.every((item) => Number.isInteger(item) && item >= 32 && item < 127)
  return isText ? String.fromCharCode(...value) : value.map(withTexts)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
