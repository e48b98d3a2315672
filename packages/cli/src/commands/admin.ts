/** The commands of rabbitmqadmin. */

import { writeFileSync } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import type { FetchedMessage } from '@warrenmq/client/management'
import { formatItems, ITEM_FORMATS, type ItemFormat } from '../admin/item-formats.ts'
import {
  CLOSEABLE,
  DECLARABLE,
  DELETABLE,
  GET,
  type Kind,
  LISTABLE,
  type ListedKind,
  PUBLISH,
  PURGEABLE,
  SHOWABLE,
} from '../admin/kinds.ts'
import { fillPath, readPairs } from '../admin/pairs.ts'
import { UsageError } from '../cli-error.ts'
import type { Command, CommandGroup, OptionDefinition } from '../command.ts'
import type { CommandOptions } from '../command-options.ts'
import type { Context } from '../context.ts'
import { parseDefinitions, readDefinitions } from '../definitions-file.ts'

const LIST_OPTIONS: readonly OptionDefinition[] = [
  { flags: '-f, --format <format>', description: `${ITEM_FORMATS.join(', ')} (default table)` },
  { flags: '-S, --sort <column>', description: 'sort by this column' },
  { flags: '-R, --sort-reverse', description: 'sort in the other direction' },
  { flags: '-d, --depth <number>', description: 'how deep nested fields are shown (default 1)' },
]

const PAIRS = ['[pair...]', 'name=value or --name value'] as const

export const ADMIN_COMMANDS: CommandGroup = {
  title: 'Objects (as rabbitmqadmin)',
  commands: [
    changeCommand('declare', 'declared', DECLARABLE, (kind) => kind.method ?? 'PUT', [
      'declare queue name=orders.new durable=true queue_type=quorum',
      'declare queue --name orders.old --type classic --durable true',
      'declare exchange name=orders type=topic',
      "declare binding source=orders destination=orders.new routing_key='new.#'",
    ]),
    changeCommand('delete', 'deleted', DELETABLE, () => 'DELETE', [
      'delete queue name=orders.old',
      'delete binding source=orders destination=orders.new destination_type=queue properties_key=new.%23',
    ]),
    changeCommand('purge', 'purged', PURGEABLE, () => 'DELETE', ['purge queue name=orders.new']),
    changeCommand('close', 'closed', CLOSEABLE, () => 'DELETE', [
      "close connection name='127.0.0.1:52010 -> 127.0.0.1:5672'",
    ]),
    {
      name: 'publish',
      summary: 'publishes a message, whose payload is read from standard input when it is not given',
      arguments: [PAIRS],
      takesPairs: true,
      choices: pairNames(PUBLISH),
      examples: [
        "publish exchange=orders routing_key=new.eu payload='hello'",
        `publish routing_key=orders.new properties='{"delivery_mode":2}' < message.bin`,
      ],
      run: publish,
    },
    {
      name: 'get',
      summary: 'fetches messages from a queue, which keeps them unless ackmode says otherwise',
      arguments: [PAIRS],
      options: [LIST_OPTIONS[0]],
      takesPairs: true,
      choices: pairNames(GET),
      details: [
        'ackmode: ack_requeue_true (default), reject_requeue_true, ack_requeue_false, reject_requeue_false. What is given back is marked redelivered.',
      ],
      examples: [
        'get queue=orders.new count=5',
        'get queue=orders.new ackmode=ack_requeue_false payload_file=message.bin',
      ],
      run: get,
    },
    listCommand('list', 'lists objects, with the fields of the HTTP API as columns', LISTABLE, [
      'list queues',
      'list queues vhost name messages --sort messages --sort-reverse',
      'list connections -f pretty_json',
    ]),
    listCommand('show', 'shows the broker at a glance', SHOWABLE, ['show overview']),
    {
      name: 'export',
      summary: 'writes definitions to a file, those of one vhost when it is named',
      arguments: [['<file>', 'its path']],
      examples: ['export broker.json', 'export -V orders orders.json'],
      async run(context, [path]) {
        const definitions = await context.client.definitions.export(context.settings.vhost)
        writeFileSync(path, JSON.stringify(definitions), { mode: 0o600 })
        context.output.info(`Exported definitions for ${new URL(context.settings.url).hostname} to "${path}"`)
      },
    },
    {
      name: 'import',
      summary: 'reads definitions from a file, into one vhost when it is named',
      arguments: [['<file>', 'its path']],
      examples: ['import broker.json', 'import -V orders orders.json'],
      async run(context, [path]) {
        await importFile(context, path, context.settings.vhost)
        context.output.info(`Imported definitions from "${path}" to ${new URL(context.settings.url).hostname}`)
      },
    },
  ],
}

