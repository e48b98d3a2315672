import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cutPage, parsePagination } from '../../../../src/management/lists/pagination.ts'

const parse = (query: string) => parsePagination(new URLSearchParams(query))

describe('parsePagination', () => {
  it('reads nothing where no page is asked for', () => {
    expect(parse('page_size=5&name=x')).toBeUndefined()
  })

  it.each([
    ['page=0', 'Invalid pagination parameters: page number 0, page size undefined'],
    ['page=1&page_size=501', 'Invalid pagination parameters: page number 1, page size 501'],
    ['page=-1&page_size=0', 'Invalid pagination parameters: page number -1, page size 0'],
    ['page=a', 'Pagination parameters are invalid'],
    ['page=1&page_size=', 'Pagination parameters are invalid'],
    ['page=1&name=(&use_regex=true', 'Pagination parameters are invalid'],
  ])('refuses %s', (query, reason) => {
    expect(() => parse(query)).toThrow(reason)
  })

  it('finds names by a part of them or by a pattern, in any case', () => {
    expect(parse('page=1&name=OrD')?.matches('my-orders')).toBe(true)
    expect(parse('page=1&name=%5Eord')?.matches('my-^orders')).toBe(true)
    expect(parse('page=1&name=%5Eord&use_regex=true')?.matches('Orders')).toBe(true)
    expect(parse('page=1&name=%5Eord&use_regex=true')?.matches('my-orders')).toBe(false)
    expect(parse('page=1')?.matches('')).toBe(true)
  })
})

describe('cutPage', () => {
  it('gives all of a list, page by page', () => {
    const page = fc.integer({ min: 1, max: 30 })
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 100 }), page, (items, pageSize) => {
        const pagination = (number: number) => ({ page: number, pageSize, matches: () => true })
        const { pageCount } = cutPage(items, pagination(1))
        const pages = Array.from({ length: pageCount }, (_, i) => cutPage(items, pagination(i + 1)).items)
        expect(pages.flat()).toEqual(items)
        expect(pages.slice(0, -1).every((each) => each.length === pageSize)).toBe(true)
      }),
    )
  })

  it('refuses a page beyond the end, but the one right behind it', () => {
    const cut = (page: number) => cutPage([1, 2, 3, 4], { page, pageSize: 2, matches: () => true })
    expect(cut(3)).toEqual({ items: [], pageCount: 2 })
    expect(() => cut(4)).toThrow('Page out of range, page: 4 page size: 2, len: 4')
  })
})
