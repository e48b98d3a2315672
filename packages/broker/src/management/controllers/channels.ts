/** Channels. Who may not see everything sees those of their own connections. */

import type { Channel } from '../../protocols/amqp/channel.ts'
import type { AmqpConnection } from '../../protocols/amqp/connection.ts'
import { isMonitor } from '../authorization.ts'
import { notAuthorised, objectNotFound } from '../http-error.ts'
import { parseColumns, selectColumns } from '../lists/columns.ts'
import { LIST_QUERY, type Listing, PAGED_QUERY, replyList } from '../lists/reply-list.ts'
import type { ManagementRequest } from '../management-request.ts'
import { ok } from '../reply.ts'
import { type Route, route } from '../route.ts'
import { viewChannel, viewWholeChannel } from '../views/channel.ts'
import { RANGE_QUERY, readRanges } from '../views/details.ts'
import { findConnection, visibleConnections } from './connections.ts'

const CHANNELS_QUERY = [...PAGED_QUERY, ...RANGE_QUERY]

export const channelRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/channels',
    access: 'management',
    summary: 'The channels; for those who are not monitoring, their own',
    query: CHANNELS_QUERY,
    handle: (request) => replyList(request, channelsOf(visibleConnections(request)), channelListing(request)),
  }),
  route({
    method: 'GET',
    path: '/vhosts/:vhost/channels',
    access: 'vhost-visible',
    summary: 'The channels to a vhost',
    query: CHANNELS_QUERY,
    handle(request) {
      const vhost = request.vhost()
      const there = visibleConnections(request).filter(({ session }) => session?.vhost === vhost)
      return replyList(request, channelsOf(there), channelListing(request))
    },
  }),
  route({
    method: 'GET',
    path: '/connections/:name/channels',
    access: 'management',
    summary: 'The channels of a connection',
    query: [...LIST_QUERY, ...RANGE_QUERY],
    handle(request) {
      const connection = findConnection(request, request.param('name'))
      return replyList(request, channelsOf([connection]), { ...channelListing(request), paged: false })
    },
  }),
  route({
    method: 'GET',
    path: '/channels/:name',
    access: 'management',
    summary: 'A channel',
    query: ['columns', ...RANGE_QUERY],
    handle(request) {
      const view = viewWholeChannel(findChannel(request), request.parts, readRanges(request.query))
      return ok(selectColumns(view, parseColumns(request.query.get('columns'))))
    },
  }),
]

function channelsOf(connections: readonly AmqpConnection[]): Channel[] {
  return connections.flatMap(({ session }) => [...(session?.channels.values() ?? [])])
}

/** @throws HttpError 404, or 401 for the channel of somebody else. */
function findChannel(request: ManagementRequest<'name'>): Channel {
  const name = request.param('name')
  const { caller, parts } = request
  const channel = channelsOf([...parts.connections]).find((each) => each.name === name)
  if (channel === undefined) throw objectNotFound()
  if (isMonitor(caller.tags) || channel.user === caller.name) return channel
  throw notAuthorised('User not authorised to access object')
}

function channelListing({ parts, query }: Pick<ManagementRequest, 'parts' | 'query'>): Listing<Channel> {
  const ranges = readRanges(query)
  return {
    paged: true,
    keys: {
      vhost: ({ vhost }) => vhost.name,
      name: ({ name }) => name,
      user: ({ user }) => user,
    },
    view: (channel) => viewChannel(channel, parts, ranges),
  }
}
