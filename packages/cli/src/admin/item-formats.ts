/** The formats of rabbitmqadmin's listings. */

import { cellText } from '../output/cell.ts'
import { drawAsciiBox } from '../output/draw-box.ts'
import { formatListing } from '../output/formatters.ts'

export const ITEM_FORMATS = ['table', 'tsv', 'long', 'kvp', 'bash', 'raw_json', 'pretty_json', 'csv'] as const
export type ItemFormat = (typeof ITEM_FORMATS)[number]

/** Columns that stand at the front, in this order; the others follow by name. */
const FRONT_COLUMNS = ['vhost', 'name', 'type', 'source', 'destination', 'destination_type', 'routing_key']
const LONG_RULE = `\n${'-'.repeat(80)}\n`

export interface ItemsView {
  readonly format: ItemFormat
  /** Dotted names; empty: all that are not nested. */
  readonly columns: readonly string[]
  /** How deep nested fields are shown, when no columns are named. */
  readonly depth: number
  /** Fields that are shown as JSON. */
  readonly json?: readonly string[]
}

/** With a line break at the end. */
export function formatItems(items: readonly unknown[], view: ItemsView): string {
  if (view.format === 'raw_json') return `${JSON.stringify(items)}\n`
  if (view.format === 'pretty_json') return `${JSON.stringify(items, undefined, 2)}\n`
  const flat = items.map((item) =>
    flatten(item, view.columns.length > 0 ? Number.POSITIVE_INFINITY : view.depth, view.json),
  )
  const columns = view.columns.length > 0 ? view.columns : columnsOf(flat)
  const rows = flat.map((item) => columns.map((name) => cellText(item.get(name))))
  if (rows.length === 0) return 'No items\n'
  switch (view.format) {
    case 'csv':
      return formatListing('csv', { columns, rows, hasHeader: true, bold: String })
    case 'tsv':
      return formatListing('table', { columns, rows, hasHeader: true, bold: String })
    case 'long':
      return longForm(columns, rows)
    case 'kvp':
      return rows.map((row) => `${columns.map((name, at) => `${name}="${row[at]}"`).join(' ')}\n`).join('')
    case 'bash':
      return `${rows.map((row) => row[columns.indexOf('name')]).join(' ')}\n`
    default:
      return drawAsciiBox(columns, rows)
  }
}

function longForm(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const width = Math.max(...columns.map((name) => name.length))
  const blocks = rows.map((row) => columns.map((name, at) => `${name.padStart(width)}: ${row[at]}\n`).join(''))
  return `${LONG_RULE}\n${blocks.map((block) => `${block}${LONG_RULE}\n`).join('')}`
}

function columnsOf(items: readonly ReadonlyMap<string, unknown>[]): string[] {
  const rank = (name: string) => (FRONT_COLUMNS.includes(name) ? FRONT_COLUMNS.indexOf(name) : FRONT_COLUMNS.length)
  const names = [...new Set(items.flatMap((item) => [...item.keys()]))]
  return names.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
}

/** Fields by their dotted names. Lists of texts are joined with spaces. */
function flatten(item: unknown, depthMax: number, json: readonly string[] = []): Map<string, unknown> {
  const fields = new Map<string, unknown>()
  const add = (prefix: string, depth: number, object: object) => {
    for (const [key, value] of Object.entries(object)) {
      const name = prefix === '' ? key : `${prefix}.${key}`
      if (Array.isArray(value)) fields.set(name, listText(value))
      else if (typeof value !== 'object' || value === null) fields.set(name, value)
      else if (json.includes(key)) fields.set(name, JSON.stringify(value))
      else if (depth < depthMax) add(name, depth + 1, value)
    }
  }
  if (typeof item === 'object' && item !== null) add('', 1, item)
  return fields
}

function listText(values: readonly unknown[]): string {
  return values.every((value) => typeof value === 'string') ? values.join(' ') : JSON.stringify(values)
}
