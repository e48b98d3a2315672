/**
 * Patterns that are little more than literals, as most permissions and policies are: `.*`, `^$`, `orders`, `^amq\.`, `^(a|b)$`,
 * `^tenant-1\..*`. They are compared without a regular expression.
 */

/** `^`? literals `.*`? `$`?, with one literal or several between brackets. */
const SHAPE = /^(?<start>\^?)(?:\((?:\?:)?(?<group>[^()]*)\)|(?<single>[^()]*?))(?<rest>(?:\.\*)?)(?<end>\$?)$/
/** Characters that stand for themselves. */
const PLAIN = /^[^\\^$.|?*+()[\]{}\n\r]$/u
/** Characters that stand for themselves behind a backslash. */
const ESCAPED = /^[^A-Za-z0-9\n\r]$/

/** Compiles a pattern of that kind; `undefined` for any other. */
export function compileSimple(source: string): ((text: string) => boolean) | undefined {
  const { start, group, single = '', rest, end } = SHAPE.exec(source)?.groups ?? {}
  const written = group === undefined ? [single] : group.split('|')
  const literals = written.map(readLiteral)
  if (start === undefined || !literals.every((literal) => literal !== undefined)) return undefined
  const tests = literals.map((literal) => compileLiteral(literal, start !== '', rest !== '', end !== ''))
  const [first] = tests
  return tests.length === 1 ? first : (text) => tests.some((test) => test(text))
}

/** `literal`, from the beginning or anywhere, up to the end or not. */
function compileLiteral(
  literal: string,
  fromStart: boolean,
  anythingBehind: boolean,
  toEnd: boolean,
): (text: string) => boolean {
  if (!toEnd || (anythingBehind && !fromStart && literal === '')) {
    // What may follow, or nothing, is always there. `.*$` alone matches at the end of any text.
    if (literal === '') return () => true
    return fromStart ? (text) => text.startsWith(literal) : (text) => text.includes(literal)
  }
  if (!anythingBehind) return fromStart ? (text) => text === literal : (text) => text.endsWith(literal)
  // The dot is any character but a line feed.
  if (fromStart) return (text) => text.startsWith(literal) && !text.includes('\n', literal.length)
  return (text) => {
    const at = text.lastIndexOf(literal)
    return at >= 0 && !text.includes('\n', at + literal.length)
  }
}

/** The text that a pattern without operators stands for; `undefined` when it has one. */
function readLiteral(written: string): string | undefined {
  let literal = ''
  const characters = [...written]
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i]
    if (character === '\\') {
      const escaped = characters[++i]
      if (escaped === undefined || !ESCAPED.test(escaped)) return undefined
      literal += escaped
    } else if (PLAIN.test(character)) literal += character
    else return undefined
  }
  return literal
}
