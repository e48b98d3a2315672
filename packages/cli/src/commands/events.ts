/** What happens in a broker, as it happens. */

import { badArgument, CliError } from '../cli-error.ts'
import type { Command } from '../command.ts'
import { ExitCode } from '../exit-code.ts'
import { untilInterrupted } from '../streams/interruption.ts'
import { onWarren, WARREN_ONLY } from '../warren-only.ts'

/** All but the rates, whose name has no dot. */
const EVERYTHING_THAT_HAPPENS = '*.*'

export const EVENTS: Command = {
  name: 'events',
  summary: 'prints what happens in the broker as it does, a JSON object per line',
  options: [
    {
      flags: '--pattern <pattern>',
      description: "names of events, * for anything, separated by commas (default '*.*')",
    },
    { flags: '-d, --duration <seconds>', description: 'end after so long (default with Ctrl+C)' },
  ],
  details: [
    'Names are those of the events of rabbitmq-diagnostics consume_event_stream, such as queue.created and connection.closed. rates comes with every sample of the figures. Events that were lost because this program read too slowly are counted by an event dropped in their place.',
    WARREN_ONLY,
  ],
  examples: ['events', "events --pattern 'queue.*,alarm.set' --duration 60"],
  async run(context, _args, options) {
    const duration = options.integer('duration') ?? Number.POSITIVE_INFINITY
    if (duration < 1) throw badArgument(`--duration ${duration}; it takes 1 or more`)
    const names = [options.text('pattern') ?? EVERYTHING_THAT_HAPPENS]
    await untilInterrupted(async (signal) => {
      const request = context.client.streams.events(names, { signal })
      const stream = await onWarren(context, request, noStream)
      for await (const { event, data } of stream) {
        context.output.line(JSON.stringify({ event, ...(data as Readonly<Record<string, unknown>>) }))
      }
    }, duration)
  },
}

function noStream(): CliError {
  return new CliError(ExitCode.unavailable, 'This WarrenMQ tells no events; a later one does')
}
