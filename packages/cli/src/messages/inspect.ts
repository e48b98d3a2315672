/** What is shown of messages in a queue, and how single ones are removed. */

import { isManagementError, type MessageHolder, type QueuedMessage } from '@warrenmq/client/management'
import { badArgument, CliError, UsageError } from '../cli-error.ts'
import { type Columns, rowsOf } from '../columns.ts'
import type { CommandOptions } from '../command-options.ts'
import type { Context } from '../context.ts'
import { ExitCode } from '../exit-code.ts'
import { escapeControls } from '../output/cell.ts'
import { explainMissing, noQueue, onWarren } from '../warren-only.ts'
import { readSearch } from './search.ts'

export const STATES = ['ready', 'unacked', 'all'] as const
const COUNT_DEFAULT = 100
/** Most messages of one request. */
const PAGE_MAX = 1000
/** Bytes of each payload in a table, where it has a line only. */
const TRUNCATE_IN_TABLE = 200

const COLUMNS: Columns<QueuedMessage> = {
  id: 'id',
  state: 'state',
  redelivered: 'redelivered',
  exchange: 'exchange',
  routing_key: 'routing_key',
  payload_bytes: 'payload_bytes',
  properties: 'properties',
  payload: (message) => (message.unreadable ? '(unreadable)' : message.payload),
}

export async function browse(context: Context, queue: string, options: CommandOptions): Promise<void> {
  const { client, output, vhost } = context
  const count = options.integer('count') ?? COUNT_DEFAULT
  if (count < 1) throw badArgument(`--count ${count}; it takes 1 or more`)
  const state = options.choice('state', STATES) ?? 'ready'
  const truncate = options.integer('truncate') ?? (output.isJson ? undefined : TRUNCATE_IN_TABLE)
  const search = readSearch(options) ?? {}
  let after = options.integer('after') ?? -1
  output.info(`Browsing messages of queue '${queue}' in vhost '${vhost}' ...`)
  const found: QueuedMessage[] = []
  let isComplete = false
  while (found.length < count && !isComplete) {
    const page = { state, search, after, count: Math.min(count - found.length, PAGE_MAX) }
    const request = client.messages.browse(vhost, queue, truncate === undefined ? page : { ...page, truncate })
    const answer = await onWarren(context, request, () => noQueue(context, queue))
    for (const message of answer.items) found.push(message)
    isComplete = answer.next_after === null
    after = answer.next_after ?? after
  }
  if (output.isJson) output.line(JSON.stringify(found))
  else output.listing(Object.keys(COLUMNS), rowsOf(COLUMNS, Object.keys(COLUMNS), found))
  if (!isComplete) output.info(`There are more: go on with --after ${after}`)
}

export async function show(context: Context, queue: string, ids: readonly string[]): Promise<void> {
  if (ids.length !== 1) throw new UsageError(ids.length === 0 ? 'not enough arguments.' : 'too many arguments.')
  const { client, output, vhost } = context
  const id = readId(ids[0])
  const message = await client.messages.find(vhost, queue, id)
  if (message === undefined) throw await explainMissing(context, () => noMessage(context, queue, [id]))
  if (output.isJson) {
    output.line(JSON.stringify(message))
    return
  }
  const { payload = '', payload_encoding: encoding, held_by: holder, ...fields } = message
  for (const [name, value] of Object.entries(fields)) output.line(`${name}: ${fieldText(name, value)}`)
  if (holder !== undefined) for (const line of holderLines(holder)) output.line(line)
  if (message.unreadable) return
  output.line(encoding === 'base64' ? 'payload (base64):' : 'payload:')
  // Lines stay lines; what else a terminal would obey is written out.
  output.line(payload.split('\n').map(escapeControls).join('\n'))
}

/** Removes those that are there, and fails when any was not. */
export async function deleteMessages(context: Context, queue: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) throw new UsageError('not enough arguments.')
  const { client, output, vhost } = context
  const numbers = ids.map(readId)
  output.info(`Deleting messages of queue '${queue}' in vhost '${vhost}' ...`)
  const missing: number[] = []
  for (const id of numbers) {
    try {
      await client.messages.delete(vhost, queue, id)
    } catch (error) {
      if (!isManagementError(error, 'NOT_FOUND', 'UNSUPPORTED')) throw error
      missing.push(id)
    }
  }
  const deleted = numbers.length - missing.length
  if (deleted > 0) output.answer(`Deleted ${deleted} messages`, { deleted })
  if (missing.length > 0) throw await explainMissing(context, () => noMessage(context, queue, missing))
}

/** The number of a message. @throws UsageError */
export function readId(text: string): number {
  const id = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(id)) return id
  throw badArgument(`'${text}' is no number of a message`)
}

function noMessage(context: Context, queue: string, ids: readonly number[]): CliError {
  return new CliError(
    ExitCode.unavailable,
    `Queue '${queue}' in vhost '${context.vhost}' has no message ${ids.join(', ')}`,
    `'amqpctl messages browse ${queue} --state all' shows those there are.`,
  )
}

function fieldText(name: string, value: unknown): string {
  if (name.endsWith('_at') && typeof value === 'number') return isoTime(value)
  return escapeControls(typeof value === 'string' ? value : JSON.stringify(value))
}

function holderLines(holder: MessageHolder): string[] {
  const consumer = holder.consumer_tag === null ? 'fetched with basic.get' : `consumer ${holder.consumer_tag}`
  const { delivered_after: after, delivered_before: before } = holder
  return [
    escapeControls(`held by: ${holder.channel}, user ${holder.user}, ${consumer}, delivery tag ${holder.delivery_tag}`),
    `delivered: between ${isoTime(after)} and ${isoTime(before)}`,
  ]
}

function isoTime(milliseconds: number): string {
  // Whatever lies beyond the calendar is shown as it is.
  return Math.abs(milliseconds) <= 8.64e15 ? new Date(milliseconds).toISOString() : String(milliseconds)
}
