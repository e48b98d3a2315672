/** What happens in the broker, as it happens. Not in RabbitMQ. */

import type { BrokerEvent } from '../../events/broker-events.ts'
import type { JsonObject } from '../../parameters/json-value.ts'
import type { ManagementParts } from '../management-parts.ts'
import { streaming } from '../reply.ts'
import { type Route, route } from '../route.ts'
import { parseEventFilter, RATES_EVENT } from '../streams/event-filter.ts'
import type { EventStream } from '../streams/event-stream.ts'
import { VisibleEvents } from '../streams/visible-events.ts'
import { viewOwnRates, viewRates } from '../views/rates.ts'

export const eventRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/events',
    access: 'management',
    summary:
      'What happens, as Server-Sent Events: queues created, connections closed, alarms set … and rates with every sample',
    query: ['events'],
    streams: true,
    handle({ query, caller, parts }) {
      const wanted = parseEventFilter(query.get('events'))
      return streaming((stream) => {
        const visible = new VisibleEvents(
          caller,
          parts,
          (event) => stream.send(event.name, viewEvent(event)),
          () => stream.drop(1),
        )
        const stop = parts.events.listen((event) => {
          if (wanted.has(event.name)) visible.add(event)
        })
        stream.onEnd(stop)
        if (!wanted.has(RATES_EVENT)) return
        stream.onEnd(parts.figures.onSample(() => void sendRates(stream, visible, parts)))
      })
    },
  }),
]

async function sendRates(stream: EventStream, visible: VisibleEvents, parts: ManagementParts): Promise<void> {
  if (stream.isFull) {
    stream.drop(1)
    return
  }
  try {
    const own = await visible.vhosts()
    stream.send(RATES_EVENT, own === undefined ? viewRates(parts) : viewOwnRates(own, visible.user, parts))
  } catch (error) {
    parts.logger.error({ err: error }, 'bug while rates were sent')
  }
}

function viewEvent({ name, timestamp, details }: BrokerEvent): JsonObject {
  return { event: name, timestamp, ...details }
}
