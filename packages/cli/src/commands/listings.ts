/** What there is in a broker: queues, exchanges, bindings, connections, channels, consumers. */

import { isManagementError } from '@warrenmq/client/management'
import { CHANNEL_COLUMNS, CONNECTION_COLUMNS, CONSUMER_COLUMNS } from '../columns/connection-columns.ts'
import { BINDING_COLUMNS, EXCHANGE_COLUMNS } from '../columns/exchange-columns.ts'
import { QUEUE_COLUMNS, QUEUE_TOTALS } from '../columns/queue-columns.ts'
import { chooseColumns, columnDetails, rowsOf } from '../columns.ts'
import type { CommandGroup } from '../command.ts'

const DEFAULT_BINDING_COLUMNS = Object.keys(BINDING_COLUMNS)
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
    {
      name: 'list_exchanges',
      summary: 'lists the exchanges of a vhost',
      arguments: [['[column...]', 'what is shown (default name type)']],
      choices: Object.keys(EXCHANGE_COLUMNS),
      details: [columnDetails(EXCHANGE_COLUMNS)],
      examples: ['list_exchanges', 'list_exchanges -p orders name type durable arguments'],
      async run(context, args) {
        const columns = chooseColumns(EXCHANGE_COLUMNS, args, ['name', 'type'])
        context.output.info(`Listing exchanges for vhost ${context.vhost} ...`)
        const exchanges = await orNone(context.client.exchanges.list(context.vhost))
        context.output.listing(columns, rowsOf(EXCHANGE_COLUMNS, columns, exchanges))
      },
    },
    {
      name: 'list_bindings',
      summary: 'lists the bindings of a vhost, those of the default exchange too',
      arguments: [['[column...]', 'what is shown (default all columns)']],
      choices: Object.keys(BINDING_COLUMNS),
      details: [columnDetails(BINDING_COLUMNS)],
      examples: ['list_bindings', 'list_bindings source_name destination_name routing_key'],
      async run(context, args) {
        const columns = chooseColumns(BINDING_COLUMNS, args, DEFAULT_BINDING_COLUMNS)
        context.output.info(`Listing bindings for vhost ${context.vhost}...`)
        const bindings = await orNone(context.client.bindings.list(context.vhost))
        context.output.listing(columns, rowsOf(BINDING_COLUMNS, columns, bindings))
      },
    },
    {
      name: 'list_connections',
      summary: 'lists connections of all vhosts',
      arguments: [['[column...]', 'what is shown (default user peer_host peer_port state)']],
      choices: Object.keys(CONNECTION_COLUMNS),
      details: [columnDetails(CONNECTION_COLUMNS), 'The pid is the name, which close_connection takes.'],
      examples: ['list_connections', 'list_connections name user vhost channels'],
      async run(context, args) {
        const columns = chooseColumns(CONNECTION_COLUMNS, args, ['user', 'peer_host', 'peer_port', 'state'])
        context.output.info('Listing connections ...')
        const connections = await context.client.connections.list()
        context.output.listing(columns, rowsOf(CONNECTION_COLUMNS, columns, connections))
      },
    },
    {
      name: 'list_channels',
      summary: 'lists channels of all vhosts',
      arguments: [['[column...]', 'what is shown (default pid user consumer_count messages_unacknowledged)']],
      choices: Object.keys(CHANNEL_COLUMNS),
      details: [columnDetails(CHANNEL_COLUMNS), 'The pid is the name.'],
      examples: ['list_channels', 'list_channels name prefetch_count confirm transactional'],
      async run(context, args) {
        const byDefault = ['pid', 'user', 'consumer_count', 'messages_unacknowledged']
        const columns = chooseColumns(CHANNEL_COLUMNS, args, byDefault)
        context.output.info('Listing channels ...')
        context.output.listing(columns, rowsOf(CHANNEL_COLUMNS, columns, await context.client.channels.list()))
      },
    },
    {
      name: 'list_consumers',
      summary: 'lists the consumers of a vhost',
      arguments: [['[column...]', 'what is shown (default all columns but activity_status)']],
      choices: Object.keys(CONSUMER_COLUMNS),
      details: [columnDetails(CONSUMER_COLUMNS), 'The channel_pid is the name of the channel.'],
      examples: ['list_consumers -p orders', 'list_consumers queue_name consumer_tag active'],
      async run(context, args) {
        const columns = chooseColumns(CONSUMER_COLUMNS, args, DEFAULT_CONSUMER_COLUMNS)
        context.output.info(`Listing consumers in vhost ${context.vhost} ...`)
        const consumers = await orNone(context.client.consumers.list(context.vhost))
        context.output.listing(columns, rowsOf(CONSUMER_COLUMNS, columns, consumers))
      },
    },
  ],
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
