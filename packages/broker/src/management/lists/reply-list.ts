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
import { sortInSlices } from './sort-in-slices.ts'

/** How things of one kind are listed. */
export interface Listing<Item> {
  /** Fields that the list is sorted by unless the request says otherwise. @default vhost, name */
  readonly order?: readonly string[]
  /** Whether pages may be asked for. @default false */
  readonly paged?: boolean
  /** Fields that are known without showing the whole thing. Those of `order` have to be among them. */
  readonly keys: Readonly<Record<string, (item: Item) => JsonValue>>
  /** Whether the items come in this order. @default false */
  readonly sorted?: boolean
  /** The thing as JSON. */
  view(item: Item): JsonObject
}

/** How long a slice of the work may hold other work up, in milliseconds. */
const SLICE_MS = 1

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
  if (pagination === undefined) {
    const sorted = await sort(items, query, listing)
    return { status: 200, json: await showAll(sorted, listing, columns) }
  }
  const filtered = query.get('name')
    ? await filter(items, (item) => pagination.matches(String(listing.keys.name(item))))
    : items
  const sorted = await sort(filtered, query, listing)
  const page = cutPage(sorted, pagination)
  const shown = await showAll(page.items, listing, columns)
  const json =
    `{"filtered_count":${filtered.length},"item_count":${page.items.length},"items":${shown},` +
    `"page":${pagination.page},"page_count":${page.pageCount},"page_size":${pagination.pageSize},` +
    `"total_count":${items.length}}`
  return { status: 200, json }
}

async function filter<Item>(items: readonly Item[], test: (item: Item) => boolean): Promise<Item[]> {
  const left: Item[] = []
  await runInSlices(
    (function* () {
      for (const item of items) {
        if (test(item)) left.push(item)
        yield
      }
    })(),
    SLICE_MS,
  )
  return left
}

async function sort<Item>(
  items: readonly Item[],
  query: URLSearchParams,
  { order = VHOST_AND_NAME, sorted: isSorted = false, keys, view }: Listing<Item>,
): Promise<readonly Item[]> {
  const wanted = query.get('sort')
  const isReverse = query.get('sort_reverse') === 'true'
  if (isSorted && (wanted === null || wanted === '')) return isReverse ? [...items].reverse() : items
  const fields = wanted === null || wanted === '' ? order : [wanted, ...order]
  const readers = fields.map((field) => {
    if (Object.hasOwn(keys, field)) return keys[field]
    const path = field.split('.').filter((name) => name !== '')
    return (item: Item) => dottedValue(view(item), path)
  })
  const compare = (a: Keyed<Item>, b: Keyed<Item>) => {
    for (let i = 0; i < readers.length; i++) {
      const difference = compareValues(a.values[i], b.values[i])
      if (difference !== 0) return difference
    }
    return 0
  }
  let sorted: Keyed<Item>[] = []
  await runInSlices(
    (function* () {
      const keyed: Keyed<Item>[] = []
      for (const item of items) yield void keyed.push({ item, values: readers.map((read) => read(item)) })
      sorted = yield* sortInSlices(keyed, compare)
    })(),
    SLICE_MS,
  )
  if (isReverse) sorted.reverse()
  return sorted.map(({ item }) => item)
}

/** Something to be sorted, and what it is sorted by. */
interface Keyed<Item> {
  readonly item: Item
  readonly values: readonly JsonValue[]
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
    SLICE_MS,
  )
  return `[${shown.join(',')}]`
}
