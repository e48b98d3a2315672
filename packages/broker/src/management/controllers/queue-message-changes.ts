/** Single messages of a queue removed, moved, published again; dead letters sent back to where they died. Not in RabbitMQ. */

import type { Rights } from '../../access/rights.ts'
import { readRoute } from '../../dead-letter/dead-letter.ts'
import { copyMessage, createMessage } from '../../messages/create-message.ts'
import { findMessages } from '../../messages/find-messages.ts'
import { MessageState } from '../../messages/located-message.ts'
import { matchesCriteria } from '../../messages/message-search.ts'
import { exchangeTarget, type MessageTarget, publishTo, queueTarget } from '../../messages/message-target.ts'
import { BATCH_MAX, findObstacle, MessageBatch, moveBatch } from '../../messages/move-messages.ts'
import { redrive } from '../../messages/redrive.ts'
import { removeMessage } from '../../messages/remove-message.ts'
import { visitMessages } from '../../messages/visit-messages.ts'
import type { JsonValue } from '../../parameters/json-value.ts'
import { inspectProperties } from '../../protocols/amqp/message-properties.ts'
import type { Message } from '../../queue/message.ts'
import type { Queue } from '../../queue/queue.ts'
import { cleanName } from '../../vhost/resource-name.ts'
import type { Vhost } from '../../vhost/vhost.ts'
import type { BodySchema } from '../body-schema.ts'
import { untilDurable } from '../durable.ts'
import { badRequest, HttpError, objectNotFound } from '../http-error.ts'
import type { ManagementRequest } from '../management-request.ts'
import { readProperties } from '../message-properties.ts'
import { readCriteria } from '../message-query.ts'
import { NO_CONTENT, ok } from '../reply.ts'
import { type Route, route } from '../route.ts'
import { parseMessageId, readableQueue, sourceOf } from './queue-messages.ts'
import { NO_OWNER } from './queues.ts'
import { attempt, exchangeNamed } from './route-explain.ts'

/** Most messages that one search looks at. */
const SCAN_MAX = 200_000
/** Highest rate of a redrive, in messages a second. */
const RATE_MAX = 1_000_000

const MOVE_BODY = {
  properties: {
    ids: { type: 'array', description: 'Numbers of the messages' },
    search: {
      type: 'object',
      description: 'Instead of ids: what messages have, by text, payload, routing_key, header and property; {} for any',
    },
    state: { type: 'string', enum: ['ready', 'unacked', 'all'], default: 'ready', description: 'Where a search looks' },
    after: { type: 'integer', description: 'Only messages with a higher number' },
    count: { type: 'integer', default: BATCH_MAX, description: `Most messages that are moved, up to ${BATCH_MAX}` },
    queue: { type: 'string', description: 'The queue that they go to, as they are' },
    exchange: { type: 'string', description: 'Instead of queue: the exchange that they are published to' },
    routing_key: { type: 'string', description: 'With exchange: instead of their own' },
  },
} as const satisfies BodySchema

type QueueRequest = Pick<ManagementRequest<'queue', never>, 'vhost' | 'param' | 'caller' | 'parts'>

