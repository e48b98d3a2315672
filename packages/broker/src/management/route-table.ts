/**
 * Puts routes on the server, with what holds for all of them: 405 for other methods, OPTIONS, login, 406, and the answer.
 *
 * The order of the checks is RabbitMQ's: method, login, rights, `Accept`; the body is read only after them.
 */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { authenticate } from './authentication.ts'
import { assertMayUse } from './authorization.ts'
import type { Caller } from './caller.ts'
import { HttpError } from './http-error.ts'
import { parseColumns, selectColumns } from './lists/columns.ts'
import type { ManagementParts } from './management-parts.ts'
import { ManagementRequest } from './management-request.ts'
import type { Reply } from './reply.ts'
import type { Route } from './route.ts'
import { EventStreams } from './streams/event-streams.ts'

/** In the order in which RabbitMQ names them. */
const METHODS = ['HEAD', 'GET', 'PUT', 'DELETE', 'POST', 'PATCH', 'OPTIONS'] as const
type Method = (typeof METHODS)[number]

const EVENT_STREAM = 'text/event-stream'

/** What hooks have found out about a request. */
interface RequestContext {
  readonly route: Route | undefined
  /** Methods of the path. */
  readonly allow: string
}

/** Puts all `routes` below `base`. */
export function addRoutes(app: FastifyInstance, base: string, routes: readonly Route[], parts: ManagementParts): void {
  const streams = new EventStreams(parts.clock)
  const byPath = new Map<string, Route[]>()
  for (const each of routes) byPath.set(each.path, [...(byPath.get(each.path) ?? []), each])
  for (const [path, group] of byPath) {
    const byMethod = new Map<Method, Route>(group.map((each) => [each.method, each]))
    const get = byMethod.get('GET')
    if (get !== undefined) byMethod.set('HEAD', get)
    const allowed = METHODS.filter((method) => method === 'OPTIONS' || byMethod.has(method))
    const allow = allowed.join(', ')
    for (const method of METHODS) {
      const route = byMethod.get(method)
      app.route({
        method,
        url: `${base}${path}`,
        ...(route?.bodySizeMax !== undefined && { bodyLimit: route.bodySizeMax }),
        onRequest: (request) => before(request, method, { route, allow }, parts),
        handler: (request, reply) => handle(request, reply, method, { route, allow }, parts, streams),
      })
    }
  }
}

const callers = new WeakMap<FastifyRequest, Caller>()

async function before(
  request: FastifyRequest,
  method: Method,
  { route, allow }: RequestContext,
  parts: ManagementParts,
): Promise<void> {
  if (method === 'OPTIONS') return
  if (route === undefined) throw new HttpError(405, undefined, { allow })
  if (route.access !== 'anyone') {
    const caller = await authenticate(
      {
        header: authorizationOf(request, route),
        headers: request.headers,
        changesSomething: method !== 'GET' && method !== 'HEAD',
        remoteAddress: request.ip,
      },
      parts,
    )
    await assertMayUse(route.access, caller, vhostOf(request, parts))
    callers.set(request, caller)
  }
  if (!accepts(request.headers.accept, route.streams === true ? EVENT_STREAM : 'application/json'))
    throw new HttpError(406)
}

async function handle(
  request: FastifyRequest,
  reply: FastifyReply,
  method: Method,
  { route, allow }: RequestContext,
  parts: ManagementParts,
  streams: EventStreams,
): Promise<FastifyReply> {
  if (method === 'OPTIONS' || route === undefined) return reply.headers({ allow }).code(200).send()
  const received = {
    params: request.params as Record<string, string>,
    query: queryOf(request.url),
    headers: request.headers,
    body: request.body as Uint8Array | undefined,
    remoteAddress: request.ip,
    isEncrypted: request.protocol === 'https',
  }
  const caller = callers.get(request) as Caller
  if (route.streams === true) streams.assertRoom()
  const answer = await route.handle(new ManagementRequest(caller, parts, received, route.body))
  if (answer.stream === undefined) return send(reply, answer, received.query)
  if (method === 'HEAD') return reply.header('content-type', EVENT_STREAM).send()
  reply.hijack()
  answer.stream(streams.open(reply.raw))
  return reply
}

/** Sends an answer. */
function send(reply: FastifyReply, { status, value, json, headers = {} }: Reply, query: URLSearchParams): FastifyReply {
  reply.code(status).headers(headers)
  if (json === undefined && value === undefined) return reply.send()
  reply.header('cache-control', 'no-cache')
  return sendJson(reply, json ?? JSON.stringify(selectColumns(value ?? null, parseColumns(query.get('columns')))))
}

/** Sends text as JSON. As bytes, since Fastify names the character set of a text, which JSON has only one of. */
export function sendJson(reply: FastifyReply, json: string): FastifyReply {
  return reply.header('content-type', 'application/json').send(Buffer.from(json))
}

/** Who the request says it is from. */
function authorizationOf({ headers, url }: FastifyRequest, route: Route): string | undefined {
  const auth = route.takesAuthParameter === true ? queryOf(url).get('auth') : null
  return auth === null ? headers.authorization : `Basic ${auth}`
}

function queryOf(url: string): URLSearchParams {
  return new URLSearchParams(url.split('?', 2)[1])
}

/** The vhost that the path names, or the field `x-vhost`, if it is there. */
function vhostOf(request: FastifyRequest, { vhosts }: ManagementParts): string | undefined {
  const { vhost = request.headers['x-vhost'] } = request.params as { vhost?: string }
  return typeof vhost === 'string' && vhosts.has(vhost) ? vhost : undefined
}

/** Whether a field `Accept` admits a type. Weights are not looked at: there is nothing else to choose. */
function accepts(accept: string | undefined, type: string): boolean {
  if (accept === undefined || accept.trim() === '') return true
  const ranges = accept.split(',').map((entry) => entry.split(';', 1)[0].trim().toLowerCase())
  const anyOfKind = `${type.split('/', 1)[0]}/*`
  return ranges.some((range) => range === '*/*' || range === anyOfKind || range === type)
}
