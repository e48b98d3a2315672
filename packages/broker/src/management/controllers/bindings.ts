/** Bindings. */

import type { Destination } from '../../vhost/exchange.ts'
import { cleanName } from '../../vhost/resource-name.ts'
import {
  bindExchange,
  bindQueue,
  type NamedBinding,
  unbindExchange,
  unbindQueue,
} from '../../vhost/topology-actions.ts'
import type { Vhost } from '../../vhost/vhost.ts'
import { objectNotFound } from '../http-error.ts'
import { LIST_QUERY, type Listing, replyList } from '../lists/reply-list.ts'
import type { ManagementRequest } from '../management-request.ts'
import { NO_CONTENT, ok } from '../reply.ts'
import { assertShortText, readRequestArguments } from '../request-arguments.ts'
import { type Route, route } from '../route.ts'
import {
  bindingsFrom,
  bindingsOf,
  bindingsTo,
  isNamedBy,
  type ListedBinding,
  propertiesKey,
  quotePlus,
  viewBinding,
} from '../views/binding.ts'
import { exchangeName } from './exchanges.ts'
import { NO_OWNER } from './queues.ts'

/** The letters that stand for the kind of a destination in paths. */
const KINDS = { q: 'queue', e: 'exchange' } as const
type Kind = keyof typeof KINDS

type BetweenRequest = Pick<ManagementRequest<'source' | 'destination', never>, 'vhost' | 'param'>

const LISTING: Listing<ListedBinding> = {
  order: ['vhost', 'source', 'destination', 'routing_key', 'properties_key'],
  keys: {
    vhost: ({ vhost }) => vhost,
    source: ({ source }) => source,
    destination: ({ destination }) => destination,
    destination_type: ({ kind }) => kind,
    routing_key: ({ routingKey }) => routingKey,
    properties_key: propertiesKey,
  },
  view: viewBinding,
}

export const bindingRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/bindings',
    access: 'management',
    summary: 'The bindings of all vhosts that the user may enter',
    query: LIST_QUERY,
    handle: async (request) => replyList(request, (await request.caller.vhosts()).flatMap(bindingsOf), LISTING),
  }),
  route({
    method: 'GET',
    path: '/bindings/:vhost',
    access: 'vhost',
    summary: 'The bindings of a vhost',
    query: LIST_QUERY,
    handle: (request) => replyList(request, bindingsOf(request.vhost()), LISTING),
  }),
  route({
    method: 'GET',
    path: '/exchanges/:vhost/:exchange/bindings/source',
    access: 'vhost',
    summary: 'The bindings that begin at an exchange',
    query: LIST_QUERY,
    handle(request) {
      const vhost = request.vhost()
      const exchange = vhost.exchanges.get(exchangeName(request.param('exchange')))
      return replyList(request, exchange === undefined ? [] : bindingsFrom(vhost, exchange), LISTING)
    },
  }),
  route({
    method: 'GET',
    path: '/exchanges/:vhost/:exchange/bindings/destination',
    access: 'vhost',
    summary: 'The bindings that lead to an exchange',
    query: LIST_QUERY,
    handle(request) {
      const vhost = request.vhost()
      const exchange = vhost.exchanges.get(exchangeName(request.param('exchange')))
      return replyList(request, exchange === undefined ? [] : bindingsTo(vhost, exchange), LISTING)
    },
  }),
  route({
    method: 'GET',
    path: '/queues/:vhost/:queue/bindings',
    access: 'vhost',
    summary: 'The bindings of a queue; first the one that each has',
    query: LIST_QUERY,
    handle(request) {
      const vhost = request.vhost()
      const queue = vhost.queues.get(cleanName(request.param('queue')))
      return replyList(request, queue === undefined ? [] : bindingsTo(vhost, queue), LISTING)
    },
  }),
  ...routesBetween('q'),
  ...routesBetween('e'),
]

/** What is there for bindings of an exchange to one destination. */
function routesBetween(kind: Kind): Route[] {
  const path = `/bindings/:vhost/e/:source/${kind}/:destination` as const
  return [
    route({
      method: 'GET',
      path,
      access: 'vhost',
      summary: `The bindings of an exchange to ${kind === 'q' ? 'a queue' : 'another'}`,
      query: LIST_QUERY,
      handle: (request) => replyList(request, bindingsBetween(request, kind), LISTING),
    }),
    route({
      method: 'POST',
      path,
      access: 'vhost',
      summary: `Binds ${kind === 'q' ? 'a queue' : 'an exchange'} to an exchange`,
      body: { properties: { routing_key: { type: 'string', default: '' }, arguments: { type: 'object' } } },
      async handle(request) {
        const vhost = request.vhostToChange()
        const { routing_key: routingKey = '', arguments: args } = request.body()
        assertShortText('routing key', routingKey)
        const binding = { ...endsOf(request, kind), routingKey, arguments: readRequestArguments(args) }
        await request.change(vhost, (actor) =>
          kind === 'q' ? bindQueue(actor, binding, NO_OWNER) : bindExchange(actor, binding),
        )
        const location = `${quotePlus(request.param('destination'))}/${quotePlus(propertiesKey(binding))}`
        return { status: 201, headers: { location } }
      },
    }),
    route({
      method: 'GET',
      path: `${path}/:properties_key`,
      access: 'vhost',
      summary: 'A binding',
      handle: (request) => ok(viewBinding(expectBinding(request, kind))),
    }),
    route({
      method: 'DELETE',
      path: `${path}/:properties_key`,
      access: 'vhost',
      summary: 'Removes a binding',
      async handle(request) {
        const vhost = request.vhost()
        const binding = expectBinding(request, kind)
        await request.change(vhost, (actor) =>
          kind === 'q' ? unbindQueue(actor, binding, NO_OWNER) : unbindExchange(actor, binding),
        )
        return NO_CONTENT
      },
    }),
  ]
}

function endsOf(request: BetweenRequest, kind: Kind): Pick<NamedBinding, 'source' | 'destination'> {
  const destination = request.param('destination')
  return {
    source: exchangeName(request.param('source')),
    destination: kind === 'q' ? cleanName(destination) : exchangeName(destination),
  }
}

function bindingsBetween(request: BetweenRequest, kind: Kind): ListedBinding[] {
  const vhost = request.vhost()
  const { source, destination } = endsOf(request, kind)
  const from = vhost.exchanges.get(source)
  const to = findDestination(vhost, kind, destination)
  return from === undefined || to === undefined ? [] : bindingsFrom(vhost, from, to)
}

function findDestination(vhost: Vhost, kind: Kind, name: string): Destination | undefined {
  return kind === 'q' ? vhost.queues.get(name) : vhost.exchanges.get(name)
}

/** @throws HttpError 404 */
function expectBinding(
  request: Pick<ManagementRequest<'source' | 'destination' | 'properties_key', never>, 'vhost' | 'param'>,
  kind: Kind,
): ListedBinding {
  const key = request.param('properties_key')
  const binding = bindingsBetween(request, kind).find((each) => isNamedBy(each, key))
  if (binding === undefined) throw objectNotFound()
  return binding
}
