/**
 * Errors of this package.
 */

/** What went wrong; the contract of a {@link RoutingError}. */
export type RoutingErrorCode =
  /** The exchange type refuses the binding's arguments: 406 PRECONDITION_FAILED. */
  | 'INVALID_BINDING'
  /** The exchange type refuses the exchange's arguments: 406 PRECONDITION_FAILED. */
  | 'INVALID_ARGUMENT'
  /** The default exchange's bindings follow the queues and cannot be changed: 403 ACCESS_REFUSED. */
  | 'DEFAULT_EXCHANGE'

/** A binding or exchange that cannot be made. The message is RabbitMQ's text without the name of the reply code. */
export class RoutingError extends Error {
  readonly code: RoutingErrorCode

  constructor(code: RoutingErrorCode, message: string) {
    super(message)
    this.name = 'RoutingError'
    this.code = code
  }
}
