/**
 * Answers with a list: sorted, filtered, cut to a page and to columns, as the request asks.
 *
 * What is long is done in slices. Only what is on the page is shown, unless the list is sorted by a field that has to be shown to be known.
 */

import type { JsonObject, JsonValue } from '../../parameters/json-value.ts'
import { runInSlices } from '../../scheduler/slices.ts'
import type { ManagementRequest } from '../management-request.ts'
import type { Reply } from '../reply.ts'
import { type Columns, parseColumns, selectColumns } from './columns.ts'
import { compareValues, dottedValue } from './order.ts'
import { cutPage, parsePagination } from './pagination.ts'

/** How things of one kind are listed. */
export interface Listing<Item> {
  /** Fields that the list is sorted by unless the request says otherwise. @default vhost, name */
  readonly order?: readonly string[]
  /** Whether pages may be asked for. @default false */
  readonly paged?: boolean
  /** Fields that are known without showing the whole thing. Those of `order` have to be among them. */
  readonly keys: Readonly<Record<string, (item: Item) => JsonValue>>
  /** The thing as JSON. */
  view(item: Item): JsonObject
}

const VHOST_AND_NAME = ['vhost', 'name']

/** Parameters that a list looks at, and those of one with pages. */
export const LIST_QUERY: readonly string[] = ['columns', 'sort', 'sort_reverse']
export const PAGED_QUERY: readonly string[] = [...LIST_QUERY, 'page', 'page_size', 'name', 'use_regex']

/** Answers with `items` as a list. */
export async function replyList<Item>(
  { query }: Pick<ManagementRequest, 'query'>,
  items: readonly Item[],
  listing: Listing<Item>,
): Promise<Reply> {
  const pagination = listing.paged === true ? parsePagination(query) : undefined
  const columns = parseColumns(query.get('columns'))
  const sorted = await sort(items, query, listing)
  if (pagination === undefined) return { status: 200, json: await showAll(sorted, listing, columns) }
  const filtered = sorted.filter((item) => pagination.matches(String(listing.keys.name(item))))
  const page = cutPage(filtered, pagination)
  const shown = await showAll(page.items, listing, columns)
  const json =
    `{"filtered_count":${filtered.length},"item_count":${page.items.length},"items":${shown},` +
    `"page":${pagination.page},"page_count":${page.pageCount},"page_size":${pagination.pageSize},` +
    `"total_count":${items.length}}`
  return { status: 200, json }
}

async function sort<Item>(
  items: readonly Item[],
  query: URLSearchParams,
  { order = VHOST_AND_NAME, keys, view }: Listing<Item>,
): Promise<Item[]> {
  const wanted = query.get('sort')
  const fields = wanted === null || wanted === '' ? order : [wanted, ...order]
  const readers = fields.map((field) => {
    if (Object.hasOwn(keys, field)) return keys[field]
    const path = field.split('.').filter((name) => name !== '')
    return (item: Item) => dottedValue(view(item), path)
  })
  const keyed: { readonly item: Item; readonly values: readonly JsonValue[] }[] = []
  await runInSlices(
    (function* () {
      for (const item of items) yield void keyed.push({ item, values: readers.map((read) => read(item)) })
    })(),
  )
  keyed.sort((a, b) => {
    for (let i = 0; i < readers.length; i++) {
      const difference = compareValues(a.values[i], b.values[i])
      if (difference !== 0) return difference
    }
    return 0
  })
  if (query.get('sort_reverse') === 'true') keyed.reverse()
  return keyed.map(({ item }) => item)
}

/** The list as JSON. */
async function showAll<Item>(
  items: readonly Item[],
  { view }: Listing<Item>,
  columns: Columns | undefined,
): Promise<string> {
  const shown: string[] = []
  await runInSlices(
    (function* () {
      for (const item of items) yield void shown.push(JSON.stringify(selectColumns(view(item), columns)))
    })(),
  )
  return `[${shown.join(',')}]`
}
