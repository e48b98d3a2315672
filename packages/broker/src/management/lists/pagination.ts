/** The parameters `page`, `page_size`, `name` and `use_regex`, and the pages that they ask for. */

import { compilePattern, PatternError } from '../../pattern/safe-pattern.ts'
import { badRequest } from '../http-error.ts'

const PAGE_SIZE_DEFAULT = 100
const PAGE_SIZE_MAX = 500

/** Which page is wanted. */
export interface Pagination {
  /** From 1. */
  readonly page: number
  readonly pageSize: number
  /** Whether something of this name belongs to the list. */
  matches(name: string): boolean
}

/** A page, cut out of what was left after the filter. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly pageCount: number
}

/** Reads the parameters; `undefined` where no page is asked for. @throws HttpError 400 */
export function parsePagination(query: URLSearchParams): Pagination | undefined {
  const page = readInteger(query.get('page'))
  const pageSize = readInteger(query.get('page_size'))
  if (page === undefined) return undefined
  if (page < 1 || (pageSize !== undefined && (pageSize < 1 || pageSize > PAGE_SIZE_MAX))) {
    const text = `Invalid pagination parameters: page number ${page}, page size ${pageSize}`
    throw badRequest(text, 'invalid_pagination_parameters')
  }
  const matches = createFilter(query.get('name') ?? '', query.get('use_regex') === 'true')
  return { page, pageSize: pageSize ?? PAGE_SIZE_DEFAULT, matches }
}

/** @throws HttpError 400 for a page beyond the end; the one right behind it is empty. */
export function cutPage<Item>(items: readonly Item[], { page, pageSize }: Pagination): Page<Item> {
  const start = (page - 1) * pageSize
  if (start > items.length) {
    const text = `Page out of range, page: ${page} page size: ${pageSize}, len: ${items.length}`
    throw badRequest(text, 'page_out_of_range')
  }
  return { items: items.slice(start, start + pageSize), pageCount: Math.ceil(items.length / pageSize) }
}

function readInteger(text: string | null): number | undefined {
  if (text === null) return undefined
  const number = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(number)) return number
  throw badRequest('Pagination parameters are invalid')
}

/** Filters by a part of the name or by a regular expression, both in any case. */
function createFilter(name: string, isPattern: boolean): (name: string) => boolean {
  if (name === '') return () => true
  if (!isPattern) {
    const wanted = name.toLowerCase()
    return (candidate) => candidate.toLowerCase().includes(wanted)
  }
  try {
    const pattern = compilePattern(`(?i)${name}`)
    return (candidate) => pattern.test(candidate)
  } catch (error) {
    if (error instanceof PatternError) throw badRequest('Pagination parameters are invalid')
    throw error
  }
}
