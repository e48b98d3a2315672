/** Vhosts. */

import type { JsonValue } from '../../parameters/json-value.ts'
import type { VhostMetadata } from '../../vhost/vhost-metadata.ts'
import { badRequest } from '../http-error.ts'
import { LIST_QUERY, replyList } from '../lists/reply-list.ts'
import { CREATED, NO_CONTENT, ok } from '../reply.ts'
import { type Route, route } from '../route.ts'
import { RANGE_QUERY, readRanges } from '../views/details.ts'
import { viewVhost } from '../views/vhost.ts'

const QUEUE_TYPES = ['classic', 'quorum', 'stream', 'undefined']

export const vhostRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/vhosts',
    access: 'management',
    summary: 'The vhosts that the user knows of',
    query: [...LIST_QUERY, ...RANGE_QUERY],
    async handle(request) {
      const { caller, parts } = request
      const ranges = readRanges(request.query)
      return replyList(request, await caller.vhosts('known'), {
        order: ['name'],
        keys: { name: ({ name }) => name },
        view: (vhost) => viewVhost(vhost, parts, ranges),
      })
    },
  }),
  route({
    method: 'GET',
    path: '/vhosts/:vhost',
    access: 'administrator',
    summary: 'A vhost',
    query: RANGE_QUERY,
    handle: (request) => ok(viewVhost(request.vhost(), request.parts, readRanges(request.query))),
  }),
  route({
    method: 'PUT',
    path: '/vhosts/:vhost',
    access: 'administrator',
    summary: 'Makes a vhost, or changes what is said of one',
    body: {
      properties: {
        description: { type: 'string' },
        tags: { type: 'any', description: 'a list, or a text with commas' },
        default_queue_type: { type: 'string', enum: QUEUE_TYPES },
        tracing: { type: 'boolean' },
      },
    },
    async handle(request) {
      const { description = '', tags = '', default_queue_type: type, tracing } = request.body()
      if (type !== undefined && !QUEUE_TYPES.includes(type)) throw badRequest('Unsupported default queue type')
      const name = request.param('vhost')
      const { admin, vhosts } = request.parts
      const present = vhosts.get(name)
      const isTracing = tracing ?? present?.metadata?.tracing ?? false
      const metadata: VhostMetadata = {
        description,
        tags: readTags(tags),
        ...(type !== undefined && type !== 'undefined' && { defaultQueueType: type }),
        ...(isTracing && { tracing: true }),
      }
      await admin.putVhost(name, metadata)
      return present === undefined ? CREATED : NO_CONTENT
    },
  }),
  route({
    method: 'DELETE',
    path: '/vhosts/:vhost',
    access: 'administrator',
    summary: 'Ends a vhost and all that is in it',
    async handle(request) {
      await request.parts.admin.deleteVhost(request.vhost().name)
      return NO_CONTENT
    },
  }),
  route({
    method: 'POST',
    path: '/vhosts/:vhost/start/:node',
    access: 'administrator',
    summary: 'Does nothing: every vhost runs',
    handle(request) {
      const node = request.param('node')
      const vhost = request.param('vhost')
      const { nodeName, vhosts } = request.parts
      if (node !== nodeName) throw badRequest(`Request to node ${node} failed with nodedown`)
      if (!vhosts.has(vhost)) throw badRequest(`Request to node ${node} failed with {no_such_vhost,<<"${vhost}">>}`)
      return NO_CONTENT
    },
  }),
]

/** Tags as a list, or as a text with commas between them. @throws HttpError 400 */
export function readTags(value: JsonValue): string[] {
  const tags = typeof value === 'string' ? value.split(',') : value
  if (!Array.isArray(tags)) throw badRequest(['not_a_list', 'tags'])
  return tags.map(readTag).filter((tag) => tag !== '')
}

function readTag(value: JsonValue): string {
  if (typeof value !== 'string') throw badRequest(['not_string', 'tags'])
  return value.trim()
}
