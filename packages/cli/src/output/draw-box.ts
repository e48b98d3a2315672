/** A listing as a box with lines. */

import Table from 'cli-table3'
import { cellText } from './cell.ts'
import type { Listing } from './formatters.ts'

/** The box of rabbitmqadmin. */
const ASCII_LINES = {
  top: '-',
  'top-mid': '+',
  'top-left': '+',
  'top-right': '+',
  bottom: '-',
  'bottom-mid': '+',
  'bottom-left': '+',
  'bottom-right': '+',
  left: '|',
  'left-mid': '+',
  mid: '-',
  'mid-mid': '+',
  right: '|',
  'right-mid': '+',
  middle: '|',
} as const

/** With lines between the rows, as rabbitmqctl's `pretty_table`. */
export function drawBox({ columns, rows, hasHeader, bold }: Listing): string {
  if (rows.length === 0) return ''
  const table = new Table({ head: hasHeader ? columns.map(bold) : [], style: { head: [], border: [] } })
  for (const row of rows) table.push(row.map(cellText))
  return `${table.toString()}\n`
}

/** With headers in the middle and one line below them, as rabbitmqadmin's. */
export function drawAsciiBox(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = columns.map((content) => ({ content, hAlign: 'center' as const }))
  const table = new Table({ chars: ASCII_LINES, style: { head: [], border: [] } })
  table.push(head)
  for (const row of rows) table.push(row.map((content) => ({ content })))
  // The library draws a line under every row; only the one under the header is wanted.
  const lines = table.toString().split('\n')
  const kept = lines.filter((line, index) => index <= 2 || index === lines.length - 1 || !line.startsWith('+'))
  return `${kept.join('\n')}\n`
}
