/**
 * The text format of Prometheus, version 0.0.4: families of samples, each family once and in one piece.
 */

export type MetricType = 'counter' | 'gauge' | 'untyped'

/** Label values by name. */
export type Labels = Readonly<Record<string, string>>

/** Length from which on text is handed over, in characters. */
const CHUNK_LENGTH = 64 * 1024

export class Exposition {
  readonly #prefix: string
  readonly #write: (chunk: string) => void
  #text = ''

  /**
   * @param prefix Stands before all names of metrics.
   * @param write Gets the text in pieces.
   */
  constructor(prefix: string, write: (chunk: string) => void) {
    this.#prefix = prefix
    this.#write = write
  }

  /** Begins a family. */
  family(name: string, type: MetricType): void {
    this.#add(`# TYPE ${this.#prefix}${name} ${type}\n`)
  }

  /** Adds a sample to the family that was begun last. */
  sample(name: string, labels: Labels | undefined, value: number): void {
    this.#add(`${this.#prefix}${name}${formatLabels(labels)} ${formatValue(value)}\n`)
  }

  /** Adds text of families that are in the format already. */
  text(text: string): void {
    this.#add(text)
  }

  /** Hands over what is left. */
  end(): void {
    if (this.#text !== '') this.#write(this.#text)
    this.#text = ''
  }

  #add(text: string): void {
    this.#text += text
    if (this.#text.length >= CHUNK_LENGTH) this.end()
  }
}

export function formatLabels(labels: Labels | undefined): string {
  if (labels === undefined) return ''
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`)
  return parts.length === 0 ? '' : `{${parts.join(',')}}`
}

/** Backslash, quote and newline would end the value or the line. */
function escapeLabel(value: string): string {
  return value.replace(/[\\"\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`))
}

function formatValue(value: number): string {
  if (Number.isFinite(value)) return String(value)
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
}
