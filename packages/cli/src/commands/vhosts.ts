import type { Vhost, VhostDefinition } from '@warrenmq/client/management'
import { type Columns, chooseColumns, columnDetails, rowsOf } from '../columns.ts'
import type { CommandGroup } from '../command.ts'
import type { CommandOptions } from '../command-options.ts'
import type { Context } from '../context.ts'
import { noVhost, orRefuse } from '../refusals.ts'

const COLUMNS: Columns<Vhost> = {
  name: 'name',
  description: 'description',
  tags: 'tags',
  default_queue_type: 'default_queue_type',
  tracing: 'tracing',
  cluster_state: ({ cluster_state = {} }) =>
    Object.entries(cluster_state).map(([node, state]) => `{${node}, ${state}}`),
  metadata: 'metadata',
}

const METADATA_OPTIONS = [
  { flags: '--description <text>', description: 'what it is for' },
  { flags: '--tags <tags>', description: 'words, separated by commas' },
  { flags: '--default-queue-type <type>', description: 'type of queues that are declared without one' },
]

export const VHOST_COMMANDS: CommandGroup = {
  title: 'Virtual hosts',
  commands: [
    {
      name: 'add_vhost',
      summary: 'creates a vhost; nothing happens when it is there',
      arguments: [['<vhost>', 'its name']],
      options: METADATA_OPTIONS,
      details: ['The user who asks gets all permissions in it: that is how the HTTP API makes vhosts.'],
      examples: ['add_vhost orders', 'add_vhost orders --description "Order processing" --default-queue-type quorum'],
      async run(context, [vhost], options) {
        context.output.info(`Adding vhost "${vhost}" ...`)
        const existing = await context.client.vhosts.find(vhost)
        if (existing === undefined) await context.client.vhosts.set(vhost, metadataOf(options))
        context.output.done()
      },
    },
    {
      name: 'update_vhost_metadata',
      summary: 'changes what is said of a vhost',
      arguments: [['<vhost>', 'its name']],
      options: METADATA_OPTIONS,
      examples: ['update_vhost_metadata orders --description "Orders of all shops"'],
      async run(context, [vhost], options) {
        context.output.info(`Updating metadata of vhost "${vhost}" ...`)
        await changeVhost(context, vhost, metadataOf(options))
        context.output.done()
      },
    },
    {
      name: 'delete_vhost',
      summary: 'deletes a vhost with everything in it',
      arguments: [['<vhost>', 'its name']],
      examples: ['delete_vhost orders'],
      async run(context, [vhost]) {
        context.output.info(`Deleting vhost "${vhost}" ...`)
        await orRefuse(context.client.vhosts.delete(vhost), 'NOT_FOUND', () => noVhost(vhost))
        context.output.done()
      },
    },
    {
      name: 'list_vhosts',
      summary: 'lists vhosts',
      arguments: [['[column...]', 'what is shown (default name)']],
      choices: Object.keys(COLUMNS),
      details: [columnDetails(COLUMNS)],
      examples: ['list_vhosts', 'list_vhosts name description tags tracing'],
      async run(context, args) {
        const columns = chooseColumns(COLUMNS, args, ['name'])
        context.output.info('Listing vhosts ...')
        context.output.listing(columns, rowsOf(COLUMNS, columns, await context.client.vhosts.list()))
      },
    },
    {
      name: 'set_vhost_tags',
      summary: 'sets the tags of a vhost, in place of those there are',
      arguments: [
        ['<vhost>', 'its name'],
        ['[tag...]', 'words'],
      ],
      examples: ['set_vhost_tags orders production eu'],
      async run(context, [vhost, ...tags]) {
        context.output.info(`Setting tags for virtual host "${vhost}" to [${tags.join(', ')}] ...`)
        await changeVhost(context, vhost, { tags })
        context.output.done()
      },
    },
    {
      name: 'trace_on',
      summary: 'copies every message of a vhost to the exchange amq.rabbitmq.trace',
      details: ['A WarrenMQ keeps this setting but copies nothing yet; tap shows there what passes.'],
      examples: ['trace_on -p orders'],
      async run(context) {
        context.output.info(`Starting tracing for vhost "${context.vhost}" ...`)
        await changeVhost(context, context.vhost, { tracing: true })
        context.output.answer(`Trace enabled for vhost ${context.vhost}`, { result: 'ok' })
      },
    },
    {
      name: 'trace_off',
      summary: 'ends what trace_on began',
      examples: ['trace_off -p orders'],
      async run(context) {
        context.output.info(`Stopping tracing for vhost "${context.vhost}" ...`)
        await changeVhost(context, context.vhost, { tracing: false })
        context.output.answer(`Trace disabled for vhost ${context.vhost}`, { result: 'ok' })
      },
    },
  ],
}

/** What is not given stays; the HTTP API would make a vhost that is missing. @throws CliError */
async function changeVhost({ client }: Context, vhost: string, change: VhostDefinition): Promise<void> {
  const before = await client.vhosts.find(vhost)
  if (before === undefined) throw noVhost(vhost)
  const { description, tags, default_queue_type } = before
  await client.vhosts.set(vhost, {
    ...(description ? { description } : {}),
    ...(tags?.length ? { tags } : {}),
    ...(default_queue_type && default_queue_type !== 'undefined' ? { defaultQueueType: default_queue_type } : {}),
    ...change,
  })
}

function metadataOf(options: CommandOptions): VhostDefinition {
  const description = options.text('description')
  const tags = options.text('tags')
  const defaultQueueType = options.text('defaultQueueType')
  return {
    ...(description === undefined ? {} : { description }),
    ...(tags === undefined ? {} : { tags: tags.split(',').map((tag) => tag.trim()) }),
    ...(defaultQueueType === undefined ? {} : { defaultQueueType }),
  }
}
