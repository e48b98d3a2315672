/**
 * The management API: RabbitMQ's HTTP API under `/api`.
 *
 * Loaded only by a broker that has a port for it.
 */

import type { AddressInfo } from 'node:net'
import { type FastifyError, type FastifyInstance, type FastifyReply, fastify } from 'fastify'
import type { ListenerInfo } from '../net/open-listeners.ts'
import { toHttpError } from './describe-error.ts'
import { HttpError, objectNotFound } from './http-error.ts'
import type { ManagementParts } from './management-parts.ts'
import { addRoutes, sendJson } from './route-table.ts'
import { ROUTES } from './routes.ts'

/** How long a client may take for its request, in milliseconds. */
const REQUEST_TIMEOUT_MS = 300_000
/** How long a connection without requests stays open, in milliseconds. RabbitMQ's. */
const IDLE_TIMEOUT_MS = 60_000
/** Longest part of a path: a name of 255 bytes, each of them encoded. Names of connections are shorter. */
const PATH_PART_LENGTH_MAX = 1024

/** The API, listening. */
export interface ManagementServer {
  readonly listeners: readonly ListenerInfo[]
  /** Stops listening and ends all connections. */
  close(): Promise<void>
}

/** @throws Error of the operating system when it cannot listen. */
export async function startManagement(parts: ManagementParts): Promise<ManagementServer> {
  const { managementPort, managementHost, host, listenBacklog } = parts.options
  const app = await createApp(parts)
  const address = managementHost === '' ? host : managementHost
  try {
    await listen(app, { host: address, port: managementPort, backlog: listenBacklog })
  } catch (error) {
    // For the sentence that tells the operator which port it was.
    throw Object.assign(error as Error, { option: 'managementPort' })
  }
  const { port } = app.server.address() as AddressInfo
  return {
    listeners: [{ protocol: 'http', tls: false, host: address, port }],
    close: () => app.close(),
  }
}

async function createApp(parts: ManagementParts): Promise<FastifyInstance> {
  const app = fastify({
    logger: false,
    bodyLimit: parts.options.managementBodySizeMax,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: IDLE_TIMEOUT_MS,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    return503OnClosing: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: PATH_PART_LENGTH_MAX },
    frameworkErrors: (error, { url }, reply) => refuse(describeUnreadable(error, url), reply, parts),
  })
  // A body is read as JSON whatever its type says, and by the controller, so that it is refused in RabbitMQ's words.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.addHook('onSend', async (_request, reply) => {
    reply.headers(SECURITY_HEADERS)
  })
  app.setErrorHandler((error, _request, reply) => refuse(error as FastifyError, reply, parts))
  app.setNotFoundHandler(({ method }, reply) => answerUnknownPath(method, reply, parts))
  addRoutes(app, `${pathPrefix(parts.options.managementPathPrefix)}/api`, ROUTES, parts)
  await app.ready()
  return app
}

/** Nothing of an answer is ever run, or shown inside another page. */
const SECURITY_HEADERS = {
  'content-security-policy': "default-src 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  vary: 'accept, accept-encoding, origin',
}

function pathPrefix(option: string): string {
  const trimmed = option.replace(/\/+$/, '')
  return trimmed === '' || trimmed.startsWith('/') ? trimmed : `/${trimmed}`
}

/** RabbitMQ looks for a file where it has no route. */
function answerUnknownPath(method: string, reply: FastifyReply, parts: ManagementParts): FastifyReply {
  const allow = 'HEAD, GET, OPTIONS'
  if (method === 'OPTIONS') return reply.headers({ allow }).send()
  const isRead = method === 'GET' || method === 'HEAD'
  return refuse(isRead ? objectNotFound() : new HttpError(405, undefined, { allow }), reply, parts)
}

/** What is wrong with a request before there is a route for it. */
function describeUnreadable(error: FastifyError, url: string): FastifyError | HttpError {
  // Of a name that is no UTF-8 there is nothing.
  const isNoText = error.code === 'FST_ERR_BAD_URL' && !/%(?![0-9a-f]{2})/i.test(url)
  return isNoText ? objectNotFound() : error
}

/** Answers with what went wrong. */
function refuse(error: FastifyError | HttpError, reply: FastifyReply, { logger }: ManagementParts): FastifyReply {
  const refusal = toHttpError(error)
  if (refusal !== undefined) {
    reply.code(refusal.status).headers(refusal.headers)
    return refusal.body === undefined ? reply.send() : sendJson(reply, JSON.stringify(refusal.body))
  }
  const { statusCode = 500 } = error as FastifyError
  if (statusCode >= 500) logger.error({ err: error }, 'bug in the management API')
  return reply.code(statusCode).send()
}

/** Listens; on IPv4 alone where `::` is asked for on a machine without IPv6. */
async function listen(app: FastifyInstance, options: { host: string; port: number; backlog: number }): Promise<void> {
  try {
    await app.listen(options)
  } catch (error) {
    if (options.host !== '::' || (error as NodeJS.ErrnoException).code !== 'EAFNOSUPPORT') throw error
    await app.listen({ ...options, host: '0.0.0.0' })
  }
}
