/** Queues. */

import type { JsonObject } from '../../parameters/json-value.ts'
import type { Queue } from '../../queue/queue.ts'
import { DELIVER_GET, QUEUE_STATS } from '../../statistics/counts.ts'
import { queueMemory } from '../../statistics/queue-memory.ts'
import { cleanName } from '../../vhost/resource-name.ts'
import { assertQueueNameFree, declareQueue, deleteQueue, purgeQueue } from '../../vhost/topology-actions.ts'
import type { Vhost } from '../../vhost/vhost.ts'
import { badRequest, objectNotFound } from '../http-error.ts'
import { compareValues } from '../lists/order.ts'
import { type Listing, PAGED_QUERY, replyList } from '../lists/reply-list.ts'
import type { ManagementParts } from '../management-parts.ts'
import type { ManagementRequest } from '../management-request.ts'
import { CREATED, NO_CONTENT, ok } from '../reply.ts'
import { assertShortText, readRequestArguments } from '../request-arguments.ts'
import { type Route, route } from '../route.ts'
import { RANGE_QUERY, readRanges } from '../views/details.ts'
import { type QueueDetail, viewQueue } from '../views/queue.ts'
import { viewQueueNeighbours } from '../views/queue-statistics.ts'

/** A queue and where it is. */
interface ListedQueue {
  readonly vhost: Vhost
  readonly queue: Queue
}

const QUEUE_QUERY = [...RANGE_QUERY, 'disable_stats', 'enable_queue_totals']
const QUEUES_QUERY = [...PAGED_QUERY, ...QUEUE_QUERY]

/** Requests are nobody's connection: exclusive queues are locked for them. */
export const NO_OWNER = { forgetQueue(): void {} }

export const queueRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/queues',
    access: 'management',
    summary: 'The queues of all vhosts that the user may enter',
    query: QUEUES_QUERY,
    handle: async (request) => replyList(request, queuesOf(await request.caller.vhosts()), listingOf(request)),
  }),
  route({
    method: 'GET',
    path: '/queues/:vhost',
    access: 'vhost',
    summary: 'The queues of a vhost',
    query: QUEUES_QUERY,
    handle: (request) => replyList(request, queuesOf([request.vhost()]), listingOf(request)),
  }),
  route({
    method: 'GET',
    path: '/queues/:vhost/:queue',
    access: 'vhost',
    summary: 'A queue',
    query: QUEUE_QUERY,
    handle: (request) => ok(showQueue(request.vhost(), expectQueue(request), request)),
  }),
  route({
    method: 'PUT',
    path: '/queues/:vhost/:queue',
    access: 'vhost',
    summary: 'Makes a queue, or checks that the one that exists is the same',
    body: {
      properties: {
        durable: { type: 'boolean', default: false },
        auto_delete: { type: 'boolean', default: false },
        arguments: { type: 'object' },
        node: { type: 'string' },
      },
    },
    async handle(request) {
      const vhost = request.vhostToChange()
      const body = request.body()
      assertThisNode(body.node, request.parts)
      const name = cleanName(request.param('queue'))
      assertShortText('name of a queue', name)
      assertQueueNameFree(name)
      const settings = {
        name,
        durable: body.durable ?? false,
        autoDelete: body.auto_delete ?? false,
        arguments: readRequestArguments(body.arguments),
        exclusiveOwner: undefined,
      }
      const { created } = await request.change(vhost, (actor) => declareQueue(actor, settings, NO_OWNER))
      return created ? CREATED : NO_CONTENT
    },
  }),
  route({
    method: 'DELETE',
    path: '/queues/:vhost/:queue',
    access: 'vhost',
    summary: 'Ends a queue with its messages and bindings',
    query: ['if-empty', 'if-unused'],
    async handle(request) {
      const vhost = request.vhost()
      const { name } = expectQueue(request)
      const conditions = { ifEmpty: request.flag('if-empty'), ifUnused: request.flag('if-unused') }
      await request.change(vhost, (actor) => deleteQueue(actor, name, conditions, NO_OWNER))
      return NO_CONTENT
    },
  }),
  route({
    method: 'DELETE',
    path: '/queues/:vhost/:queue/contents',
    access: 'vhost',
    summary: 'Drops the ready messages of a queue',
    async handle(request) {
      const vhost = request.vhost()
      const { name } = expectQueue(request)
      await request.change(vhost, (actor) => purgeQueue(actor, name, NO_OWNER))
      return NO_CONTENT
    },
  }),
  route({
    method: 'POST',
    path: '/queues/:vhost/:queue/actions',
    access: 'administrator',
    summary: 'Does nothing: a queue has no mirrors to synchronise',
    body: { required: ['action'], properties: { action: { type: 'any', enum: ['sync', 'cancel_sync'] } } },
    handle(request) {
      expectQueue(request)
      const { action } = request.body()
      if (action !== 'sync' && action !== 'cancel_sync') throw badRequest(['unknown', action ?? null])
      return NO_CONTENT
    },
  }),
]

