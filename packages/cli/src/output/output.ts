/** What a command prints on standard output. */

import type { Writable } from 'node:stream'
import { createColors } from 'picocolors'
import { type Formatter, formatListing } from './formatters.ts'

export interface OutputOptions {
  readonly formatter: Formatter
  /** Without informational lines. */
  readonly isQuiet: boolean
  readonly hasHeader: boolean
  readonly hasColors: boolean
}

export class Output {
  readonly options: OutputOptions
  readonly colors: ReturnType<typeof createColors>
  readonly #stream: Writable

  constructor(stream: Writable, options: OutputOptions) {
    this.#stream = stream
    this.options = options
    this.colors = createColors(options.hasColors)
  }

  get isJson(): boolean {
    return this.options.formatter === 'json'
  }

  /** A line about what is being done: not with `--quiet`, and not in what programs read. */
  info(line: string): void {
    const { formatter, isQuiet } = this.options
    if (!isQuiet && formatter !== 'json' && formatter !== 'csv') this.line(line)
  }

  line(line: string): void {
    this.#stream.write(`${line}\n`)
  }

  /** As it is, without a line break behind it. */
  raw(text: string | Uint8Array): void {
    this.#stream.write(text)
  }

  /** Rows in the format that was asked for. */
  listing(
    columns: readonly string[],
    rows: readonly (readonly unknown[])[],
    { hasHeader = this.options.hasHeader }: { readonly hasHeader?: boolean } = {},
  ): void {
    const { formatter } = this.options
    this.raw(formatListing(formatter, { columns, rows, hasHeader, bold: this.colors.bold }))
  }

  /** One answer: a line, or the object in JSON. */
  answer(line: string, object: Readonly<Record<string, unknown>>): void {
    if (this.isJson) this.line(JSON.stringify(object))
    else this.line(line)
  }

  /** A command that has nothing to tell has succeeded: JSON says so. */
  done(): void {
    if (this.isJson) this.line('{"result":"ok"}')
  }

  /** A document of several sections, or the object in JSON. */
  sections(sections: readonly Section[], object: Readonly<Record<string, unknown>>): void {
    if (this.isJson) {
      this.line(JSON.stringify(object))
      return
    }
    for (const { title, lines } of sections) {
      this.line(this.colors.bold(title))
      this.line('')
      for (const line of lines.length === 0 ? ['(none)'] : lines) this.line(line)
      this.line('')
    }
  }
}

/** A part of a document; without lines it says so. */
export interface Section {
  readonly title: string
  readonly lines: readonly string[]
}