export const queueMessageChangeRoutes: readonly Route[] = [
  route({
    method: 'DELETE',
    path: '/queues/:vhost/:queue/messages/:id',
    access: 'vhost',
    summary: 'Removes a message from a queue, also one that a consumer holds, who may acknowledge it to no effect',
    async handle(request) {
      const { parts } = request
      const id = parseMessageId(request.param('id'))
      const queue = await changeableQueue(request)
      const [located] = await findMessages(sourceOf(queue, 'all', parts), id - 1, 1)
      if (located?.sequence !== id || !removeMessage(parts.store, queue, located)) throw objectNotFound()
      await untilDurable(parts.journal)
      return NO_CONTENT
    },
  }),
  route({
    method: 'POST',
    path: '/queues/:vhost/:queue/messages/move',
    access: 'vhost',
    summary: 'Moves messages to another queue, or publishes them to an exchange and removes them: all of them or none',
    body: MOVE_BODY,
    async handle(request) {
      const { parts } = request
      const body = request.body()
      const queue = await changeableQueue(request)
      const target = await targetOf(request, body)
      const ids = body.ids === undefined ? undefined : readIds(body.ids)
      if ((ids === undefined) === (body.search === undefined)) throw badRequest('either ids or search is needed')
      const criteria = readCriteria(body.search ?? {})
      const count = body.count ?? BATCH_MAX
      if (count < 1 || count > BATCH_MAX) throw badRequest(`count may be from 1 to ${BATCH_MAX}`)
      const state = ids === undefined ? readState(body.state) : 'all'
      const batch = new MessageBatch(sourceOf(queue, state, parts), count)
      try {
        const range = { after: body.after ?? -1, before: queue.nextSequence, limit: SCAN_MAX }
        const visited =
          ids === undefined
            ? await batch.gather(range, (message) => matchesCriteria(message, criteria))
            : await gatherIds(batch, ids)
        const obstacle = findObstacle(batch, target)
        if (obstacle !== undefined) throw new HttpError(409, { error: obstacle, reason: OBSTACLES[obstacle] })
        const { moved, gone, refused } = moveBatch(batch, target, parts.journal)
        await untilDurable(parts.journal)
        return ok({
          moved: moved.length,
          ids: moved.map(({ sequence }) => sequence),
          // Not found, or no longer where they were when their turn came.
          gone: ids === undefined ? gone : ids.length - moved.length - refused,
          refused,
          next_after: visited === undefined || visited.isComplete ? null : visited.last,
        })
      } finally {
        batch.close()
      }
    },
  }),
  route({
    method: 'POST',
    path: '/queues/:vhost/:queue/messages/:id/publish',
    access: 'vhost',
    summary: 'Publishes a copy of a message, as it is or edited; the message stays',
    body: {
      properties: {
        exchange: { type: 'string', description: 'Where to; else the exchange that it was published to' },
        routing_key: { type: 'string', description: 'Else its own' },
        properties: { type: 'object', description: 'Instead of all of its properties' },
        payload: { type: 'string', description: 'Instead of its own' },
        payload_encoding: { type: 'string', enum: ['string', 'base64'], default: 'string' },
      },
    },
    async handle(request) {
      const { parts, caller } = request
      const vhost = request.vhost()
      const id = parseMessageId(request.param('id'))
      const body = request.body()
      const payload = readPayload(body.payload, body.payload_encoding)
      const properties = body.properties === undefined ? undefined : readProperties(body.properties)
      const queue = await readableQueue(request)
      const original = await copyOf(queue, id, request)
      const own = readRoute(original)
      const exchangeName = exchangeNamed(body.exchange ?? own.exchange)
      const routingKey = body.routing_key ?? own.routingKey
      const { bytes, headerPayloadStart, headerPayloadEnd } = original
      const message = attempt(() =>
        createMessage({
          exchange: exchangeName,
          routingKey,
          properties: properties ?? { payload: bytes.subarray(headerPayloadStart, headerPayloadEnd) },
          body: payload ?? original.body(),
        }),
      )
      // Whoever writes properties says in whose name, as publishers do.
      const isFree = properties === undefined || caller.tags.includes('impersonator')
      const queues = await caller.act(vhost.name, (rights) => {
        assertMayPublish(rights, vhost, exchangeName, routingKey)
        const keys = [routingKey, ...inspectProperties(message, isFree ? undefined : caller.name)]
        const found = vhost.routeEffectively(vhost.exchange(exchangeName), keys, message)
        const taken = publishTo(parts.store, message, found.queues)
        if (!taken && found.queues.length > 0) found.refused()
        return { names: found.queues.map(({ name }) => name), routed: taken || found.heldBack }
      })
      await untilDurable(parts.journal)
      return ok({ routed: queues.routed, queues: queues.names })
    },
  }),
  route({
    method: 'POST',
    path: '/queues/:vhost/:queue/redrive',
    access: 'vhost',
    summary: 'Sends messages of a dead-letter queue back to the queues in which they died',
    body: {
      properties: {
        by: { type: 'string', enum: ['last', 'first'], default: 'last', description: 'Which of their deaths counts' },
        count: { type: 'integer', description: 'Most messages that go; else all that are there' },
        rate: { type: 'integer', description: `Most messages that go in a second, up to ${RATE_MAX}` },
      },
    },
    async handle(request) {
      const { parts, caller } = request
      const vhost = request.vhost()
      const { by = 'last', count = Number.MAX_SAFE_INTEGER, rate } = request.body()
      if (by !== 'last' && by !== 'first') throw badRequest("by may be 'last' or 'first'")
      if (count < 1) throw badRequest('count may be 1 or more')
      if (rate !== undefined && (rate < 1 || rate > RATE_MAX)) throw badRequest(`rate may be from 1 to ${RATE_MAX}`)
      const queue = await changeableQueue(request)
      await caller.act(vhost.name, (rights) => rights.assertMay('write', 'exchange', ''))
      const isCancelled = () => queue.deleted || parts.store.isClosed
      const options = { by, count, rate, isCancelled } as const
      const done = await redrive(sourceOf(queue, 'ready', parts), (name) => vhost.queues.get(name), options, parts)
      await untilDurable(parts.journal)
      return ok({
        redriven: done.redriven,
        queues: Object.fromEntries(done.queues),
        not_dead_lettered: done.stayed.notDead,
        queue_gone: done.stayed.queueGone,
        refused: done.stayed.refused,
        messages_ready: queue.readyCount,
      })
    },
  }),
]

