/** Vhosts. */

import { LIST_QUERY, replyList } from '../lists/reply-list.ts'
import { ok } from '../reply.ts'
import { type Route, route } from '../route.ts'
import { RANGE_QUERY, readRanges } from '../views/details.ts'
import { viewVhost } from '../views/vhost.ts'

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
]
