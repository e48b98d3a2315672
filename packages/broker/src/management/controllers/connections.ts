/** Connections. Who may not see everything sees their own. */

import type { AmqpConnection } from '../../protocols/amqp/connection.ts'
import { isAdministrator, isMonitor } from '../authorization.ts'
import type { Caller } from '../caller.ts'
import { notAuthorised, objectNotFound } from '../http-error.ts'
import { parseColumns, selectColumns } from '../lists/columns.ts'
import { LIST_QUERY, type Listing, PAGED_QUERY, replyList } from '../lists/reply-list.ts'
import type { ManagementRequest } from '../management-request.ts'
import { NO_CONTENT, ok } from '../reply.ts'
import { type Route, route } from '../route.ts'
import { viewConnection, viewWholeConnection } from '../views/connection.ts'
import { RANGE_QUERY, readRanges } from '../views/details.ts'

const CONNECTIONS_QUERY = [...PAGED_QUERY, ...RANGE_QUERY]

export const connectionRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/connections',
    access: 'management',
    summary: 'The connections; for those who are not monitoring, their own',
    query: CONNECTIONS_QUERY,
    handle: (request) => replyList(request, visibleConnections(request), connectionListing(request)),
  }),
  route({
    method: 'GET',
    path: '/vhosts/:vhost/connections',
    access: 'vhost-visible',
    summary: 'The connections to a vhost',
    query: CONNECTIONS_QUERY,
    handle(request) {
      const vhost = request.vhost()
      const there = visibleConnections(request).filter(({ session }) => session?.vhost === vhost)
      return replyList(request, there, connectionListing(request))
    },
  }),
  route({
    method: 'GET',
    path: '/connections/username/:user',
    access: 'management',
    summary: 'The connections of a user',
    query: [...LIST_QUERY, ...RANGE_QUERY],
    handle(request) {
      const user = request.param('user')
      const theirs = visibleConnections(request).filter((connection) => connection.user === user)
      return replyList(request, theirs, { ...connectionListing(request), paged: false })
    },
  }),
  route({
    method: 'GET',
    path: '/connections/:name',
    access: 'management',
    summary: 'A connection',
    query: ['columns', ...RANGE_QUERY],
    handle(request) {
      const connection = findConnection(request, request.param('name'))
      const view = viewWholeConnection(connection, request.parts, readRanges(request.query))
      return ok(selectColumns(view, parseColumns(request.query.get('columns'))))
    },
  }),
  route({
    method: 'DELETE',
    path: '/connections/:name',
    access: 'management',
    summary: 'Ends a connection; the field X-Reason tells its client why. Who is no administrator ends their own',
    async handle(request) {
      const name = request.param('name')
      const connection = [...request.parts.connections].find((each) => each.name === name)
      if (connection === undefined) throw objectNotFound()
      assertMayClose(request.caller, connection.user)
      await request.parts.admin.closeConnection(name, request.header('x-reason'))
      return NO_CONTENT
    },
  }),
  route({
    method: 'DELETE',
    path: '/connections/username/:user',
    access: 'management',
    summary: 'Ends the connections of a user',
    async handle(request) {
      const user = request.param('user')
      assertMayClose(request.caller, user)
      const theirs = [...request.parts.connections].filter((each) => each.user === user)
      for (const { name } of theirs) await request.parts.admin.closeConnection(name, request.header('x-reason'))
      return NO_CONTENT
    },
  }),
]

/** @throws HttpError 401 */
function assertMayClose({ name, tags }: Caller, user: string): void {
  if (!isAdministrator(tags) && user !== name) throw notAuthorised('User not authorised to access object')
}

/** Connections that are open, and that the caller may see. */
export function visibleConnections({ caller, parts }: Pick<ManagementRequest, 'caller' | 'parts'>): AmqpConnection[] {
  const open = [...parts.connections].filter(({ session }) => session !== undefined)
  return isMonitor(caller.tags) ? open : open.filter(({ user }) => user === caller.name)
}

/** @throws HttpError 404, or 401 for the connection of somebody else. */
export function findConnection(request: Pick<ManagementRequest, 'caller' | 'parts'>, name: string): AmqpConnection {
  for (const connection of request.parts.connections) {
    if (connection.name !== name || connection.session === undefined) continue
    if (isMonitor(request.caller.tags) || connection.user === request.caller.name) return connection
    throw notAuthorised('User not authorised to access object')
  }
  throw objectNotFound()
}

function connectionListing({ parts, query }: Pick<ManagementRequest, 'parts' | 'query'>): Listing<AmqpConnection> {
  const ranges = readRanges(query)
  return {
    paged: true,
    keys: {
      vhost: ({ session }) => session?.vhost.name ?? '',
      name: ({ name }) => name,
      user: ({ user }) => user,
    },
    view: (connection) => viewConnection(connection, parts, ranges),
  }
}