const OBSTACLES = {
  unroutable: 'a message would reach no queue; none was moved',
  full: 'a queue would refuse a message, because it is full; none was moved',
} as const

/** The queue that the path names, if the caller may take messages from it. @throws HttpError */
async function changeableQueue(request: QueueRequest): Promise<Queue> {
  const queue = await readableQueue(request)
  return request.vhost().queueFor(queue.name, NO_OWNER)
}

async function targetOf(
  request: QueueRequest,
  body: {
    readonly queue?: string | undefined
    readonly exchange?: string | undefined
    readonly routing_key?: string | undefined
  },
): Promise<MessageTarget> {
  const { caller, parts } = request
  const vhost = request.vhost()
  if ((body.queue === undefined) === (body.exchange === undefined))
    throw badRequest('either queue or exchange is needed')
  if (body.queue !== undefined) {
    const name = cleanName(body.queue)
    await caller.act(vhost.name, (rights) => rights.assertMay('write', 'exchange', ''))
    const queue = vhost.queueFor(name, NO_OWNER)
    return queueTarget(parts.store, () => (queue.deleted ? undefined : queue))
  }
  const exchange = exchangeNamed(cleanName(body.exchange ?? ''))
  await caller.act(vhost.name, (rights) => assertMayPublish(rights, vhost, exchange, body.routing_key ?? ''))
  attempt(() =>
    createMessage({ exchange, routingKey: body.routing_key ?? '', properties: {}, body: new Uint8Array(0) }),
  )
  return exchangeTarget(parts.store, vhost, vhost.exchange(exchange), body.routing_key)
}

/** @throws ChannelException ACCESS_REFUSED, NOT_FOUND */
function assertMayPublish(rights: Rights, vhost: Vhost, exchange: string, routingKey: string): void {
  rights.assertMay('write', 'exchange', exchange)
  const { settings } = vhost.exchange(exchange)
  if (settings.internal) throw badRequest(`cannot publish to internal exchange '${exchange}' in vhost '${vhost.name}'`)
  if (settings.type === 'topic') rights.assertMayUseTopic('write', exchange, routingKey)
}

/** The message with the lowest of the numbers first. A number that is no message's is left out. */
async function gatherIds(batch: MessageBatch, ids: readonly number[]): Promise<undefined> {
  for (const id of ids) await batch.gather({ after: id - 1, before: id + 1, limit: 1 }, () => true)
}

/** @throws HttpError 400 */
function readIds(ids: readonly JsonValue[]): number[] {
  const numbers = ids.map((id) => (typeof id === 'number' && Number.isSafeInteger(id) && id >= 0 ? id : Number.NaN))
  if (ids.length > BATCH_MAX) throw badRequest(`there may be ${BATCH_MAX} ids at most`)
  if (numbers.some(Number.isNaN)) throw badRequest('ids are numbers of messages')
  return [...new Set(numbers)].sort((a, b) => a - b)
}

/** @throws HttpError 400 */
function readState(state: string | undefined): 'ready' | 'unacked' | 'all' {
  if (state === undefined) return 'ready'
  if (state === MessageState.ready || state === MessageState.unacked || state === 'all') return state
  throw badRequest(`state is '${state}'; it may be ready, unacked or all`)
}

/** @throws HttpError 400 */
function readPayload(payload: string | undefined, encoding = 'string'): Uint8Array | undefined {
  if (encoding !== 'string' && encoding !== 'base64') throw badRequest(`unsupported encoding ${encoding}`)
  return payload === undefined
    ? undefined
    : Uint8Array.from(Buffer.from(payload, encoding === 'string' ? 'utf8' : 'base64'))
}

/** A copy of a message with bytes of its own. @throws HttpError 404 */
async function copyOf(queue: Queue, id: number, { parts }: QueueRequest): Promise<Message> {
  let copy: Message | undefined
  await visitMessages(
    sourceOf(queue, 'all', parts),
    { after: id - 1, before: id + 1, limit: 1 },
    (_located, message) => {
      copy = message === undefined ? undefined : copyMessage(message)
      return true
    },
  )
  if (copy === undefined) throw objectNotFound()
  return copy
}
