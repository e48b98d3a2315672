/** What a connection tells of. */

/** What a connection is doing. */
export type ConnectionState = 'open' | 'recovering' | 'closing' | 'closed'

/** Events of a connection. */
export interface ConnectionEvents {
  /** Every change of state. `error` is why it was left, if anything went wrong. */
  readonly state: { readonly from: ConnectionState; readonly to: ConnectionState; readonly error?: Error | undefined }
  /** The broker takes no messages at present: memory or disk runs short there. Publishers hold theirs back. */
  readonly blocked: { readonly reason: string }
  readonly unblocked: object
  /** An attempt to come back failed on all hosts. The next one follows after `delayMs`. */
  readonly attempt: { readonly number: number; readonly delayMs: number; readonly error: Error }
  /** Everything is back. */
  readonly recovered: object
  /** A queue that the broker names got another name. The old one goes on to work in methods of channels. */
  readonly queueRenamed: { readonly from: string; readonly to: string }
  /** Something could not be restored: an exchange, a queue, a binding, a consumer. The rest was. */
  readonly restoreFailed: { readonly what: string; readonly error: Error }
}
