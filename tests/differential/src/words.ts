/**
 * What a broker sent, in words that are the same for both brokers when the meaning is the same.
 *
 * Names and times that a broker makes up are replaced: generated names by their number in the order of appearance, times by `<time>`.
 * Everything else stays as it came, types of header values included.
 */

import { type DecodedProperties, type Method, methodName, type TypedTable, TypedValue } from '@warrenmq/codec'

/** A method that came, with its message if it carries one. */
export interface Item {
  readonly method: Method
  readonly properties?: DecodedProperties
  readonly body?: Buffer
}

const GENERATED = /amq\.(gen|ctag)-[\w-]{22}/g
const REPLY_TOKEN = /amq\.rabbitmq\.reply-to\.[\w+/=.-]+/g
const ADDRESS = /127\.0\.0\.1:\d+/g
/** Headers of the row `last-death` of docs/deviations.md. They never stand first: `x-death` is there, too. */
const LAST_DEATH = /, x-last-death-(exchange|queue|reason):S "[^"]*"/g
/** Headers of the row `delivery-count`, by which a message of a quorum queue has headers or not. */
const DELIVERY_COUNTS = /(?:, )?x-(?:acquired|delivery)-count:l \d+/g
const BODY_SHOWN_MAX = 60

/** Replaces what differs between two runs of the same steps. One for each run. */
export class Normaliser {
  readonly #vhost: string
  readonly #accepted: ReadonlySet<string>
  readonly #names = new Map<string, string>()

  /**
   * @param vhost - shown as `/`
   * @param accepted - names of deviations that are not to show
   */
  constructor(vhost: string, accepted: Iterable<string>) {
    this.#vhost = vhost
    this.#accepted = new Set(accepted)
  }

  text(text: string): string {
    return this.#withoutAccepted(text)
      .replaceAll(`'${this.#vhost}'`, "'/'")
      .replace(GENERATED, (name, kind) => this.#numbered(name, `amq.${kind}-`))
      .replace(REPLY_TOKEN, (name) => this.#numbered(name, 'amq.rabbitmq.reply-to.'))
      .replace(ADDRESS, '<address>')
  }

  #withoutAccepted(text: string): string {
    let shown = text
    if (this.#accepted.has('last-death')) shown = shown.replace(LAST_DEATH, '')
    if (!this.#accepted.has('delivery-count')) return shown
    return shown
      .replace(DELIVERY_COUNTS, '')
      .replace('headers={, ', 'headers={')
      .replace(/ ?headers=\{\}/, '')
  }

  #numbered(name: string, prefix: string): string {
    let known = this.#names.get(name)
    if (known === undefined) {
      const before = [...this.#names.values()].filter((other) => other.startsWith(prefix)).length
      known = `${prefix}#${before + 1}`
      this.#names.set(name, known)
    }
    return known
  }
}

/** A method with its arguments: a close as `404 NOT_FOUND - … [queue.declare]`. */
export function methodInWords({ name, args }: Method): string {
  if (name === 'channel.close' || name === 'connection.close') {
    const { replyCode, replyText, classId, methodId } = args
    const blamed = methodName(((classId << 16) | methodId) >>> 0) ?? `${classId}.${methodId}`
    return `${name} ${replyCode} ${replyText} [${blamed}]`
  }
  const fields = Object.entries(args).map(([field, value]) => `${field}=${valueInWords(value)}`)
  return [name, ...fields].join(' ')
}

/** Properties in the order of the specification, and the body. */
export function contentInWords({ properties, body }: Item): string {
  const { headers, ...others } = properties ?? {}
  const fields = Object.entries(others).map(([field, value]) => `${field}=${valueInWords(value)}`)
  if (headers !== undefined) fields.push(`headers=${tableInWords(headers)}`)
  return [...fields, bodyInWords(body ?? Buffer.alloc(0))].join(' ')
}

/** A whole item. */
export function itemInWords(item: Item): string {
  const words = methodInWords(item.method)
  return item.body === undefined ? words : `${words} | ${contentInWords(item)}`
}

function bodyInWords(body: Buffer): string {
  const text = JSON.stringify(body.toString('latin1', 0, BODY_SHOWN_MAX))
  return body.length > BODY_SHOWN_MAX ? `${text}… (${body.length} bytes)` : text
}

/** With the tag of each value. Names are sorted: their order says nothing. */
function tableInWords(table: TypedTable): string {
  const names = Object.keys(table).sort()
  return `{${names.map((name) => `${name}:${name === 'time' ? timeInWords(table[name]) : valueInWords(table[name])}`).join(', ')}}`
}

/** When something happened, which is never the same twice: in `x-death`. */
function timeInWords(value: TypedValue): string {
  return value.tag === 'T' ? 'T <time>' : valueInWords(value)
}

/** Any value, types of table values included. */
export function valueInWords(value: unknown): string {
  if (value instanceof TypedValue) return `${value.tag} ${valueInWords(value.value)}`
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString('latin1'))
  if (Array.isArray(value)) return `[${value.map(valueInWords).join(', ')}]`
  if (typeof value === 'object' && value !== null) return tableInWords(value as TypedTable)
  return typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? 'undefined')
}
