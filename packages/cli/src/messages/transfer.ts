/** Messages sent from one queue elsewhere: moved, or back to where they died. */

import { isManagementError, type MoveMessages, type RedrivenMessages } from '@warrenmq/client/management'
import { badArgument, CliError, UsageError } from '../cli-error.ts'
import type { CommandOptions } from '../command-options.ts'
import type { Context } from '../context.ts'
import { ExitCode } from '../exit-code.ts'
import { withProgress } from '../output/progress.ts'
import { noQueue, onWarren } from '../warren-only.ts'
import { readId, STATES } from './inspect.ts'
import { readSearch } from './search.ts'

/** Most messages of one request that moves. */
const MOVE_MAX = 1000
/** Most messages of one request that sends back, so that it is answered before long. */
const REDRIVE_MAX = 10_000
/** Seconds that one such request takes, when there is a rate. */
const REDRIVE_SECONDS = 5

interface Moved {
  moved: number
  gone: number
  refused: number
}

export async function move(
  context: Context,
  queue: string,
  words: readonly string[],
  options: CommandOptions,
): Promise<void> {
  const target = readTarget(options)
  const search = readSearch(options) ?? (options.flag('all') ? {} : undefined)
  if ((words.length === 0) === (search === undefined)) {
    throw new UsageError('Which messages are moved is said with ids, or with --search, --header … or --all')
  }
  const ids = words.map(readId)
  const state = options.choice('state', STATES) ?? 'ready'
  const { output, vhost } = context
  const where = target.queue === undefined ? `exchange '${target.exchange}'` : `queue '${target.queue}'`
  output.info(`Moving messages of queue '${queue}' in vhost '${vhost}' to ${where} ...`)
  const total: Moved = { moved: 0, gone: 0, refused: 0 }
  const limit = readCount(options)
  const work =
    search === undefined
      ? moveIds(context, queue, ids, target, total)
      : moveFound(context, queue, { ...target, search, state }, limit, total)
  await withProgress(context, () => `Moving: ${total.moved} messages`, work)
  const details = [
    ...(total.gone > 0 ? [`${total.gone} were not there`] : []),
    ...(total.refused > 0 ? [`${total.refused} were refused`] : []),
  ]
  output.answer([`Moved ${total.moved} messages`, ...details].join(', '), { result: 'ok', ...total })
}

async function moveIds(
  context: Context,
  queue: string,
  ids: readonly number[],
  target: MoveMessages,
  total: Moved,
): Promise<void> {
  for (let at = 0; at < ids.length; at += MOVE_MAX) {
    await moveBatch(context, queue, { ...target, ids: ids.slice(at, at + MOVE_MAX) }, total)
  }
}

/** What comes while it goes on is left: a queue that gets its own messages back would never be done. */
async function moveFound(
  context: Context,
  queue: string,
  what: MoveMessages,
  limit: number,
  total: Moved,
): Promise<void> {
  const { client, vhost } = context
  const peek = client.messages.browse(vhost, queue, { count: 1, truncate: 0 })
  const at = await onWarren(context, peek, () => noQueue(context, queue))
  const there = at.messages_ready + at.messages_delayed + at.messages_unacknowledged
  const most = Math.min(limit, there)
  let after: number | null = -1
  while (after !== null && total.moved < most) {
    const count = Math.min(most - total.moved, MOVE_MAX)
    after = await moveBatch(context, queue, { ...what, after, count }, total)
  }
}

async function moveBatch(context: Context, queue: string, what: MoveMessages, total: Moved): Promise<number | null> {
  try {
    const request = context.client.messages.move(context.vhost, queue, what)
    const answer = await onWarren(context, request, () => noQueueOrTarget(context, queue, what))
    total.moved += answer.moved
    total.gone += answer.gone
    total.refused += answer.refused
    return answer.next_after
  } catch (error) {
    if (total.moved === 0 || !isManagementError(error)) throw error
    throw new CliError(ExitCode.unavailable, `${error.message} of the last batch; ${total.moved} were moved before`)
  }
}

