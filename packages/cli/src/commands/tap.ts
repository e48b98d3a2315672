/** Messages as they flow. */

import type { DroppedEvents, TapCounts, TapOptions, TappedMessage } from '@warrenmq/client/management'
import { badArgument } from '../cli-error.ts'
import { type Columns, rowsOf } from '../columns.ts'
import type { Command } from '../command.ts'
import type { CommandOptions } from '../command-options.ts'
import type { Context } from '../context.ts'
import { readSearch, SEARCH_OPTIONS } from '../messages/search.ts'
import { untilInterrupted } from '../streams/interruption.ts'
import { noExchange, noQueue, onWarren, WARREN_ONLY } from '../warren-only.ts'

const KINDS = ['exchange', 'queue'] as const

const COLUMNS: Columns<TappedMessage> = {
  time: ({ timestamp }) => new Date(timestamp).toISOString(),
  exchange: 'exchange',
  routing_key: 'routing_key',
  payload_bytes: 'payload_bytes',
  properties: 'properties',
  payload: 'payload',
}

export const TAP: Command = {
  name: 'tap',
  summary: 'shows messages that pass an exchange or come to a queue, as they do, without taking any',
  arguments: [
    ['<kind>', KINDS.join(' or ')],
    ['<name>', 'of the exchange or queue'],
  ],
  choices: KINDS,
  options: [
    { flags: '--routing-key <pattern>', description: 'only messages whose key it matches, as for topic exchanges' },
    ...SEARCH_OPTIONS,
    { flags: '--count <number>', description: 'end after so many (default with Ctrl+C)' },
    { flags: '--rate <number>', description: 'show at most so many in a second, up to 1000 (default 100)' },
    { flags: '--every <number>', description: 'of so many that match, show one (default 1)' },
    { flags: '--truncate <bytes>', description: 'so much of each payload (default 1000)' },
  ],
  details: [
    'With --formatter json, an object per line. At its end it says how many messages were not shown.',
    WARREN_ONLY,
  ],
  examples: [
    "tap exchange events --routing-key 'order.#'",
    'tap queue orders --header customer=rose --count 10 --formatter json',
  ],
  async run(context, [kind, name], options) {
    const what = readOptions(options)
    const count = options.integer('count') ?? Number.POSITIVE_INFINITY
    if (count < 1) throw badArgument(`--count ${count}; it takes 1 or more`)
    if (kind !== 'exchange' && kind !== 'queue') throw badArgument(`kind '${kind}' is none of ${KINDS.join(', ')}`)
    const tally: Tally = { shown: 0, dropped: 0, counts: undefined }
    await untilInterrupted((signal) => tap(context, kind, name, what, { signal, count, tally }))
    tell(context, tally)
  },
}

/** What came of it. */
interface Tally {
  shown: number
  /** Messages that this program was too slow for. */
  dropped: number
  /** The broker's, which tells every second. */
  counts: TapCounts | undefined
}

interface Limits {
  readonly signal: AbortSignal
  readonly count: number
  readonly tally: Tally
}

async function tap(
  context: Context,
  kind: (typeof KINDS)[number],
  name: string,
  what: TapOptions,
  { signal, count, tally }: Limits,
): Promise<void> {
  const { client, output, vhost } = context
  const { streams } = client
  const request =
    kind === 'queue'
      ? streams.tapQueue(vhost, name, what, { signal })
      : streams.tapExchange(vhost, name, what, { signal })
  const stream = await onWarren(context, request, () => (kind === 'queue' ? noQueue : noExchange)(context, name))
  output.info(`Watching ${kind} '${name}' in vhost '${vhost}'; Ctrl+C ends it ...`)
  for await (const { event, data } of stream) {
    if (event === 'message') print(context, data as TappedMessage, tally.shown++ === 0)
    else if (event === 'dropped') tally.dropped += (data as DroppedEvents).count
    else if (event === 'counts' || event === 'ended') tally.counts = data as TapCounts
    if (event === 'ended') output.info(`The ${kind} was deleted`)
    if (tally.shown >= count) return
  }
}

function print({ output }: Context, message: TappedMessage, isFirst: boolean): void {
  const names = Object.keys(COLUMNS)
  if (output.isJson) output.line(JSON.stringify(message))
  else output.listing(names, rowsOf(COLUMNS, names, [message]), { hasHeader: isFirst && output.options.hasHeader })
}

/** Where programs read the messages, only what is missing is told, and elsewhere. */
function tell({ output, terminal }: Context, { shown, dropped, counts }: Tally): void {
  output.info(
    counts === undefined || counts.shown < shown
      ? `Shown: ${shown} messages`
      : `Shown: ${shown} messages; of ${counts.seen} that passed, ${counts.matched} matched`,
  )
  if (dropped > 0) terminal.stderr.write(`${dropped} messages were dropped: they came faster than they were read\n`)
}

function readOptions(options: CommandOptions): TapOptions {
  const given = {
    routingKey: options.text('routingKey'),
    search: readSearch(options),
    rate: options.integer('rate'),
    every: options.integer('every'),
    truncate: options.integer('truncate'),
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}
