/** What an operator asked of users, vhosts or permissions that cannot be done. */

/**
 * - `NOT_FOUND`: a user, vhost or connection of that name does not exist.
 * - `INVALID`: a name, tag, hash or regular expression that cannot be used.
 * - `NOT_DURABLE`: the change is in force, but could not be written to disk, and may be lost when the broker ends.
 */
export type AdministrationErrorCode = 'NOT_FOUND' | 'INVALID' | 'NOT_DURABLE'

/** A refusal of an administrative change; nothing was changed, unless it says so. */
export class AdministrationError extends Error {
  readonly code: AdministrationErrorCode

  constructor(code: AdministrationErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'AdministrationError'
    this.code = code
  }
}