function noQueueOrTarget(context: Context, queue: string, { queue: to, exchange }: MoveMessages): CliError {
  const target = to === undefined ? `exchange '${exchange}'` : `queue '${to}'`
  return new CliError(
    ExitCode.unavailable,
    `There is no queue '${queue}' or no ${target} in vhost '${context.vhost}'`,
    "'amqpctl list_queues' and 'amqpctl list_exchanges' list those there are; --vhost names another vhost.",
  )
}

/** @throws UsageError */
function readTarget(options: CommandOptions): MoveMessages {
  const queue = options.text('to')
  const exchange = options.text('exchange')
  const routingKey = options.text('routingKey')
  if ((queue === undefined) === (exchange === undefined)) {
    throw new UsageError('Where messages are moved is said with --to <queue> or with --exchange <exchange>')
  }
  if (queue !== undefined) {
    if (routingKey !== undefined) throw new UsageError('--routing-key goes with --exchange')
    return { queue }
  }
  return { exchange: exchange ?? '', ...(routingKey === undefined ? {} : { routing_key: routingKey }) }
}

/** @throws UsageError */
function readCount(options: CommandOptions): number {
  const count = options.integer('count') ?? Number.POSITIVE_INFINITY
  if (count < 1) throw badArgument(`--count ${count}; it takes 1 or more`)
  return count
}

export async function redrive(context: Context, queue: string, options: CommandOptions): Promise<void> {
  const { client, output, vhost } = context
  const limit = readCount(options)
  const rate = options.integer('rate')
  const by = options.choice('by', ['last', 'first']) ?? 'last'
  output.info(`Sending messages of queue '${queue}' in vhost '${vhost}' back to where they died ...`)
  const peek = client.messages.browse(vhost, queue, { count: 1, truncate: 0 })
  const { messages_ready: there } = await onWarren(context, peek, () => noQueue(context, queue))
  // What dies again meanwhile is left, so that this ends.
  const most = Math.min(limit, there)
  const batchMax = rate === undefined ? REDRIVE_MAX : Math.max(1, Math.min(REDRIVE_MAX, rate * REDRIVE_SECONDS))
  const queues = new Map<string, number>()
  let total = 0
  let last: RedrivenMessages | undefined
  const work = async () => {
    while (total < most) {
      const count = Math.min(most - total, batchMax)
      const request = client.messages.redrive(vhost, queue, { by, count, ...(rate === undefined ? {} : { rate }) })
      last = await onWarren(context, request, () => noQueue(context, queue))
      total += last.redriven
      for (const [name, number] of Object.entries(last.queues)) queues.set(name, (queues.get(name) ?? 0) + number)
      if (last.redriven < count) return
    }
  }
  await withProgress(context, () => `Sending back: ${total} of ${most} messages`, work())
  if (output.isJson) {
    const { not_dead_lettered = 0, queue_gone = 0, refused = 0 } = last ?? {}
    const stayed = { not_dead_lettered, queue_gone, refused }
    output.line(JSON.stringify({ result: 'ok', redriven: total, queues: Object.fromEntries(queues), ...stayed }))
    return
  }
  if (queues.size > 0) output.listing(['queue', 'messages'], [...queues])
  output.line([`Sent back ${total} messages`, ...stayedTexts(last)].join(', '))
}

/** Of the last request, which has met all that stay. */
function stayedTexts(answer: RedrivenMessages | undefined): string[] {
  if (answer === undefined) return []
  return [
    ...(answer.not_dead_lettered > 0 ? [`${answer.not_dead_lettered} were no dead letters`] : []),
    ...(answer.queue_gone > 0 ? [`${answer.queue_gone} died in a queue that is gone`] : []),
    ...(answer.refused > 0 ? [`${answer.refused} were refused by a queue that is full`] : []),
  ]
}
