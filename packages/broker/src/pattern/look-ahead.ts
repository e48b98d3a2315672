/**
 * Look-aheads at the beginning of a pattern: `^(?!amq\.).*` is "matches `^.*` and does not match `^(?:amq\.)`".
 *
 * RE2 has no look-aheads. Those that stand right behind `^` can be taken apart into several patterns that all start there; elsewhere they
 * cannot, and RE2 refuses them.
 */

/** One alternative of a pattern: matches when all of `wanted` match and none of `unwanted` does. */
export interface Conjunction {
  readonly wanted: readonly string[]
  readonly unwanted: readonly string[]
}

/** Takes a pattern apart, alternative by alternative; `undefined` for one without look-aheads. */
export function splitLookAheads(source: string): Conjunction[] | undefined {
  if (!source.includes('(?!') && !source.includes('(?=')) return undefined
  return topLevelAlternatives(source).map(splitAlternative)
}

function splitAlternative(source: string): Conjunction {
  const wanted: string[] = []
  const unwanted: string[] = []
  let rest = source
  while (rest.startsWith('^(?!') || rest.startsWith('^(?=')) {
    const end = closingBracket(rest, 1)
    const inside = `^(?:${rest.slice(4, end)})`
    // A quantifier behind a look-ahead makes no sense that could be kept.
    if (/^[*+?{]/.test(rest.slice(end + 1))) throw new Error('a look-ahead cannot be repeated')
    if (rest[3] === '!') unwanted.push(inside)
    else wanted.push(inside)
    rest = `^${rest.slice(end + 1)}`
  }
  if (/\(\?[!=]/.test(rest)) throw new Error('look-aheads are supported right behind ^ only')
  return { wanted: [...wanted, rest], unwanted }
}

function topLevelAlternatives(source: string): string[] {
  const alternatives: string[] = []
  let from = 0
  walk(source, 0, (i, depth) => {
    if (source[i] === '|' && depth === 0) {
      alternatives.push(source.slice(from, i))
      from = i + 1
    }
    return false
  })
  return [...alternatives, source.slice(from)]
}

/** Offset of the bracket that closes the one at `open`. */
function closingBracket(source: string, open: number): number {
  const end = walk(source, open, (i, depth) => source[i] === ')' && depth === 0)
  if (end === -1) throw new Error('missing )')
  return end
}

/** Visits the characters that are operators, with the depth of brackets behind them, until `visit` says so; returns where, or -1. */
function walk(source: string, start: number, visit: (offset: number, depth: number) => boolean): number {
  let depth = 0
  for (let i = start; i < source.length; i++) {
    const character = source[i]
    if (character === '\\') {
      if (source[i + 1] === 'Q') throw new Error('\\Q and look-aheads cannot be combined')
      i++
    } else if (character === '[') i = classEnd(source, i)
    else {
      if (character === '(') depth++
      if (character === ')') depth--
      if (visit(i, depth)) return i
    }
  }
  return -1
}

/** Offset of the bracket that ends the character class at `open`. */
function classEnd(source: string, open: number): number {
  let i = source[open + 1] === '^' ? open + 2 : open + 1
  // A bracket that comes first is a member.
  if (source[i] === ']') i++
  for (; i < source.length; i++) {
    if (source[i] === '\\') i++
    else if (source.startsWith('[:', i)) i = Math.max(i, source.indexOf(':]', i) + 1)
    else if (source[i] === ']') return i
  }
  throw new Error('missing ]')
}
