/** Long listings, a page at a time. */

import type { QueryValue, RequestOptions } from './transport.ts'

/** What every listing may be asked for. */
export interface ListOptions extends RequestOptions {
  /** Only these fields, dotted where nested: `message_stats.publish_details.rate`. Saves the broker work. */
  readonly columns?: readonly string[]
  /** The field to sort by, dotted where nested. */
  readonly sort?: string
  /** @default false */
  readonly sortReverse?: boolean
}

/** What a listing in pages may be asked for. */
export interface PageOptions extends ListOptions {
  /** Counts from 1. @default 1 */
  readonly page?: number
  /** At most 500. @default 100 */
  readonly pageSize?: number
  /** Only objects whose name contains this. */
  readonly name?: string
  /** Whether `name` is a regular expression. @default false */
  readonly useRegex?: boolean
}

/** One page. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly page: number
  readonly page_size: number
  readonly page_count: number
  /** Objects on this page. */
  readonly item_count: number
  /** Objects whose name matches. */
  readonly filtered_count: number
  /** Objects there are. */
  readonly total_count: number
}

/** The query of a listing. */
export function listQuery(options: ListOptions = {}): Record<string, QueryValue> {
  return { columns: options.columns, sort: options.sort, sort_reverse: options.sortReverse }
}

/** The query of a page. */
export function pageQuery(options: PageOptions = {}): Record<string, QueryValue> {
  return {
    ...listQuery(options),
    page: options.page ?? 1,
    page_size: options.pageSize ?? 100,
    name: options.name,
    use_regex: options.useRegex,
  }
}

/**
 * All items of a listing, page after page, each fetched when the loop gets there.
 *
 * A listing is no snapshot: what is made or removed meanwhile can be missing or come twice. Sort by name to have that seldom.
 *
 * ```ts
 * for await (const queue of eachItem((page) => client.queues.page('/', { page, pageSize: 500, sort: 'name' }))) …
 * ```
 */
export async function* eachItem<Item>(fetchPage: (page: number) => Promise<Page<Item>>): AsyncGenerator<Item, void> {
  for (let number = 1; ; number++) {
    const page = await fetchPage(number)
    yield* page.items
    if (number >= page.page_count) return
  }
}
