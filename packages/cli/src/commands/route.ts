/** Where a message would go, and why. */

import type { ExplainedRoute, ExplainedStep, MatchingBinding } from '@warrenmq/client/management'
import { badArgument } from '../cli-error.ts'
import type { Command } from '../command.ts'
import { escapeControls } from '../output/cell.ts'
import { noExchange, onWarren, WARREN_ONLY } from '../warren-only.ts'

export const ROUTE: Command = {
  name: 'route',
  summary: 'explains where a message would go, exchange by exchange, without publishing any',
  arguments: [
    ['<action>', 'explain'],
    ['<exchange>', "its name; '' or amq.default for the default exchange"],
    ['<routing_key>', 'of the message'],
  ],
  choices: ['explain'],
  options: [
    { flags: '--header <name=value>', description: 'of the message; may be given several times', isRepeatable: true },
  ],
  details: ['The value of a header is JSON where it is valid JSON (5, true, "5", ["a"]), otherwise text.', WARREN_ONLY],
  examples: [
    'route explain events order.new',
    'route explain -p shop by-region any --header region=eu --header priority=5',
  ],
  async run(context, [action, exchange, routingKey], options) {
    if (action !== 'explain') throw badArgument(`action '${action}' is none of explain`)
    const headers = Object.fromEntries(options.texts('header').map(readHeader))
    const { client, output, vhost } = context
    output.info(`Explaining the route of '${routingKey}' from exchange '${exchange}' in vhost '${vhost}' ...`)
    const request = client.exchanges.explain(vhost, exchange, { routing_key: routingKey, headers })
    const route = await onWarren(context, request, () => noExchange(context, exchange))
    if (output.isJson) output.line(JSON.stringify(route))
    else for (const line of routeLines(route)) output.line(escapeControls(line))
  },
}

/** @throws UsageError */
function readHeader(text: string): [name: string, value: unknown] {
  const equals = text.indexOf('=')
  if (equals < 1) throw badArgument(`--header ${text}; it takes name=value`)
  const value = text.slice(equals + 1)
  try {
    return [text.slice(0, equals), JSON.parse(value)]
  } catch {
    return [text.slice(0, equals), value]
  }
}

function routeLines({ steps, queues, by_chance: byChance }: ExplainedRoute): string[] {
  return [
    ...steps.flatMap(stepLines),
    queues.length === 0
      ? 'It reaches no queue: it would be dropped, or returned when it is mandatory.'
      : `Queues: ${queues.join(', ')}`,
    ...(byChance ? ['Another message of the same kind may go elsewhere.'] : []),
  ]
}

function stepLines({ exchange, type, matches, alternate_exchange: alternate, has_intake: hasIntake }: ExplainedStep) {
  return [
    `exchange '${exchange}' (${type})`,
    ...(hasIntake ? ['  it may keep the message for a while or remember it, or somebody watches it'] : []),
    ...matches.map(matchLine),
    ...(matches.length === 0 && alternate === null ? ['  no binding matches'] : []),
    ...(alternate === null ? [] : [`  no binding matches -> alternate exchange '${alternate}'`]),
  ]
}

function matchLine(match: MatchingBinding): string {
  const { destination, destination_type: type, routing_key: key, matched_key: matched } = match
  const conditions = Object.keys(match.arguments).length === 0 ? '' : ` with ${JSON.stringify(match.arguments)}`
  const by = matched === key ? '' : ` matches '${matched}'`
  return `  binding '${key}'${conditions}${by} -> ${type} '${destination}'`
}
