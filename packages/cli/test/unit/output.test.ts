import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatItems } from '../../src/admin/item-formats.ts'
import { AmqpTable, Tuple } from '../../src/erlang/values.ts'
import { cellText } from '../../src/output/cell.ts'
import { drawAsciiBox } from '../../src/output/draw-box.ts'
import { formatListing } from '../../src/output/formatters.ts'

const bold = (text: string) => text

describe('listings', () => {
  const listing = {
    columns: ['name', 'messages', 'arguments'],
    rows: [
      ['a', 5, new AmqpTable({ 'x-max-length': 5, 'x-s': 'v"w', 'x-a': [1, 'b'], 'x-t': { k: true } })],
      ['b', undefined, new AmqpTable()],
    ],
    hasHeader: true,
    bold,
  }

  it('are separated by tabs', () => {
    expect(formatListing('table', listing)).toBe(
      'name\tmessages\targuments\na\t5\t[{"x-a",[1,"b"]},{"x-max-length",5},{"x-s","v\\"w"},{"x-t",[{"k",true}]}]\nb\t\t[]\n',
    )
    expect(formatListing('table', { ...listing, hasHeader: false })).not.toContain('messages')
  })

  it('are JSON with a line for each row, and with the types of arguments', () => {
    const text = formatListing('json', listing)
    expect(text.split('\n').map((line) => line[0])).toEqual(['[', '{', ',', ']', undefined])
    expect(JSON.parse(text)).toEqual([
      {
        name: 'a',
        messages: 5,
        arguments: [
          [
            'x-a',
            'array',
            [
              ['long', 1],
              ['longstr', 'b'],
            ],
          ],
          ['x-max-length', 'long', 5],
          ['x-s', 'longstr', 'v"w'],
          ['x-t', 'table', [['k', 'bool', true]]],
        ],
      },
      { name: 'b', messages: '', arguments: [] },
    ])
    expect(JSON.parse(formatListing('json', { ...listing, rows: [] }))).toEqual([])
  })

  it('are CSV with quotes', () => {
    const rows = [['a"b', 1, true]]
    expect(formatListing('csv', { ...listing, rows })).toBe('"name","messages","arguments"\n"a""b","1","true"\n')
  })

  it('are boxes', () => {
    expect(formatListing('pretty_table', { ...listing, columns: ['n'], rows: [['漢字']] })).toBe(
      '┌──────┐\n│ n    │\n├──────┤\n│ 漢字 │\n└──────┘\n',
    )
    expect(
      drawAsciiBox(
        ['name', 'n'],
        [
          ['q1', ''],
          ['longer-name', '5'],
        ],
      ),
    ).toBe(
      '+-------------+---+\n|    name     | n |\n+-------------+---+\n| q1          |   |\n| longer-name | 5 |\n+-------------+---+\n',
    )
  })

  it.each(['table', 'csv', 'pretty_table'] as const)('without rows are nothing as %s', (formatter) => {
    expect(formatListing(formatter, { ...listing, rows: [] })).toBe('')
  })

  it('print tuples and lists as Erlang does', () => {
    expect(cellText(new Tuple([0, 9, 1]))).toBe('{0,9,1}')
    expect(cellText(['a', 'b'])).toBe('[a, b]')
  })

  it('hold nothing that a terminal obeys, whatever names are', () => {
    expect(cellText('\u001b]0;title\u0007\ttab')).toBe('\\x1b]0;title\\x07\\ttab')
    fc.assert(
      fc.property(
        fc.string({ unit: fc.integer({ min: 0, max: 0x2100 }).map((code) => String.fromCharCode(code)) }),
        (name) => !/[\p{Cc}\u202a-\u202e]/u.test(cellText(name)),
      ),
    )
  })
})

describe('items of the HTTP API', () => {
  const items = [
    { name: 'a', vhost: '/', tags: ['x', 'y'], nested: { deep: { n: 1 } }, value: { v: 1 } },
    { name: 'b', other: null },
  ]
  const view = { format: 'tsv' as const, columns: [], depth: 1 }

  it('have their plain fields as columns, names first', () => {
    expect(formatItems(items, view)).toBe('vhost\tname\tother\ttags\n/\ta\t\tx y\n\tb\t\t\n')
  })

  it('show nested fields by depth, by name, or as JSON', () => {
    expect(formatItems(items, { ...view, depth: 3 }).split('\n')[0]).toBe(
      'vhost\tname\tnested.deep.n\tother\ttags\tvalue.v',
    )
    expect(formatItems(items, { ...view, columns: ['nested.deep.n'] })).toBe('nested.deep.n\n1\n\n')
    expect(formatItems(items, { ...view, json: ['value'] })).toContain('{"v":1}')
  })

  it('come as key and value, long, as names, as JSON', () => {
    expect(formatItems(items, { ...view, format: 'kvp', columns: ['name'] })).toBe('name="a"\nname="b"\n')
    expect(formatItems(items, { ...view, format: 'bash' })).toBe('a b\n')
    expect(formatItems(items, { ...view, format: 'long', columns: ['name', 'vhost'] })).toContain(
      ' name: a\nvhost: /\n',
    )
    expect(JSON.parse(formatItems(items, { ...view, format: 'raw_json' }))).toEqual(items)
    expect(JSON.parse(formatItems(items, { ...view, format: 'pretty_json' }))).toEqual(items)
    expect(formatItems([], view)).toBe('No items\n')
  })
})
