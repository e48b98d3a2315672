import type { Policies } from '@warrenmq/client/management'
import { badArgument } from '../cli-error.ts'
import type { Command, CommandGroup } from '../command.ts'
import type { Context } from '../context.ts'
import { inVhost, noParameter, orRefuse, parseObjectArgument } from '../refusals.ts'

/** In which words the two kinds of policies differ. */
interface Kind {
  readonly name: 'policy' | 'operator_policy'
  readonly list: string
  readonly words: string
  readonly setting: string
  readonly listing: string
  policies(context: Context): Policies
  readonly example: string
}

const POLICY: Kind = {
  name: 'policy',
  list: 'list_policies',
  words: 'policy',
  setting: 'policy',
  listing: 'policies',
  policies: ({ client }) => client.policies,
  example: `ttl '^tmp\\.' '{"message-ttl":60000}' --apply-to queues --priority 1`,
}

const OPERATOR_POLICY: Kind = {
  name: 'operator_policy',
  list: 'list_operator_policies',
  words: 'operator policy',
  setting: 'operator policy override',
  listing: 'operator policy overrides',
  policies: ({ client }) => client.operatorPolicies,
  example: `cap '.*' '{"max-length":100000}' --apply-to queues`,
}

export const POLICY_COMMANDS: CommandGroup = {
  title: 'Policies',
  commands: [POLICY, OPERATOR_POLICY].flatMap(policyCommands),
}

function policyCommands(kind: Kind): Command[] {
  return [
    {
      name: `set_${kind.name}`,
      summary: `sets a${kind === POLICY ? '' : 'n'} ${kind.words}`,
      arguments: [
        ['<name>', 'its name'],
        ['<pattern>', 'regular expression on the names of queues or exchanges'],
        ['<definition>', 'JSON'],
      ],
      options: [
        { flags: '--priority <number>', description: 'the highest that matches is used (default 0)' },
        { flags: '--apply-to <kind>', description: 'queues, exchanges or all (default all)' },
      ],
      examples: [`set_${kind.name} -p orders ${kind.example}`],
      async run(context, [name, pattern, definition], options) {
        const priority = options.integer('priority') ?? 0
        const applyTo = options.text('applyTo') ?? 'all'
        if (name === '') throw badArgument('name cannot be an empty string')
        context.output.info(
          `Setting ${kind.setting} "${name}" for pattern "${pattern}" to "${definition}" with priority "${priority}" for vhost "${context.vhost}" ...`,
        )
        const policy = { pattern, definition: parseObjectArgument(definition), priority, 'apply-to': applyTo }
        await inVhost(context, kind.policies(context).set(context.vhost, name, policy))
        context.output.done()
      },
    },
    {
      name: `clear_${kind.name}`,
      summary: `removes a${kind === POLICY ? '' : 'n'} ${kind.words}`,
      arguments: [['<name>', 'its name']],
      examples: [`clear_${kind.name} -p orders ${kind.example.split(' ')[0]}`],
      async run(context, [name]) {
        context.output.info(`Clearing ${kind.words} "${name}" on vhost "${context.vhost}" ...`)
        await orRefuse(kind.policies(context).delete(context.vhost, name), 'NOT_FOUND', noParameter)
        context.output.done()
      },
    },
    {
      name: kind.list,
      summary: `lists the ${kind.listing} of a vhost`,
      examples: [`${kind.list} -p orders`],
      async run(context) {
        context.output.info(`Listing ${kind.listing} for vhost "${context.vhost}" ...`)
        const policies = await inVhost(context, kind.policies(context).list(context.vhost))
        context.output.listing(
          ['vhost', 'name', 'pattern', 'apply-to', 'definition', 'priority'],
          policies.map((policy) => [
            policy.vhost,
            policy.name,
            policy.pattern,
            policy['apply-to'],
            JSON.stringify(policy.definition),
            policy.priority,
          ]),
        )
      },
    },
  ]
}
