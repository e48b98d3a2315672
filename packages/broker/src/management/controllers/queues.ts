/** Queues. */

import type { Queue } from '../../queue/queue.ts'
import type { Vhost } from '../../vhost/vhost.ts'
import { type Listing, PAGED_QUERY, replyList } from '../lists/reply-list.ts'
import type { ManagementRequest } from '../management-request.ts'
import { type Route, route } from '../route.ts'
import { RANGE_QUERY, readRanges } from '../views/details.ts'
import { type QueueDetail, viewQueue } from '../views/queue.ts'

/** A queue and where it is. */
interface ListedQueue {
  readonly vhost: Vhost
  readonly queue: Queue
}

const QUEUES_QUERY = [...PAGED_QUERY, ...RANGE_QUERY, 'disable_stats', 'enable_queue_totals']

export const queueRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/queues',
    access: 'management',
    summary: 'The queues of all vhosts that the user may enter',
    query: QUEUES_QUERY,
    handle: async (request) => replyList(request, queuesOf(await request.caller.vhosts()), queueListing(request)),
  }),
  route({
    method: 'GET',
    path: '/queues/:vhost',
    access: 'vhost',
    summary: 'The queues of a vhost',
    query: QUEUES_QUERY,
    handle: (request) => replyList(request, queuesOf([request.vhost()]), queueListing(request)),
  }),
]

function queuesOf(vhosts: readonly Vhost[]): ListedQueue[] {
  return vhosts.flatMap((vhost) => Array.from(vhost.queues.values(), (queue) => ({ vhost, queue })))
}

function queueListing(request: ManagementRequest): Listing<ListedQueue> {
  const { parts, query } = request
  const ranges = readRanges(query)
  const detail = readDetail(request)
  return {
    paged: true,
    keys: { vhost: ({ vhost }) => vhost.name, name: ({ queue }) => queue.name },
    view: ({ vhost, queue }) => viewQueue(vhost, queue, parts, detail, ranges),
  }
}

function readDetail(request: ManagementRequest): QueueDetail {
  if (!request.flag('disable_stats')) return 'statistics'
  return request.flag('enable_queue_totals') ? 'totals' : 'declaration'
}
