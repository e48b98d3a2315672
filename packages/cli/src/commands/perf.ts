import { CliError } from '../cli-error.ts'
import type { CommandGroup } from '../command.ts'
import type { Context } from '../context.ts'
import { ExitCode } from '../exit-code.ts'
import { readPerfSettings } from '../perf/settings.ts'

export const PERF_COMMANDS: CommandGroup = {
  title: 'Load',
  commands: [
    {
      name: 'perf',
      summary: 'publishes and consumes as fast as it can over AMQP, and measures it',
      options: [
        { flags: '-x, --producers <count>', description: 'producers, each with its own connection (default 1)' },
        { flags: '-y, --consumers <count>', description: 'consumers, each with its own connection (default 1)' },
        { flags: '-u, --queue <name>', description: 'the queue (default one that goes with the test)' },
        { flags: '-s, --size <bytes>', description: 'size of a body (default and at least 12)' },
        { flags: '-c, --confirm <window>', description: 'with confirms, and at most so many unconfirmed messages' },
        { flags: '-a, --autoack', description: 'messages count as acknowledged when they are sent' },
        { flags: '-A, --multi-ack-every <count>', description: 'acknowledges so many together (default 1)' },
        { flags: '-q, --qos <count>', description: 'most unacknowledged messages of a consumer (default 1000)' },
        { flags: '-f, --flag <flags>', description: 'persistent, mandatory, or both with a comma' },
        { flags: '-e, --exchange <name>', description: 'the exchange (default the default exchange)' },
        { flags: '-t, --type <type>', description: 'its type, if it is not there yet (default direct)' },
        { flags: '-k, --routing-key <key>', description: "the routing key (default the queue's name)" },
        { flags: '-z, --time <seconds>', description: 'ends after so long' },
        { flags: '-C, --pmessages <count>', description: 'ends when each producer has sent so many' },
        { flags: '-D, --cmessages <count>', description: 'ends when each consumer has received so many' },
        { flags: '-r, --rate <count>', description: 'messages a second of each producer (default no limit)' },
        { flags: '--uri <uri>', description: 'where the broker is (default port 5672 of the host of --url)' },
        { flags: '--json', description: 'a JSON object a line: one a second, and the summary' },
      ],
      details: [
        'The flags are those of PerfTest. A queue or exchange that is there is used as it is; one that is not is declared, durable, and stays. User, password and vhost are those of other commands unless the URI has them; -u, -q, -s and -t have a meaning of their own here, --user and the others have not.',
        'Latencies are in microseconds, from publishing to delivery and to the confirm. Ctrl+C ends it in order, with the summary; so do -z, -C and -D, and without those it goes on. With -C and without -D it ends when nothing has come for a second.',
      ],
      examples: [
        'perf -u orders -c 100 -f persistent -s 1000 -z 30',
        'perf -x 2 -y 4 -a -z 10',
        'perf --uri amqp://rose@broker.example/shop -C 100000 -D 100000 --json',
      ],
      async run(context, _, options) {
        const settings = readPerfSettings(options)
        const isJson = options.flag('json') || context.output.isJson
        const connectOptions = connectOptionsOf(context, options.text('uri'))
        // Only this command needs an AMQP client.
        const { runPerf } = await import('../perf/run-perf.ts')
        const { describeRecent, describeSummary } = await import('../perf/describe-report.ts')
        const interruption = new AbortController()
        const interrupt = () => interruption.abort()
        // Once: the second Ctrl+C ends it at once.
        process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
        try {
          const summary = await runPerf({
            connectOptions,
            settings,
            signal: interruption.signal,
            report(recent) {
              if (isJson) context.output.line(JSON.stringify({ interval: recent }))
              else context.output.info(describeRecent(recent, settings))
            },
          })
          if (isJson) context.output.line(JSON.stringify({ summary }))
          else for (const line of describeSummary(summary, settings)) context.output.line(line)
        } catch (error) {
          throw explain(error)
        } finally {
          process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
        }
      },
    },
  ],
}

/** What a URI leaves out is that of other commands. */
function connectOptionsOf({ settings }: Context, uri: string | undefined) {
  const { user, password, vhost } = settings
  const [, credentials, path] = /^\w+:\/\/([^/?#@]*@)?[^/?#]*\/?([^?#]*)/.exec(uri ?? '') ?? []
  return {
    url: uri ?? `amqp://${new URL(settings.url).hostname}`,
    ...(credentials === undefined ? { user, password } : {}),
    ...(path || vhost === undefined ? {} : { vhost }),
  }
}

/** The client's errors by their codes, so that its classes need not be loaded. */
function explain(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || error instanceof CliError) return error
  switch (error.code) {
    case 'INVALID_OPTION':
      return new CliError(ExitCode.dataError, error.message)
    case 'CONNECT_FAILED':
      return new CliError(ExitCode.unavailable, error.message, 'Name the address of the broker with --uri.')
    case 'LOGIN_REFUSED':
      return new CliError(ExitCode.unavailable, error.message, 'Name user and password in --uri or AMQPCTL_PASSWORD.')
    case 'TIMEOUT':
      return new CliError(ExitCode.temporaryFailure, error.message)
    case 'ABORTED':
      return new CliError(ExitCode.unavailable, 'It was interrupted before the test began')
    default:
      return new CliError(ExitCode.unavailable, error.message)
  }
}
