/** What goes wrong when a broker is asked over HTTP. */

/** The closed list of codes; the code is the contract, the message is for people. `docs/errors.md` says what to do about each. */
export type ManagementErrorCode =
  | 'UNREACHABLE'
  | 'TIMEOUT'
  | 'ABORTED'
  | 'NOT_AUTHENTICATED'
  | 'ACCESS_REFUSED'
  | 'NOT_FOUND'
  | 'BAD_REQUEST'
  | 'CHECK_FAILED'
  | 'UNSUPPORTED'
  | 'SERVER_ERROR'
  | 'INVALID_RESPONSE'
  | 'UNADDRESSABLE_NAME'

/** What is known of the request that failed. */
export interface ManagementErrorDetails {
  /** `GET`, `PUT` … */
  readonly method?: string
  /** Below the base URL, percent-encoded: `/api/queues/%2F/orders`. */
  readonly path?: string
  /** HTTP status, where there was an answer. */
  readonly status?: number
  /** The broker's `reason` as text; what is not text there is JSON here. */
  readonly reason?: string
  /** The whole body of the answer, parsed where it is JSON. */
  readonly body?: unknown
  readonly cause?: unknown
}

/** A request that was not answered as asked. */
export class ManagementError extends Error {
  override readonly name = 'ManagementError'
  readonly code: ManagementErrorCode
  readonly method: string | undefined
  readonly path: string | undefined
  readonly status: number | undefined
  readonly reason: string | undefined
  readonly body: unknown

  constructor(code: ManagementErrorCode, message: string, details: ManagementErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.method = details.method
    this.path = details.path
    this.status = details.status
    this.reason = details.reason
    this.body = details.body
  }
}

/** Whether an error is a `ManagementError`, of this package or another copy of it, with one of these codes, if any are given. */
export function isManagementError(error: unknown, ...codes: readonly ManagementErrorCode[]): error is ManagementError {
  if (!(error instanceof Error) || error.name !== 'ManagementError') return false
  return codes.length === 0 || codes.includes((error as ManagementError).code)
}
