/** Nodes, of which there is one. */

import type { JsonObject } from '../../parameters/json-value.ts'
import { objectNotFound } from '../http-error.ts'
import { parseColumns, selectColumns } from '../lists/columns.ts'
import { LIST_QUERY, replyList } from '../lists/reply-list.ts'
import type { ManagementParts } from '../management-parts.ts'
import type { ManagementRequest } from '../management-request.ts'
import { NO_CONTENT, ok, type Reply } from '../reply.ts'
import { type Route, route } from '../route.ts'
import { RANGE_QUERY, readRanges } from '../views/details.ts'
import { viewMemory, viewRelativeMemory } from '../views/memory.ts'
import { viewNode } from '../views/node.ts'

/** The answer is to arrive before its connection ends. In milliseconds. */
const SHUTDOWN_DELAY_MS = 100

export const nodeRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/nodes',
    access: 'monitoring',
    summary: 'The nodes: this one',
    query: [...LIST_QUERY, ...RANGE_QUERY],
    handle(request) {
      const ranges = readRanges(request.query)
      const view = (parts: ManagementParts) => viewNode(parts, ranges)
      return replyList(request, [request.parts], { order: ['name'], keys: { name: ({ nodeName }) => nodeName }, view })
    },
  }),
  route({
    method: 'GET',
    path: '/nodes/:node',
    access: 'monitoring',
    summary: 'A node',
    query: ['columns', 'memory', 'binary', ...RANGE_QUERY],
    handle: (request) =>
      replyOf(request, viewNode(request.parts, readRanges(request.query), { memory: request.flag('memory') })),
  }),
  route({
    method: 'GET',
    path: '/nodes/:node/memory',
    access: 'monitoring',
    summary: 'What takes the memory of a node, in bytes',
    query: ['columns'],
    handle: (request) => replyOf(request, { memory: viewMemory(request.parts) }),
  }),
  route({
    method: 'GET',
    path: '/nodes/:node/memory/relative',
    access: 'monitoring',
    summary: 'The same in percent',
    query: ['columns'],
    handle: (request) => replyOf(request, { memory: viewRelativeMemory(request.parts) }),
  }),
  route({
    method: 'POST',
    path: '/nodes/:node/shutdown',
    access: 'administrator',
    summary: 'Ends the broker in order; not in RabbitMQ',
    handle(request) {
      const { parts } = request
      if (request.param('node') !== parts.nodeName) throw objectNotFound()
      parts.clock.setTimeout(() => parts.shutDown(), SHUTDOWN_DELAY_MS)
      return NO_CONTENT
    },
  }),
]

/** @throws HttpError 404 for another node. */
function replyOf(request: ManagementRequest<'node'>, view: JsonObject): Reply {
  if (request.param('node') !== request.parts.nodeName) throw objectNotFound()
  return ok(selectColumns(view, parseColumns(request.query.get('columns'))))
}