/** @throws HttpError 404 */
export function expectQueue(request: Pick<ManagementRequest<'queue', never>, 'vhost' | 'param'>): Queue {
  const queue = request.vhost().queues.get(cleanName(request.param('queue')))
  if (queue === undefined) throw objectNotFound()
  return queue
}

function assertThisNode(node: string | undefined, { nodeName }: ManagementParts): void {
  if (node !== undefined && node !== nodeName) throw badRequest(`Node ${node} could not be contacted`)
}

function detailOf(request: Pick<ManagementRequest<never, never>, 'flag'>): QueueDetail {
  if (!request.flag('disable_stats')) return 'statistics'
  return request.flag('enable_queue_totals') ? 'totals' : 'declaration'
}

/** Queues of each vhost by name, as they were at a version of its topology. */
const byName = new WeakMap<Vhost, { readonly version: number; readonly queues: readonly ListedQueue[] }>()

/** The queues in the order of lists. Sorted once for as long as none comes or goes: ten thousand take some milliseconds. */
function queuesOf(vhosts: readonly Vhost[]): ListedQueue[] {
  return [...vhosts].sort((a, b) => compareValues(a.name, b.name)).flatMap(queuesByName)
}

function queuesByName(vhost: Vhost): readonly ListedQueue[] {
  const { topologyVersion: version } = vhost
  const known = byName.get(vhost)
  if (known?.version === version) return known.queues
  const queues = Array.from(vhost.queues.values(), (queue) => ({ vhost, queue }))
  queues.sort((a, b) => compareValues(a.queue.name, b.queue.name))
  byName.set(vhost, { version, queues })
  return queues
}

/** What lists are sorted by as a rule. The rest is found by showing each queue, which takes a tenth of a millisecond for ten of them. */
const QUEUE_KEYS: Listing<ListedQueue>['keys'] = {
  vhost: ({ vhost }) => vhost.name,
  name: ({ queue }) => queue.name,
  type: ({ queue }) => queue.type,
  durable: ({ queue }) => queue.settings.durable,
  auto_delete: ({ queue }) => queue.settings.autoDelete,
  consumers: ({ queue }) => queue.consumers.size,
  memory: ({ queue }) => queueMemory(queue),
  messages: ({ queue }) => queue.readyCount + queue.unackedCount + queue.delayedCount,
  messages_ready: ({ queue }) => queue.readyCount,
  messages_unacknowledged: ({ queue }) => queue.unackedCount,
  message_bytes_ready: ({ queue }) => queue.readyBytes,
  'message_stats.publish': ({ queue }) => queueCount(queue, 'publish'),
  'message_stats.deliver_get': ({ queue }) => DELIVER_GET.reduce((sum, name) => sum + queueCount(queue, name), 0),
  'message_stats.ack': ({ queue }) => queueCount(queue, 'ack'),
  'message_stats.publish_details.rate': ({ queue }) => queueRate(queue, 'publish'),
  'message_stats.deliver_get_details.rate': ({ queue }) =>
    DELIVER_GET.reduce((sum, name) => sum + queueRate(queue, name), 0),
  'message_stats.ack_details.rate': ({ queue }) => queueRate(queue, 'ack'),
}

function queueCount({ statistics }: Queue, name: string): number {
  return statistics.counted?.[QUEUE_STATS.indexOf(name)] ?? 0
}

function queueRate({ statistics }: Queue, name: string): number {
  return statistics.history?.rate(QUEUE_STATS.indexOf(name)) ?? 0
}

type ViewRequest = Pick<ManagementRequest<never, never>, 'flag' | 'parts' | 'query'>

function showQueue(vhost: Vhost, queue: Queue, request: ViewRequest): JsonObject {
  const { parts, query } = request
  const detail = detailOf(request)
  const ranges = readRanges(query)
  const view = viewQueue(vhost, queue, parts, detail, ranges)
  return detail === 'statistics' ? { ...view, ...viewQueueNeighbours(vhost, queue, parts, ranges) } : view
}

function listingOf(request: ViewRequest): Listing<ListedQueue> {
  const detail = detailOf(request)
  const ranges = readRanges(request.query)
  return {
    paged: true,
    sorted: true,
    keys: QUEUE_KEYS,
    view: ({ vhost, queue }) => viewQueue(vhost, queue, request.parts, detail, ranges),
  }
}
