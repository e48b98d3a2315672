/** The way of a message through exchanges, as JSON. Not in RabbitMQ. */

import type { Binding, ExplainedRoute, ExplainedStep } from '@warrenmq/routing'
import { writeArguments } from '../../definitions/argument-table.ts'
import type { JsonObject } from '../../parameters/json-value.ts'
import type { Queue } from '../../queue/queue.ts'
import type { Destination } from '../../vhost/exchange.ts'

export function viewExplainedRoute(
  routingKeys: readonly string[],
  { steps, queues }: ExplainedRoute<Queue>,
): JsonObject {
  return {
    routing_keys: routingKeys,
    routed: queues.length > 0,
    by_chance: steps.some(({ byChance }) => byChance),
    steps: steps.map(viewStep),
    queues: queues.map(({ name }) => name),
  }
}

function viewStep({ exchange, matches, byChance, hasIntake, alternate }: ExplainedStep<Queue>): JsonObject {
  return {
    exchange: exchange.name,
    type: exchange.matcher.type,
    by_chance: byChance,
    // It may keep the message for a while, or remember it.
    has_intake: hasIntake,
    matches: matches.map(({ binding, routingKey }) => ({ ...viewBinding(binding), matched_key: routingKey })),
    alternate_exchange: alternate?.name ?? null,
  }
}

function viewBinding({ destination, routingKey, arguments: args }: Binding<Destination>): JsonObject {
  return {
    destination: destination.name,
    destination_type: destination.kind,
    routing_key: routingKey,
    arguments: writeArguments(args),
  }
}
