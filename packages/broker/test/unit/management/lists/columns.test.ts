import { describe, expect, it } from 'vitest'
import { parseColumns, selectColumns } from '../../../../src/management/lists/columns.ts'

const select = (value: Parameters<typeof selectColumns>[0], text: string | null) =>
  selectColumns(value, parseColumns(text))

describe('selectColumns', () => {
  const item = { name: 'q', stats: { publish: 1, details: { rate: 2, avg: 3 } }, list: [{ a: 1, b: 2 }, 'text'] }

  it('leaves everything when nothing is asked for', () => {
    expect(select(item, null)).toBe(item)
  })

  it('leaves the fields that are asked for, also below others', () => {
    expect(select(item, 'name')).toEqual({ name: 'q' })
    expect(select(item, 'stats.details.rate,name')).toEqual({ name: 'q', stats: { details: { rate: 2 } } })
    expect(select(item, 'stats,stats.publish')).toEqual({ stats: item.stats })
    expect(select([item, item], 'list.a')).toEqual([{ list: [{ a: 1 }, 'text'] }, { list: [{ a: 1 }, 'text'] }])
  })

  it('leaves nothing for names that nothing has', () => {
    expect(select(item, 'nosuch,name.first,,.')).toEqual({ name: 'q' })
    expect(select(item, '')).toEqual({})
    expect(select({ ['__proto__']: 1, name: 'q' }, '__proto__,constructor')).toEqual({ ['__proto__']: 1 })
  })
})
