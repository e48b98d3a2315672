/** The table of docs/deviations.md, which the comparison reads. */

import { readFileSync } from 'node:fs'

const PAGE = new URL('../../../docs/deviations.md', import.meta.url)
const WIRE_HEADING = '## On the wire'

/** A row of the page. */
export interface Deviation {
  readonly name: string
  readonly subject: string
  /** Whether a client can see it, so that a test has to show it. */
  readonly onTheWire: boolean
}

/** The rows by name. @throws Error for a row without a name of its own, or without all columns. */
export function readDeviations(page: string = readFileSync(PAGE, 'utf8')): Map<string, Deviation> {
  const rows = new Map<string, Deviation>()
  let heading = ''
  for (const line of page.split('\n')) {
    if (line.startsWith('## ')) heading = line
    if (!line.startsWith('|') || line.startsWith('| ---') || line.startsWith('| name |')) continue
    const [name, subject, ...others] = line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim())
    if (!/^[a-z0-9-]+$/.test(name) || rows.has(name))
      throw new Error(`docs/deviations.md: '${name}' is no name of its own`)
    if (others.length !== 3) throw new Error(`docs/deviations.md: the row ${name} has not five columns`)
    rows.set(name, { name, subject, onTheWire: heading === WIRE_HEADING })
  }
  return rows
}
