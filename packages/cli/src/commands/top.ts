import { setTimeout as delay } from 'node:timers/promises'
import { badArgument } from '../cli-error.ts'
import type { CommandGroup } from '../command.ts'
import type { Context } from '../context.ts'
import { cellText } from '../output/cell.ts'
import { drawAligned } from '../output/draw-aligned.ts'
import { TOP_VIEWS, type TopRow } from '../top/views.ts'

const INTERVAL_SECONDS = 2
/** Rows below which a terminal is taken for one that does not tell its size. */
const ROWS_MIN = 5
const HOME_AND_CLEAR = '\u001b[H\u001b[J'
const ALTERNATE_SCREEN = '\u001b[?1049h\u001b[?25l'
const FORMER_SCREEN = '\u001b[?25h\u001b[?1049l'

export const TOP_COMMANDS: CommandGroup = {
  title: 'Watching',
  commands: [
    {
      name: 'top',
      summary: 'shows the busiest queues, connections or channels, over and over',
      arguments: [['[what]', `${Object.keys(TOP_VIEWS).join(', ')} (default queues)`]],
      choices: Object.keys(TOP_VIEWS),
      options: [
        { flags: '--sort <column>', description: 'the column to sort by, the largest first (default the second)' },
        { flags: '--interval <seconds>', description: `time between two looks (default ${INTERVAL_SECONDS})` },
        { flags: '--iterations <number>', description: 'end after so many looks (default: until Ctrl+C)' },
        { flags: '--limit <number>', description: 'rows that are shown (default as the terminal has)' },
      ],
      details: [
        'Queues are those of all vhosts, unless one is named. Rates are per second, as the broker measured them last.',
        ...Object.entries(TOP_VIEWS).map(([name, { columns }]) => `Columns of ${name}: ${columns.join(' ')}`),
      ],
      examples: ['top', 'top connections --sort send_rate', 'top queues -p orders --iterations 1'],
      async run(context, [what = 'queues'], options) {
        if (!Object.hasOwn(TOP_VIEWS, what))
          throw badArgument(`'${what}' is none of ${Object.keys(TOP_VIEWS).join(', ')}`)
        const { columns, read } = TOP_VIEWS[what]
        const sort = options.text('sort') ?? columns[1]
        if (!columns.includes(sort)) throw badArgument(`column '${sort}' is none of ${columns.join(', ')}`)
        const seconds = options.integer('interval') ?? INTERVAL_SECONDS
        if (seconds < 1 || seconds > 3600) throw badArgument(`interval ${seconds} must be between 1 and 3600 seconds`)
        const iterations = options.integer('iterations') ?? Number.POSITIVE_INFINITY
        await watch(context, iterations, seconds * 1000, async () => {
          const rows = sortRows(await read(context), columns.indexOf(sort))
          return show(context, what, columns, rows, options.integer('limit'))
        })
      },
    },
  ],
}

/** The largest first; rows that are equal keep their order. */
function sortRows(rows: readonly TopRow[], column: number): TopRow[] {
  const rank = (row: TopRow) => row[column] ?? 0
  return [...rows].sort((a, b) => (rank(a) === rank(b) ? 0 : rank(a) > rank(b) ? -1 : 1))
}

function show(
  { client, output, terminal }: Context,
  what: string,
  columns: readonly string[],
  rows: readonly TopRow[],
  limit: number | undefined,
): string {
  const screenRows = Math.max((terminal.stdout.rows ?? 0) - 4, ROWS_MIN)
  const shown = rows.slice(0, limit ?? (terminal.stdout.isTTY ? screenRows : rows.length))
  const head = output.colors.bold(`${client.url}: ${rows.length} ${what}, ${new Date().toLocaleTimeString()}`)
  const lines = drawAligned(
    columns,
    shown.map((row) => row.map(cellText)),
    terminal.stdout.columns || undefined,
  )
  return `${head}\n\n${lines.map((line, index) => (index === 0 ? output.colors.inverse(line) : line)).join('\n')}\n`
}

/** Looks again and again; on a terminal in place, leaving it as it was. */
async function watch(
  { output, terminal }: Context,
  iterations: number,
  intervalMs: number,
  look: () => Promise<string>,
): Promise<void> {
  const isLive = terminal.stdout.isTTY === true && iterations > 1
  const end = new AbortController()
  const stop = () => end.abort()
  process.once('SIGINT', stop)
  if (isLive) output.raw(ALTERNATE_SCREEN)
  try {
    for (let count = 1; !end.signal.aborted; count++) {
      output.raw(`${isLive ? HOME_AND_CLEAR : ''}${await look()}`)
      if (count >= iterations) return
      await delay(intervalMs, undefined, { signal: end.signal }).catch(() => {})
    }
  } finally {
    process.removeListener('SIGINT', stop)
    if (isLive) output.raw(FORMER_SCREEN)
  }
}
