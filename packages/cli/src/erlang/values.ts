/** Values that rabbitmqctl prints as Erlang terms, and how each looks in its formats. */

/** A table of AMQP: arguments, client properties. By name, as RabbitMQ keeps arguments. */
export class AmqpTable {
  readonly entries: Readonly<Record<string, unknown>>

  constructor(entries: Readonly<Record<string, unknown>> = {}) {
    this.entries = Object.fromEntries(Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1)))
  }
}

/** `{0,9,1}` in text, a list in JSON. */
export class Tuple {
  readonly items: readonly number[]

  constructor(items: readonly number[]) {
    this.items = items
  }
}

/** `[{"x-max-length",5},{"x-queue-type","classic"}]`. */
export function tableText(entries: Readonly<Record<string, unknown>>): string {
  return `[${Object.entries(entries)
    .map(([name, value]) => `{${quote(name)},${valueText(value)}}`)
    .join(',')}]`
}

function valueText(value: unknown): string {
  if (typeof value === 'string') return quote(value)
  if (Array.isArray(value)) return `[${value.map(valueText).join(',')}]`
  if (typeof value === 'object' && value !== null) return tableText(value as Record<string, unknown>)
  return value === null ? 'undefined' : String(value)
}

function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

/**
 * `[["x-max-length","long",5]]`: name, type, value.
 *
 * The HTTP API has no types: they are those that a broker gives to what arrives as JSON. So a whole number is always `long`.
 */
export function tableTriples(entries: Readonly<Record<string, unknown>>): unknown[] {
  return Object.entries(entries).map(([name, value]) => [name, ...typed(value)])
}

function typed(value: unknown): readonly [type: string, value: unknown] {
  if (typeof value === 'string') return ['longstr', value]
  if (typeof value === 'boolean') return ['bool', value]
  if (typeof value === 'number') return [Number.isInteger(value) ? 'long' : 'double', value]
  if (Array.isArray(value)) return ['array', value.map(typed)]
  if (typeof value === 'object' && value !== null) return ['table', tableTriples(value as Record<string, unknown>)]
  return ['void', null]
}
