/** Publishing and getting single messages, and the test of life that does both. RabbitMQ warns that these are no way to work with messages. */

import { AmqpException } from '../../errors.ts'
import { createMessage } from '../../messages/create-message.ts'
import { ACK_MODES, type AckMode, type GotMessage, getMessages } from '../../messages/get-messages.ts'
import { publishMessage } from '../../messages/publish-message.ts'
import type { JsonObject, JsonValue } from '../../parameters/json-value.ts'
import { cleanName } from '../../vhost/resource-name.ts'
import { type Actor, declareQueue, queueToGetFrom } from '../../vhost/topology-actions.ts'
import type { Vhost } from '../../vhost/vhost.ts'
import { badRequest, HttpError, notAuthorised } from '../http-error.ts'
import type { ManagementParts } from '../management-parts.ts'
import type { ManagementRequest } from '../management-request.ts'
import { readProperties, viewProperties } from '../message-properties.ts'
import { refusing } from '../refusal.ts'
import { ok } from '../reply.ts'
import { type Route, route } from '../route.ts'
import { exchangeName } from './exchanges.ts'
import { NO_OWNER } from './queues.ts'
import { attempt } from './route-explain.ts'

/** Bytes of bodies in one answer from which on no further message is got. */
const ANSWER_BYTES_MAX = 32 * 1024 * 1024
/** Messages that one request may get. */
const COUNT_MAX = 10_000
/** Messages that are got at a time. */
const SLICE = 100
const ALIVENESS_QUEUE = 'aliveness-test'
const NO_ARGUMENTS = Object.freeze(Object.create(null))

type VhostRequest = Pick<ManagementRequest<'vhost', never>, 'caller' | 'param' | 'parts'>

export const getAndPublishRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/exchanges/:vhost/:exchange/publish',
    access: 'vhost',
    summary: 'Publishes a message',
    body: {
      required: ['routing_key', 'properties', 'payload', 'payload_encoding'],
      properties: {
        routing_key: { type: 'string' },
        properties: { type: 'object' },
        payload: { type: 'any' },
        payload_encoding: { type: 'string', enum: ['string', 'base64'] },
      },
    },
    async handle(request) {
      const { routing_key: routingKey, properties, payload, payload_encoding: encoding } = request.body()
      const vhost = enterVhost(request)
      const wanted = readProperties(properties, 'ignore')
      const body = readPayload(payload, encoding)
      const exchange = exchangeName(request.param('exchange'))
      const message = attempt(() => createMessage({ exchange, routingKey, properties: wanted, body }))
      return ok({ routed: await publish(request, vhost, message) })
    },
  }),
  route({
    method: 'POST',
    path: '/queues/:vhost/:queue/get',
    access: 'vhost',
    summary: 'Gets messages; ackmode says what becomes of them',
    body: {
      required: ['ackmode', 'count', 'encoding'],
      properties: {
        ackmode: { type: 'string', enum: ACK_MODES },
        count: { type: 'any' },
        encoding: { type: 'string', enum: ['auto', 'base64'] },
        truncate: { type: 'any', description: 'bytes of each payload that are shown' },
      },
    },
    async handle(request) {
      const { ackmode, count, encoding, truncate } = request.body()
      const vhost = enterVhost(request)
      const options = {
        ackMode: readAckMode(ackmode),
        count: readCount(count),
        truncate: truncate === undefined ? Number.POSITIVE_INFINITY : Math.max(0, readInteger(truncate)),
        bytesMax: ANSWER_BYTES_MAX,
      }
      if (encoding !== 'auto' && encoding !== 'base64') {
        throw badRequest('Unsupported encoding. Please use auto or base64.')
      }
      const name = cleanName(request.param('queue'))
      const got = await refusing(() => get(request, vhost, name, options))
      return ok(got.map((message) => viewMessage(message, encoding)))
    },
  }),
  route({
    method: 'GET',
    path: '/aliveness-test/:vhost',
    access: 'vhost',
    summary: 'Declares a queue, publishes a message to it and gets it back',
    async handle(request) {
      const vhost = request.vhost()
      const settings = {
        name: ALIVENESS_QUEUE,
        durable: false,
        autoDelete: false,
        arguments: NO_ARGUMENTS,
        exclusiveOwner: undefined,
      }
      await refusing(() => request.change(vhost, (actor) => declareQueue(actor, settings, NO_OWNER)))
      const body = Buffer.from('test_message')
      const message = createMessage({ exchange: '', routingKey: ALIVENESS_QUEUE, properties: {}, body })
      await publish(request, vhost, message)
      const options = { ackMode: 'ack_requeue_false', count: 1, truncate: 0, bytesMax: 1 } as const
      const got = await refusing(() => get(request, vhost, ALIVENESS_QUEUE, options))
      return ok({ status: got.length === 1 ? 'ok' : 'failed' })
    },
  }),
]

