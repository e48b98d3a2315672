/** What flows through an exchange or into a queue, watched without taking part in it. Not in RabbitMQ. */

import type { Rights } from '../../access/rights.ts'
import type { Tap } from '../../messages/taps.ts'
import type { Vhost } from '../../vhost/vhost.ts'
import { badRequest, notAuthorised } from '../http-error.ts'
import type { ManagementRequest } from '../management-request.ts'
import { checkText, parseCriteria, parseNumber, parsePayloadView, SEARCH_QUERY, VIEW_QUERY } from '../message-query.ts'
import { type Reply, streaming } from '../reply.ts'
import { type Route, route } from '../route.ts'
import { type TapOptions, TapStream } from '../streams/tap-stream.ts'
import { exchangeName } from './exchanges.ts'
import { expectQueue } from './queues.ts'

const RATE_DEFAULT = 100
const RATE_MAX = 1000
const EVERY_MAX = 1_000_000
/** Bytes of each payload that are shown. */
const TRUNCATE_DEFAULT = 1000
/** Longest routing key, in bytes. */
const KEY_BYTES_MAX = 255

const TAP_QUERY = [...SEARCH_QUERY, ...VIEW_QUERY, 'rate', 'every']

type TapRequest = Pick<ManagementRequest<never, never>, 'caller' | 'parts' | 'query' | 'vhost'>

export const tapRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/exchanges/:vhost/:exchange/tap',
    access: 'monitoring',
    summary: 'Messages that pass an exchange, as Server-Sent Events; they go where they go',
    query: TAP_QUERY,
    streams: true,
    async handle(request) {
      const vhost = request.vhost()
      const exchange = vhost.exchange(exchangeName(request.param('exchange')))
      const options = readOptions(request.query)
      const assertRights = (rights: Rights) => {
        rights.assertMay('read', 'exchange', exchange.name)
        // As for a binding with this pattern.
        if (exchange.settings.type === 'topic')
          rights.assertMayUseTopic('read', exchange.name, options.routingKey ?? '#')
      }
      return tap(request, vhost, options, assertRights, (watcher) => vhost.tapExchange(exchange, watcher))
    },
  }),
  route({
    method: 'GET',
    path: '/queues/:vhost/:queue/tap',
    access: 'monitoring',
    summary: 'Messages that come to a queue, as Server-Sent Events; they stay there for its consumers',
    query: TAP_QUERY,
    streams: true,
    async handle(request) {
      const queue = expectQueue(request)
      const options = readOptions(request.query)
      const assertRights = (rights: Rights) => rights.assertMay('read', 'queue', queue.name)
      return tap(request, request.vhost(), options, assertRights, (watcher) => queue.tap(watcher))
    },
  }),
]

/** Opens the stream if the caller may, and shows messages as long as that is so. */
async function tap(
  { caller, parts }: TapRequest,
  vhost: Vhost,
  options: TapOptions,
  assertRights: (rights: Rights) => void,
  watch: (tap: Tap) => () => void,
): Promise<Reply> {
  const check = async () => {
    if (!(await caller.mayEnter(vhost.name))) throw notAuthorised('User not authorised to access virtual host')
    await caller.act(vhost.name, assertRights)
  }
  await check()
  return streaming((stream) => {
    let version = parts.accessVersion.value
    let isChecking = false
    const mayShow = () => {
      if (version === parts.accessVersion.value) return true
      if (isChecking) return false
      isChecking = true
      const asked = parts.accessVersion.value
      check()
        .then(
          () => (version = asked),
          () => stream.close(),
        )
        .finally(() => (isChecking = false))
      return false
    }
    stream.onEnd(watch(new TapStream(stream, options, parts.clock, mayShow)))
  })
}

/** @throws HttpError 400 */
function readOptions(query: URLSearchParams): TapOptions {
  const routingKey = checkText('routing_key', query.get('routing_key') ?? undefined)
  if (routingKey !== undefined && Buffer.byteLength(routingKey) > KEY_BYTES_MAX) {
    throw badRequest(`routing_key is longer than ${KEY_BYTES_MAX} bytes`)
  }
  return {
    routingKey,
    // The key is a pattern here.
    criteria: { ...parseCriteria(query), routingKey: undefined },
    rate: parseNumber(query, 'rate', 1, RATE_MAX) ?? RATE_DEFAULT,
    every: parseNumber(query, 'every', 1, EVERY_MAX) ?? 1,
    how: parsePayloadView(query, TRUNCATE_DEFAULT),
  }
}
