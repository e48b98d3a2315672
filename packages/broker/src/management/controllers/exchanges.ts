/** Exchanges. */

import type { Exchange } from '../../vhost/exchange.ts'
import { cleanName } from '../../vhost/resource-name.ts'
import { declareExchange, deleteExchange } from '../../vhost/topology-actions.ts'
import type { Vhost } from '../../vhost/vhost.ts'
import { objectNotFound } from '../http-error.ts'
import { type Listing, PAGED_QUERY, replyList } from '../lists/reply-list.ts'
import type { ManagementRequest } from '../management-request.ts'
import { CREATED, NO_CONTENT, ok } from '../reply.ts'
import { assertShortText, readRequestArguments } from '../request-arguments.ts'
import { type Route, route } from '../route.ts'
import { RANGE_QUERY, readRanges } from '../views/details.ts'
import { viewExchange } from '../views/exchange.ts'
import { viewExchangeNeighbours } from '../views/exchange-statistics.ts'

/** An exchange and where it is. */
interface ListedExchange {
  readonly vhost: Vhost
  readonly exchange: Exchange
}

const EXCHANGES_QUERY = [...PAGED_QUERY, ...RANGE_QUERY]

/** What the default exchange is called in paths. */
const DEFAULT_NAME = 'amq.default'

export const exchangeRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/exchanges',
    access: 'management',
    summary: 'The exchanges of all vhosts that the user may enter',
    query: EXCHANGES_QUERY,
    handle: async (request) => replyList(request, exchangesOf(await request.caller.vhosts()), listingOf(request)),
  }),
  route({
    method: 'GET',
    path: '/exchanges/:vhost',
    access: 'vhost',
    summary: 'The exchanges of a vhost',
    query: EXCHANGES_QUERY,
    handle: (request) => replyList(request, exchangesOf([request.vhost()]), listingOf(request)),
  }),
  route({
    method: 'GET',
    path: '/exchanges/:vhost/:exchange',
    access: 'vhost',
    summary: 'An exchange; the default one is amq.default',
    query: RANGE_QUERY,
    handle(request) {
      const vhost = request.vhost()
      const exchange = expectExchange(request)
      const ranges = readRanges(request.query)
      return ok({
        ...viewExchange(vhost, exchange, request.parts, ranges),
        ...viewExchangeNeighbours(vhost, exchange, request.parts, ranges),
      })
    },
  }),
  route({
    method: 'PUT',
    path: '/exchanges/:vhost/:exchange',
    access: 'vhost',
    summary: 'Makes an exchange, or checks that the one that exists is the same',
    body: {
      properties: {
        type: { type: 'string', default: 'direct' },
        durable: { type: 'boolean', default: false },
        auto_delete: { type: 'boolean', default: false },
        internal: { type: 'boolean', default: false },
        arguments: { type: 'object' },
      },
    },
    async handle(request) {
      const vhost = request.vhostToChange()
      const body = request.body()
      const name = exchangeName(request.param('exchange'))
      assertShortText('name of an exchange', name)
      const settings = {
        name,
        type: body.type ?? 'direct',
        durable: body.durable ?? false,
        autoDelete: body.auto_delete ?? false,
        internal: body.internal ?? false,
        arguments: readRequestArguments(body.arguments),
      }
      const isNew = !vhost.exchanges.has(name)
      await request.change(vhost, (actor) => declareExchange(actor, settings))
      return isNew ? CREATED : NO_CONTENT
    },
  }),
  route({
    method: 'DELETE',
    path: '/exchanges/:vhost/:exchange',
    access: 'vhost',
    summary: 'Ends an exchange with its bindings',
    query: ['if-unused'],
    async handle(request) {
      const vhost = request.vhost()
      const { name } = expectExchange(request)
      await request.change(vhost, (actor) => deleteExchange(actor, name, request.flag('if-unused')))
      return NO_CONTENT
    },
  }),
]

/** The name that a part of a path stands for. */
export function exchangeName(part: string): string {
  return part === DEFAULT_NAME ? '' : cleanName(part)
}

/** @throws HttpError 404 */
function expectExchange(request: Pick<ManagementRequest<'exchange', never>, 'vhost' | 'param'>): Exchange {
  const exchange = request.vhost().exchanges.get(exchangeName(request.param('exchange')))
  if (exchange === undefined) throw objectNotFound()
  return exchange
}

function exchangesOf(vhosts: readonly Vhost[]): ListedExchange[] {
  return vhosts.flatMap((vhost) => Array.from(vhost.exchanges.values(), (exchange) => ({ vhost, exchange })))
}

function listingOf({
  parts,
  query,
}: Pick<ManagementRequest<never, never>, 'parts' | 'query'>): Listing<ListedExchange> {
  const ranges = readRanges(query)
  return {
    paged: true,
    keys: { vhost: ({ vhost }) => vhost.name, name: ({ exchange }) => exchange.name },
    view: ({ vhost, exchange }) => viewExchange(vhost, exchange, parts, ranges),
  }
}
