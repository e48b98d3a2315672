/** The forms of a listing. */

import { cellJson, cellText } from './cell.ts'
import { drawBox } from './draw-box.ts'

export const FORMATTERS = ['table', 'json', 'csv', 'pretty_table', 'pretty'] as const
export type Formatter = (typeof FORMATTERS)[number]

/** Rows as they are to be printed. */
export interface Listing {
  readonly columns: readonly string[]
  /** A value for each column. */
  readonly rows: readonly (readonly unknown[])[]
  readonly hasHeader: boolean
  /** Makes a text bold, where there are colours. */
  readonly bold: (text: string) => string
}

/** With a line break at the end; empty when there is nothing to print. */
export function formatListing(formatter: Formatter, listing: Listing): string {
  switch (formatter) {
    case 'json':
      return jsonLines(listing)
    case 'csv':
      return separated(listing, (cell) => `"${cell.replaceAll('"', '""')}"`, ',')
    case 'pretty':
    case 'pretty_table':
      return drawBox(listing)
    default:
      return separated(listing, (cell) => cell, '\t')
  }
}

/** A line per row, as rabbitmqctl does: `[`, `{…}`, `,{…}`, `]`. */
function jsonLines({ columns, rows }: Listing): string {
  const lines = rows.map((row, index) => {
    const object = columns.map((column, at) => `${JSON.stringify(column)}:${JSON.stringify(cellJson(row[at]))}`)
    return `${index === 0 ? '' : ','}{${object.join(',')}}\n`
  })
  return `[\n${lines.join('')}]\n`
}

/** An empty listing is nothing at all, without a header. */
function separated({ columns, rows, hasHeader }: Listing, write: (cell: string) => string, separator: string): string {
  if (rows.length === 0) return ''
  const lines = rows.map((row) => row.map((value) => write(cellText(value))).join(separator))
  const header = hasHeader ? [columns.map(write).join(separator)] : []
  return `${[...header, ...lines].join('\n')}\n`
}
