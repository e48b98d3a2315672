/**
 * The management API: RabbitMQ's HTTP API under `/api`.
 *
 * Loaded only by a broker that has a port for it.
 */

import type { Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { type FastifyError, type FastifyInstance, type FastifyReply, fastify } from 'fastify'
import type { Timer } from '../clock.ts'
import type { ResolvedBrokerOptions } from '../config/options.ts'
import type { ListenerInfo } from '../net/open-listeners.ts'
import { compressed } from './compression.ts'
import { allowOrigin } from './cors.ts'
import { toHttpError } from './describe-error.ts'
import { HttpError, objectNotFound } from './http-error.ts'
import type { BrokerParts, ManagementParts } from './management-parts.ts'
import { type ManagementTls, openManagementTls } from './management-tls.ts'
import { addRoutes, sendJson } from './route-table.ts'
import { ROUTES } from './routes.ts'
import { Sessions } from './sessions.ts'

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

/**
 * Opens the API on the ports that the options name.
 *
 * @throws ConfigurationError for files of TLS that are no good. Error of the operating system when it cannot listen.
 */
export async function startManagement(given: BrokerParts): Promise<ManagementServer> {
  const { options, clock, random, users, logger } = given
  const sessions = new Sessions(clock, random, users, options.managementSessionTimeoutMinutes * 60_000)
  const prefix = `${pathPrefix(options.managementPathPrefix)}/api`
  const parts = { ...given, sessions, cookiePath: prefix }
  const apps: FastifyInstance[] = []
  const listeners: ListenerInfo[] = []
  const timers: Timer[] = []
  const open = async (option: 'managementPort' | 'managementTlsPort', host: string, tls?: ManagementTls) => {
    if (options[option] === -1) return
    const app = await createApp(parts, prefix, tls)
    apps.push(app)
    const protocol = tls === undefined ? 'http' : 'https'
    const address = host === '' ? options.host : host
    listeners.push({
      protocol,
      tls: tls !== undefined,
      host: address,
      port: await listen(app, address, option, options),
    })
    if (tls !== undefined) timers.push(tls.watch(app.server as unknown as Server, clock, logger))
  }
  const close = async () => {
    for (const timer of timers) timer.clear()
    await Promise.all(apps.map((app) => app.close()))
  }
  try {
    await open('managementPort', options.managementHost)
    if (options.managementTlsPort !== -1) {
      await open('managementTlsPort', options.managementTlsHost, openManagementTls(options))
    }
  } catch (error) {
    await close()
    throw error
  }
  return { listeners, close }
}

async function createApp(parts: ManagementParts, prefix: string, tls?: ManagementTls): Promise<FastifyInstance> {
  const app = fastify({
    ...(tls !== undefined && { https: tls.serverOptions }),
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
  app.addHook('onRequest', async (request, reply) => allowOrigin(request, reply, parts.options))
  app.addHook('onSend', async (request, reply, payload) => {
    reply.headers(SECURITY_HEADERS)
    return compressed(request, reply, payload)
  })
  app.setErrorHandler((error, _request, reply) => refuse(error as FastifyError, reply, parts))
  app.setNotFoundHandler(({ method }, reply) => answerUnknownPath(method, reply, parts))
  addRoutes(app, prefix, ROUTES, parts)
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

/** Listens, on IPv4 alone where `::` is asked for on a machine without IPv6. Returns the port. */
async function listen(
  app: FastifyInstance,
  host: string,
  option: 'managementPort' | 'managementTlsPort',
  options: ResolvedBrokerOptions,
): Promise<number> {
  const address = { host, port: options[option], backlog: options.listenBacklog }
  try {
    await app.listen(address).catch(async (error: NodeJS.ErrnoException) => {
      if (host !== '::' || error.code !== 'EAFNOSUPPORT') throw error
      await app.listen({ ...address, host: '0.0.0.0' })
    })
  } catch (error) {
    // For the sentence that tells the operator which port it was.
    throw Object.assign(error as Error, { option })
  }
  return (app.server.address() as AddressInfo).port
}
