/** Rights of a user in a vhost, as regular expressions on names. */

import { compilePattern, PatternError, type SafePattern } from '../pattern/safe-pattern.ts'
import { AdministrationError } from './access-error.ts'

/** What a right is asked for. */
export type Right = 'configure' | 'write' | 'read'

/** Regular expressions on names of queues and exchanges, matched anywhere; the empty one matches no name. */
export interface Permissions {
  readonly configure: string
  readonly write: string
  readonly read: string
}

/** Regular expressions on routing keys of one topic exchange; `{username}` and `{vhost}` in them stand for the names. */
export interface TopicPermissions {
  readonly exchange: string
  readonly write: string
  readonly read: string
}

export const ALL_PERMISSIONS: Permissions = { configure: '.*', write: '.*', read: '.*' }

/** Compiles a permission's regular expression. RabbitMQ reads the empty one as `^$`. */
export function compilePermission(source: string): SafePattern {
  return compilePattern(source === '' ? '^$' : source)
}

/** @throws AdministrationError INVALID for a regular expression that cannot be used. */
export function assertPermission(source: string): void {
  try {
    compilePermission(source)
  } catch (error) {
    if (error instanceof PatternError) throw new AdministrationError('INVALID', error.message, { cause: error })
    throw error
  }
}
