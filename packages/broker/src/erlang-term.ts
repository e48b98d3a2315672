/**
 * Bytes and terms as RabbitMQ prints them in its reply texts, which are Erlang's `~p`.
 */

/** Line length at which Erlang breaks a term. */
const LINE_LENGTH = 80

/** `<<0,50>>`, or `<<"xx">>` when every byte is printable. */
export function formatBinary(bytes: Uint8Array): string {
  if (bytes.length === 0) return '<<>>'
  if (bytes.every(isPrintable)) {
    const text = Buffer.from(bytes).toString('latin1').replaceAll(/["\\]/g, '\\$&')
    return `<<"${escapeControls(text)}">>`
  }
  return `<<${bytes.join(',')}>>`
}

/** A tuple behind `before`, with a break behind its first element when the line would grow too long. */
export function formatTuple(before: string, elements: readonly (string | number)[]): string {
  const [first, ...rest] = elements
  const flat = `{${elements.join(',')}}`
  const column = before.length - (before.lastIndexOf('\n') + 1)
  if (column + flat.length <= LINE_LENGTH) return flat
  const indent = ' '.repeat(column + 1)
  return `{${first},\n${rest.map((element) => indent + element).join(',\n')}}`
}

function isPrintable(byte: number): boolean {
  return (byte >= 32 && byte <= 126) || byte >= 160 || (byte >= 8 && byte <= 13) || byte === 27
}

function escapeControls(text: string): string {
  const names: Record<string, string> = { '\b': '\\b', '\t': '\\t', '\n': '\\n', '\v': '\\v', '\f': '\\f', '\r': '\\r' }
  return text.replaceAll(/[\b\t\n\v\f\r]/g, (letter) => names[letter]).replaceAll('\x1b', '\\e')
}
