/** Which web pages of other origins may use the API: those that the configuration names. */

import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ResolvedBrokerOptions } from '../config/options.ts'

const ANY = '*'

/** Tells the browser what a page may do. Pages of other origins are told nothing. */
export function allowOrigin(
  { headers, method }: FastifyRequest,
  reply: FastifyReply,
  { managementCorsAllowOrigins: allowed, managementCorsMaxAgeSeconds }: ResolvedBrokerOptions,
): void {
  const { origin } = headers
  if (origin === undefined || allowed.length === 0) return
  if (allowed.includes(origin)) {
    reply.headers({ 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' })
  } else if (allowed.includes(ANY)) {
    // Any page may ask, but not as whoever is logged in: the origin is not repeated, and no cookie is sent.
    reply.header('access-control-allow-origin', ANY)
  } else return
  if (method !== 'OPTIONS') return
  const wanted = headers['access-control-request-headers']
  reply.header('access-control-max-age', String(managementCorsMaxAgeSeconds))
  reply.header('access-control-allow-methods', 'HEAD, GET, PUT, DELETE, POST, OPTIONS')
  if (wanted !== undefined) reply.header('access-control-allow-headers', wanted)
}
