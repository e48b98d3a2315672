/**
 * Regular expressions from users: permissions, policies, filters.
 *
 * RabbitMQ matches them with PCRE, which backtracks and can be made to take forever. Here every match takes time linear in the text:
 * patterns that are little more than literals are compared by hand, all others run on RE2's algorithm. What RE2 cannot do is refused when
 * the pattern is set, but look-aheads at the beginning, which are written to exclude names, work (`look-ahead.ts`).
 *
 * A pattern matches anywhere in the text unless it is anchored. The empty one matches everything.
 */

import { splitLookAheads } from './look-ahead.ts'
import { compileLinear } from './re2.ts'
import { compileSimple } from './simple-pattern.ts'

/** Longest pattern, in UTF-16 code units. */
export const PATTERN_LENGTH_MAX = 1024
/** Patterns kept compiled. */
const CACHE_MAX = 1000

/** A compiled regular expression. */
export interface SafePattern {
  /** The pattern as it was written. */
  readonly source: string
  /** Whether it matches somewhere in `text`, in time linear in its length. */
  test(text: string): boolean
}

/** A pattern that cannot be used; `message` says why. */
export class PatternError extends Error {
  readonly source: string

  constructor(source: string, reason: string) {
    super(`regular expression ${JSON.stringify(source)} ${reason}`)
    this.name = 'PatternError'
    this.source = source
  }
}

/** The oldest come first. */
const cache = new Map<string, SafePattern>()

/**
 * Compiles a pattern, or finds it compiled.
 *
 * @throws PatternError for one that is malformed, too long, or needs what only a backtracking engine has.
 */
export function compilePattern(source: string): SafePattern {
  const known = cache.get(source)
  if (known !== undefined) {
    // The most recently used stay longest.
    cache.delete(source)
    cache.set(source, known)
    return known
  }
  const pattern: SafePattern = { source, test: compile(source) }
  const [oldest] = cache.keys()
  if (cache.size >= CACHE_MAX && oldest !== undefined) cache.delete(oldest)
  cache.set(source, pattern)
  return pattern
}

function compile(source: string): (text: string) => boolean {
  if (source.length > PATTERN_LENGTH_MAX) {
    const shown = `${source.slice(0, 32)}…`
    throw new PatternError(shown, `is ${source.length} characters long; at most ${PATTERN_LENGTH_MAX} are taken`)
  }
  try {
    return compileSimple(source) ?? compileAlternatives(source)
  } catch (error) {
    throw error instanceof PatternError
      ? error
      : new PatternError(source, `cannot be used: ${(error as Error).message}`)
  }
}

function compileAlternatives(source: string): (text: string) => boolean {
  const alternatives = splitLookAheads(source)?.map(({ wanted, unwanted }) => {
    const yes = wanted.map(compileBranch)
    const no = unwanted.map(compileBranch)
    return (text: string) => yes.every((test) => test(text)) && !no.some((test) => test(text))
  })
  if (alternatives === undefined) return compileLinear(source)
  return (text) => alternatives.some((test) => test(text))
}

function compileBranch(source: string): (text: string) => boolean {
  return compileSimple(source) ?? compileLinear(source)
}
