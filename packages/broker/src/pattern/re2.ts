/**
 * RE2's matching, from the package re2js. It is loaded with the first pattern that needs it, as that takes some milliseconds and most
 * brokers have none.
 */

import { createRequire } from 'node:module'
import type * as Re2js from 're2js'

/** Largest program, in instructions. A match takes at most this many steps for each character. */
const PROGRAM_SIZE_MAX = 1500

let re2js: typeof Re2js | undefined

/**
 * Compiles a pattern that matches in linear time.
 *
 * @throws Error for one that is malformed, too large, or not in RE2's language.
 */
export function compileLinear(source: string): (text: string) => boolean {
  // Patterns are compiled where nothing can wait, so it is required, not imported.
  re2js ??= createRequire(import.meta.url)('re2js') as typeof Re2js
  const pattern = re2js.RE2JS.compile(source)
  const size = pattern.programSize()
  if (size > PROGRAM_SIZE_MAX) throw new Error(`it is too large: ${size} steps, at most ${PROGRAM_SIZE_MAX} are taken`)
  return (text) => pattern.test(text)
}