function changeCommand(
  name: string,
  done: string,
  kinds: Readonly<Record<string, Kind>>,
  method: (kind: Kind) => 'PUT' | 'POST' | 'DELETE',
  examples: readonly string[],
): Command {
  const names = Object.keys(kinds)
  return {
    name,
    summary: `${name}s ${names.length === 1 ? `a ${names[0]}` : 'an object'}`,
    arguments: [['<kind>', names.join(', ')], PAIRS],
    takesPairs: true,
    choices: names,
    details: names.map((kind) => `${kind}: ${pairNames(kinds[kind]).join(' ')}`),
    examples,
    async run(context, [kindName, ...words]) {
      const kind = findKind(kinds, kindName)
      const values = readPairs(kind, words, context.vhost)
      const verb = method(kind)
      const path = fillPath(kind, values)
      const body = verb === 'DELETE' ? undefined : bodyOf(kindName, values)
      await context.client.request({ method: verb, path, body })
      context.output.info(`${kindName} ${done}`)
      context.output.done()
    },
  }
}

function listCommand(
  name: string,
  summary: string,
  kinds: Readonly<Record<string, ListedKind>>,
  examples: readonly string[],
): Command {
  return {
    name,
    summary,
    arguments: [
      ['<kind>', Object.keys(kinds).join(', ')],
      ['[column...]', 'what is shown; dotted names for nested fields'],
    ],
    options: LIST_OPTIONS,
    choices: Object.keys(kinds),
    examples,
    async run(context, [kindName, ...columns], options) {
      const kind = findKind(kinds, kindName)
      const vhost = kind.isInVhost ? context.settings.vhost : undefined
      const format = formatOf(context, options)
      const depth = options.integer('depth') ?? 1
      const usesDefaults = columns.length === 0 && depth === 1 && !format.endsWith('json')
      const shown = usesDefaults ? (kind.columns ?? []) : columns.flatMap((column) => column.split(','))
      const answer = await context.client.request<unknown>({
        method: 'GET',
        path: vhost === undefined ? [kind.path] : [kind.path, vhost],
        query: {
          columns: shown.length === 0 ? undefined : shown,
          sort: options.text('sort'),
          sort_reverse: options.flag('sortReverse') || undefined,
        },
      })
      const items = Array.isArray(answer) ? answer : [answer]
      context.output.raw(formatItems(items, { format, columns: shown, depth, json: kind.json ?? [] }))
    },
  }
}

async function publish(context: Context, words: readonly string[]): Promise<void> {
  const values = readPairs(PUBLISH, words, context.vhost)
  if (values.exchange === '') values.exchange = 'amq.default'
  if (values.payload === undefined) {
    values.payload = (await buffer(context.terminal.stdin)).toString('base64')
    values.payload_encoding = 'base64'
  }
  const path = fillPath(PUBLISH, values)
  const { routed } = await context.client.request<{ routed: boolean }>({ method: 'POST', path, body: values })
  context.output.answer(routed ? 'Message published' : 'Message published but NOT routed', { routed })
}

async function get(context: Context, words: readonly string[], options: CommandOptions): Promise<void> {
  const { payload_file: file, ...values } = readPairs(GET, words, context.vhost)
  if (file !== undefined && values.count !== '1')
    throw new UsageError('Cannot get multiple messages using payload_file')
  const path = fillPath(GET, values)
  const messages = await context.client.request<FetchedMessage[]>({ method: 'POST', path, body: values })
  if (file !== undefined && messages.length > 0) {
    const [{ payload, payload_encoding }] = messages
    writeFileSync(String(file), Buffer.from(payload, payload_encoding === 'base64' ? 'base64' : 'utf8'))
  }
  const columns = file === undefined ? [] : ['routing_key', 'exchange', 'message_count', 'payload_bytes', 'redelivered']
  const view = { format: formatOf(context, options), columns, depth: 1, json: ['properties'] }
  context.output.raw(formatItems(messages, view))
}

async function importFile(context: Context, path: string, vhost: string | undefined): Promise<void> {
  const definitions = parseDefinitions(await readDefinitions(context, path), path)
  await context.client.definitions.import(definitions, vhost)
}

function bodyOf(kind: string, values: Readonly<Record<string, unknown>>): unknown {
  if (kind !== 'queue' || values.queue_type === undefined) return values
  const { queue_type, ...rest } = values
  return { ...rest, arguments: { ...(values.arguments as object), 'x-queue-type': queue_type } }
}

function findKind<K>(kinds: Readonly<Record<string, K>>, name: string): K {
  if (Object.hasOwn(kinds, name)) return kinds[name]
  throw new UsageError(`Type ${name} not recognised; it is one of ${Object.keys(kinds).join(', ')}`)
}

function pairNames({ mandatory, optional = {} }: Kind): string[] {
  return [...mandatory.flatMap((name) => name.split('|')), ...Object.keys(optional)].map((name) => `${name}=`)
}

function formatOf({ output }: Context, options: CommandOptions): ItemFormat {
  const named = options.choice('format', ITEM_FORMATS)
  if (named !== undefined) return named
  if (output.options.formatter === 'json') return 'raw_json'
  return output.options.formatter === 'csv' ? 'csv' : 'table'
}
