import type { CommandGroup } from '../command.ts'
import { inVhost, noParameter, noVhost, orRefuse, parseJsonArgument } from '../refusals.ts'

export const PARAMETER_COMMANDS: CommandGroup = {
  title: 'Parameters',
  commands: [
    {
      name: 'set_parameter',
      summary: 'sets a runtime parameter of a component',
      arguments: [
        ['<component>', 'such as federation-upstream or shovel'],
        ['<name>', 'its name'],
        ['<value>', 'JSON'],
      ],
      examples: [`set_parameter -p orders federation-upstream eu '{"uri":"amqp://eu.example"}'`],
      async run(context, [component, name, value]) {
        context.output.info(
          `Setting runtime parameter "${name}" for component "${component}" to "${value}" in vhost "${context.vhost}" ...`,
        )
        const parsed = parseJsonArgument(value)
        await inVhost(context, context.client.parameters.set(component, context.vhost, name, parsed))
        context.output.done()
      },
    },
    {
      name: 'clear_parameter',
      summary: 'removes a runtime parameter',
      arguments: [
        ['<component>', 'such as federation-upstream or shovel'],
        ['<name>', 'its name'],
      ],
      examples: ['clear_parameter -p orders federation-upstream eu'],
      async run(context, [component, name]) {
        const { vhost } = context
        context.output.info(`Clearing runtime parameter "${name}" for component "${component}" on vhost "${vhost}" ...`)
        await orRefuse(context.client.parameters.delete(component, vhost, name), 'NOT_FOUND', noParameter)
        context.output.done()
      },
    },
    {
      name: 'list_parameters',
      summary: 'lists the runtime parameters of a vhost',
      examples: ['list_parameters -p orders'],
      async run(context) {
        context.output.info(`Listing runtime parameters for vhost "${context.vhost}" ...`)
        if ((await context.client.vhosts.find(context.vhost)) === undefined) throw noVhost(context.vhost)
        const parameters = await context.client.parameters.list()
        context.output.listing(
          ['component', 'name', 'value'],
          parameters
            .filter(({ vhost }) => vhost === context.vhost)
            .map(({ component, name, value }) => [component, name, parameterText(value)]),
        )
      },
    },
    {
      name: 'set_global_parameter',
      summary: 'sets a parameter of the whole broker',
      arguments: [
        ['<name>', 'its name'],
        ['<value>', 'JSON'],
      ],
      examples: [`set_global_parameter mqtt_default_vhosts '{"O=client,CN=guest":"/"}'`],
      async run(context, [name, value]) {
        context.output.info(`Setting global runtime parameter "${name}" to "${value}" ...`)
        await context.client.parameters.setGlobal(name, parseJsonArgument(value))
        context.output.done()
      },
    },
    {
      name: 'clear_global_parameter',
      summary: 'removes a parameter of the whole broker',
      arguments: [['<name>', 'its name']],
      examples: ['clear_global_parameter mqtt_default_vhosts'],
      async run(context, [name]) {
        context.output.info(`Clearing global runtime parameter "${name}" ...`)
        await orRefuse(context.client.parameters.deleteGlobal(name), 'NOT_FOUND', noParameter)
        context.output.done()
      },
    },
    {
      name: 'list_global_parameters',
      summary: 'lists the parameters of the whole broker',
      examples: ['list_global_parameters'],
      async run(context) {
        context.output.info('Listing global runtime parameters ...')
        const parameters = await context.client.parameters.listGlobal()
        context.output.listing(
          ['name', 'value'],
          parameters.map(({ name, value }) => [name, JSON.stringify(value)]),
        )
      },
    },
  ],
}

/** RabbitMQ's HTTP API writes an empty object as a list; parameters are objects. */
function parameterText(value: unknown): string {
  return Array.isArray(value) && value.length === 0 ? '{}' : JSON.stringify(value)
}