/** RabbitMQ opens a connection for these, which is refused for a vhost that is not there. @throws HttpError 401 */
function enterVhost(request: VhostRequest): Vhost {
  const vhost = request.parts.vhosts.get(request.param('vhost'))
  if (vhost === undefined) throw notAuthorised('Access refused.')
  return vhost
}

/** Publishes, and resolves once what was recorded of the message is durable. @throws HttpError 400, 503 */
async function publish(
  { caller, parts }: Pick<VhostRequest, 'caller' | 'parts'>,
  vhost: Vhost,
  message: Parameters<typeof publishMessage>[1],
): Promise<boolean> {
  assertNoAlarm(parts)
  const options = { userIdAllowed: userIdOf(caller), messageSizeMax: parts.options.messageSizeMax }
  try {
    const routed = await caller.act(vhost.name, (rights) => publishMessage({ rights, vhost }, message, options))
    await durable(parts)
    return routed
  } catch (error) {
    // RabbitMQ tells any refusal as a bad request, with the code of the reply.
    if (error instanceof AmqpException) throw badRequest(`${error.replyCode} ${error.message}`)
    throw error
  }
}

/** The name that the property `user_id` may hold. An impersonator may use any. */
function userIdOf({ name, tags }: { readonly name: string; readonly tags: readonly string[] }): string | undefined {
  return tags.includes('impersonator') ? undefined : name
}

/** @throws HttpError 503 while publishers are blocked. */
function assertNoAlarm({ alarms }: ManagementParts): void {
  const raised = (['memory', 'disk'] as const).filter((resource) => alarms.isRaised(resource))
  if (raised.length === 0) return
  throw new HttpError(503, {
    error: 'service_unavailable',
    reason: `publishers are blocked: ${raised.join(', ')} alarm`,
  })
}

/** @throws HttpError 503 when the disk takes nothing. */
function durable({ journal }: ManagementParts): Promise<void> {
  const refusal = { error: 'service_unavailable', reason: 'the disk takes nothing' }
  return new Promise((resolve, reject) => {
    if (!journal.pending) resolve()
    else journal.afterCommit((failed) => (failed ? reject(new HttpError(503, refusal)) : resolve()))
  })
}

async function get(
  { caller, parts }: Pick<VhostRequest, 'caller' | 'parts'>,
  vhost: Vhost,
  name: string,
  options: Parameters<typeof getMessages>[2],
): Promise<GotMessage[]> {
  const find = (actor: Actor) => queueToGetFrom(actor, name, NO_OWNER)
  const queue = await caller.act(vhost.name, (rights) => find({ rights, vhost }))
  const got: GotMessage[] = []
  for (const message of getMessages(vhost, queue, options)) {
    got.push(message)
    if (got.length % SLICE === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  // Should they come again after a crash, they must come as redelivered.
  if (queue.logId !== 0) await durable(parts)
  return got
}

/** @throws HttpError 400 */
function readPayload(payload: JsonValue, encoding: string): Uint8Array {
  if (typeof payload !== 'string') throw badRequest('payload_not_string')
  if (encoding === 'string') return Buffer.from(payload)
  if (encoding !== 'base64') throw badRequest(['unsupported_encoding', encoding])
  if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(payload)) throw badRequest(['not_base64', payload])
  return Buffer.from(payload, 'base64')
}

/** @throws HttpError 400 */
function readAckMode(mode: string): AckMode {
  if (ACK_MODES.includes(mode as AckMode)) return mode as AckMode
  throw badRequest(['unknown_ackmode', mode])
}

/** A negative number is as many as there are. @throws HttpError 400 */
function readCount(value: JsonValue): number {
  const count = readInteger(value)
  return count < 0 ? COUNT_MAX : Math.min(count, COUNT_MAX)
}

/** @throws HttpError 400 */
function readInteger(value: JsonValue): number {
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value
  if (typeof number === 'number' && Number.isSafeInteger(number)) return number
  throw badRequest(['not_integer', value])
}

function viewMessage(got: GotMessage, encoding: 'auto' | 'base64'): JsonObject {
  const properties = viewProperties(got.properties)
  const text = encoding === 'auto' ? decodeUtf8(got.body) : undefined
  return {
    payload_bytes: got.bodySize,
    redelivered: got.redelivered,
    exchange: got.exchange,
    routing_key: got.routingKey,
    message_count: got.messageCount,
    // RabbitMQ's JSON for no fields at all.
    properties: Object.keys(properties).length === 0 ? [] : properties,
    payload: text ?? Buffer.from(got.body).toString('base64'),
    payload_encoding: text === undefined ? 'base64' : 'string',
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}
