/** What there is in a broker: queues, exchanges, bindings, connections, channels, consumers. */

import { isManagementError } from '@warrenmq/client/management'
import { CHANNEL_COLUMNS, CONNECTION_COLUMNS, CONSUMER_COLUMNS } from '../columns/connection-columns.ts'
import { BINDING_COLUMNS, EXCHANGE_COLUMNS } from '../columns/exchange-columns.ts'
import { QUEUE_COLUMNS, QUEUE_TOTALS } from '../columns/queue-columns.ts'
import { type Columns, chooseColumns, columnDetails, rowsOf } from '../columns.ts'
import type { Command, CommandGroup } from '../command.ts'
import type { Context } from '../context.ts'

const DEFAULT_CONSUMER_COLUMNS = [
  'queue_name',
  'channel_pid',
  'consumer_tag',
  'ack_required',
  'prefetch_count',
  'active',
  'arguments',
]

export const LISTING_COMMANDS: CommandGroup = {
  title: 'Listings',
  commands: [
    {
      name: 'list_queues',
      summary: 'lists the queues of a vhost',
      arguments: [['[column...]', 'what is shown (default name messages)']],
      choices: Object.keys(QUEUE_COLUMNS),
      options: [
        { flags: '--online', description: 'only queues that can be used' },
        { flags: '--offline', description: 'only queues that cannot' },
        { flags: '--local', description: 'accepted for scripts; every queue is listed' },
      ],
      details: [columnDetails(QUEUE_COLUMNS)],
      examples: ['list_queues name messages consumers', '-q -p orders list_queues name arguments --formatter json'],
      async run(context, args, options) {
        const columns = chooseColumns(QUEUE_COLUMNS, args, ['name', 'messages'])
        context.output.info(`Timeout: ${context.settings.timeoutSeconds.toFixed(1)} seconds ...`)
        context.output.info(`Listing queues for vhost ${context.vhost} ...`)
        const totalsOnly = columns.every((name) => QUEUE_TOTALS.has(name)) && !options.flag('offline')
        const queues = await orNone(context.client.queues.list(context.vhost, { totalsOnly }))
        const wanted = queues.filter(({ state }) => {
          const isDown = state === 'down' || state === 'stopped' || state === 'crashed'
          return options.flag('offline') ? isDown : !(options.flag('online') && isDown)
        })
        context.output.listing(columns, rowsOf(QUEUE_COLUMNS, columns, wanted))
      },
    },
    listing({
      name: 'list_exchanges',
      summary: 'lists the exchanges of a vhost',
      known: EXCHANGE_COLUMNS,
      byDefault: ['name', 'type'],
      examples: ['list_exchanges', 'list_exchanges -p orders name type durable arguments'],
      heading: ({ vhost }) => `Listing exchanges for vhost ${vhost} ...`,
      items: ({ client, vhost }) => orNone(client.exchanges.list(vhost)),
    }),
    listing({
      name: 'list_bindings',
      summary: 'lists the bindings of a vhost, those of the default exchange too',
      known: BINDING_COLUMNS,
      byDefault: Object.keys(BINDING_COLUMNS),
      byDefaultText: 'all columns',
      examples: ['list_bindings', 'list_bindings source_name destination_name routing_key'],
      heading: ({ vhost }) => `Listing bindings for vhost ${vhost}...`,
      items: ({ client, vhost }) => orNone(client.bindings.list(vhost)),
    }),
    listing({
      name: 'list_connections',
      summary: 'lists connections of all vhosts',
      known: CONNECTION_COLUMNS,
      byDefault: ['user', 'peer_host', 'peer_port', 'state'],
      details: ['The pid is the name, which close_connection takes.'],
      examples: ['list_connections', 'list_connections name user vhost channels'],
      heading: () => 'Listing connections ...',
      items: ({ client }) => client.connections.list(),
    }),
    listing({
      name: 'list_channels',
      summary: 'lists channels of all vhosts',
      known: CHANNEL_COLUMNS,
      byDefault: ['pid', 'user', 'consumer_count', 'messages_unacknowledged'],
      details: ['The pid is the name.'],
      examples: ['list_channels', 'list_channels name prefetch_count confirm transactional'],
      heading: () => 'Listing channels ...',
      items: ({ client }) => client.channels.list(),
    }),
    listing({
      name: 'list_consumers',
      summary: 'lists the consumers of a vhost',
      known: CONSUMER_COLUMNS,
      byDefault: DEFAULT_CONSUMER_COLUMNS,
      byDefaultText: 'all columns but activity_status',
      details: ['The channel_pid is the name of the channel.'],
      examples: ['list_consumers -p orders', 'list_consumers queue_name consumer_tag active'],
      heading: ({ vhost }) => `Listing consumers in vhost ${vhost} ...`,
      items: ({ client, vhost }) => orNone(client.consumers.list(vhost)),
    }),
  ],
}

/** A listing without options of its own. */
interface Listing<Item> extends Pick<Command, 'name' | 'summary' | 'examples' | 'details'> {
  readonly known: Columns<Item>
  readonly byDefault: readonly string[]
  /** What help says of them, if not their names. */
  readonly byDefaultText?: string
  heading(context: Context): string
  items(context: Context): Promise<Item[]>
}

function listing<Item>({ name, summary, examples, details = [], ...how }: Listing<Item>): Command {
  const { known, byDefault, byDefaultText = byDefault.join(' ') } = how
  return {
    name,
    summary,
    arguments: [['[column...]', `what is shown (default ${byDefaultText})`]],
    choices: Object.keys(known),
    details: [columnDetails(known), ...details],
    examples,
    async run(context, args) {
      const columns = chooseColumns(known, args, byDefault)
      context.output.info(how.heading(context))
      context.output.listing(columns, rowsOf(known, columns, await how.items(context)))
    },
  }
}

/** A vhost that does not exist has nothing in it, as far as rabbitmqctl's listings go. */
async function orNone<Item>(answer: Promise<Item[]>): Promise<Item[]> {
  try {
    return await answer
  } catch (error) {
    if (isManagementError(error, 'NOT_FOUND')) return []
    throw error
  }
}
