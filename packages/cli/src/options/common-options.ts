/** The options that every command takes, before or behind its name. */

import { Option } from 'commander'

/** A fresh set; commander keeps state in options. */
export function commonOptions(): Option[] {
  return [
    new Option('--url <url>', 'where the HTTP API is (AMQPCTL_URL; default http://localhost:15672)'),
    new Option('-u, --user <name>', 'who asks (AMQPCTL_USER; default guest)'),
    new Option('--password <password>', 'its password (better AMQPCTL_PASSWORD or a profile: others see arguments)'),
    new Option('-p, --vhost <vhost>', 'the vhost of commands that work in one (AMQPCTL_VHOST; default /)'),
    new Option('-n, --node <node>', 'the node that is asked about (default the one that answers)'),
    new Option('--profile <name>', 'settings of this name from the configuration file (AMQPCTL_PROFILE)'),
    new Option('-t, --timeout <seconds>', 'how long an answer may take (AMQPCTL_TIMEOUT; default 60; 0: no limit)'),
    new Option('--formatter <formatter>', 'how listings look').choices([
      'table',
      'json',
      'csv',
      'pretty_table',
      'pretty',
    ]),
    new Option('-q, --quiet', 'without informational lines'),
    new Option('-s, --silent', 'without informational lines and without the header of tables'),
    new Option('--no-table-headers', 'without the header of tables'),
    // rabbitmqadmin's.
    new Option('-V <vhost>').hideHelp(),
    // rabbitmqctl's, which mean nothing over HTTP; scripts pass them.
    new Option('-l, --longnames').hideHelp(),
    new Option('--erlang-cookie <cookie>').hideHelp(),
    new Option('--script-name <name>').hideHelp(),
  ]
}

/** What was given of them. */
export interface CommonValues {
  readonly url?: string
  readonly user?: string
  readonly password?: string
  readonly vhost?: string
  /** The same, as rabbitmqadmin has it. */
  readonly V?: string
  readonly node?: string
  readonly profile?: string
  readonly timeout?: string
  readonly formatter?: string
  readonly quiet?: boolean
  readonly silent?: boolean
  readonly tableHeaders?: boolean
}
