/** Messages in a queue, looked at without taking any out. Not in RabbitMQ. */

import type { MessageSource, WantedState } from '../../messages/find-messages.ts'
import { matchesCriteria } from '../../messages/message-search.ts'
import { visitMessages } from '../../messages/visit-messages.ts'
import type { JsonObject } from '../../parameters/json-value.ts'
import type { Queue } from '../../queue/queue.ts'
import { objectNotFound } from '../http-error.ts'
import type { ManagementParts } from '../management-parts.ts'
import type { ManagementRequest } from '../management-request.ts'
import {
  parseAfter,
  parseCount,
  parseCriteria,
  parsePayloadView,
  parseState,
  SEARCH_QUERY,
  VIEW_QUERY,
} from '../message-query.ts'
import { ok } from '../reply.ts'
import { type Route, route } from '../route.ts'
import { viewQueuedMessage } from '../views/message.ts'
import { expectQueue } from './queues.ts'

/** Most messages that one request looks at. Who wants more goes on from where it ended. */
const SCAN_MAX = 200_000
/** Bytes of messages in one answer beyond which no more are added. */
const ANSWER_BYTES_MAX = 16 * 1024 * 1024

type QueueRequest = Pick<ManagementRequest<'queue', never>, 'vhost' | 'param' | 'caller'>

export const queueMessageRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/queues/:vhost/:queue/messages',
    access: 'vhost',
    summary:
      'Messages of a queue, oldest first, which stay where they are: waiting, or in the hands of consumers, all or those with a text',
    query: ['state', 'after', 'count', ...SEARCH_QUERY, ...VIEW_QUERY],
    async handle(request) {
      const { query, parts } = request
      const state = parseState(query.get('state'))
      const range = { after: parseAfter(query), limit: SCAN_MAX }
      const count = parseCount(query)
      const criteria = parseCriteria(query)
      const how = parsePayloadView(query)
      const queue = await readableQueue(request)
      const items: JsonObject[] = []
      let bytes = 0
      const visited = await visitMessages(sourceOf(queue, state, parts), range, (located, message) => {
        if (!matchesCriteria(message, criteria)) return true
        items.push(viewQueuedMessage(queue, located, message, how, parts.clock.now()))
        bytes += Math.min(message?.bodySize ?? 0, how.truncate ?? Infinity)
        return items.length < count && bytes < ANSWER_BYTES_MAX
      })
      return ok({
        items,
        scanned: visited.count,
        // Where to go on; nothing comes after the end.
        next_after: visited.isComplete ? null : visited.last,
        messages_ready: queue.readyCount,
        messages_delayed: queue.delayedCount,
        messages_unacknowledged: queue.unackedCount,
      })
    },
  }),
  route({
    method: 'GET',
    path: '/queues/:vhost/:queue/messages/:id',
    access: 'vhost',
    summary: 'A message of a queue, with all of its payload, and who holds it',
    query: VIEW_QUERY,
    async handle(request) {
      const { parts } = request
      const how = parsePayloadView(request.query, Infinity)
      const id = parseMessageId(request.param('id'))
      const queue = await readableQueue(request)
      let json: JsonObject | undefined
      await visitMessages(
        sourceOf(queue, 'all', parts),
        { after: id - 1, before: id + 1, limit: 1 },
        (located, message) => {
          json = viewQueuedMessage(queue, located, message, how, parts.clock.now())
          return true
        },
      )
      if (json === undefined) throw objectNotFound()
      return ok(json)
    },
  }),
]

/** The queue that the path names, if the caller may read it. @throws HttpError */
export async function readableQueue(request: QueueRequest): Promise<Queue> {
  const vhost = request.vhost()
  const queue = expectQueue(request)
  await request.caller.act(vhost.name, (rights) => rights.assertMay('read', 'queue', queue.name))
  return queue
}

export function sourceOf(queue: Queue, state: WantedState, { connections, store }: ManagementParts): MessageSource {
  return { queue, state, connections, store }
}

/** The number that stands for a message in a path. @throws HttpError 404 for what can be none. */
export function parseMessageId(text: string): number {
  const id = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(id)) return id
  throw objectNotFound()
}
