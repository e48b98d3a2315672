/** Listings with columns that the user chooses. */

import { UsageError } from './cli-error.ts'

/** How each column is made of an object: a function, or the name of the field that it is. */
export type Columns<Item> = Readonly<Record<string, keyof Item | ((item: Item) => unknown)>>

/** The columns that were asked for, separated by spaces or commas, or the default ones. @throws UsageError for unknown ones. */
export function chooseColumns<Item>(
  known: Columns<Item>,
  wanted: readonly string[],
  byDefault: readonly string[],
): readonly string[] {
  const names = wanted.flatMap((argument) => argument.split(',')).filter((name) => name !== '')
  const unknown = names.filter((name) => !Object.hasOwn(known, name))
  if (unknown.length > 0) throw new UsageError(`Info key(s) ${unknown.join(',')} are not supported`)
  return names.length === 0 ? byDefault : [...new Set(names)]
}

/** A row of values for each item. */
export function rowsOf<Item>(known: Columns<Item>, names: readonly string[], items: readonly Item[]): unknown[][] {
  return items.map((item) =>
    names.map((name) => {
      const column = known[name]
      return typeof column === 'function' ? column(item) : item[column]
    }),
  )
}

/** Help lists the columns of a command in this way. */
export function columnDetails<Item>(known: Columns<Item>): string {
  return `Columns: ${Object.keys(known).sort().join(' ')}`
}
