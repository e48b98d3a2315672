/** Regular expressions in bodies. */

import { compilePermission } from '../../access/permissions.ts'
import { PatternError } from '../../pattern/safe-pattern.ts'
import { badRequest } from '../http-error.ts'

/** @throws HttpError 400 invalid_regexp */
export function assertPatterns(patterns: readonly string[]): void {
  for (const pattern of patterns) {
    try {
      compilePermission(pattern)
    } catch (error) {
      if (error instanceof PatternError) throw badRequest(['invalid_regexp', pattern, error.message])
      throw error
    }
  }
}
