/** Health checks: 200 when all is well, 503 when not. */

import { X509Certificate } from 'node:crypto'
import { readCertificates } from '../../net/tls-files.ts'
import type { JsonObject } from '../../parameters/json-value.ts'
import { badRequest, objectNotFound } from '../http-error.ts'
import type { ManagementParts } from '../management-parts.ts'
import { ok, type Reply } from '../reply.ts'
import { type Route, route } from '../route.ts'

const HEALTHY: Reply = ok({ status: 'ok' })
/** There is no cluster yet, so nothing depends on this node alone. */
const SINGLE_NODE: Reply = ok({ status: 'ok', reason: 'single node cluster' })

const DAY_MS = 86_400_000
const UNITS: ReadonlyMap<string, number> = new Map([
  ['days', DAY_MS],
  ['weeks', 7 * DAY_MS],
  ['months', 30 * DAY_MS],
  ['years', 365 * DAY_MS],
])

/** Names of protocols that RabbitMQ takes for others. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['amqp091', 'amqp'],
  ['amqp0.9.1', 'amqp'],
  ['amqp0-9-1', 'amqp'],
  ['amqps', 'amqp/ssl'],
])

export const healthRoutes: readonly Route[] = [
  check('alarms', 'Whether no alarm is raised', (parts) => checkAlarms(parts, 'in the cluster')),
  check('local-alarms', 'Whether no alarm is raised on this node', (parts) => checkAlarms(parts, 'on the node')),
  check('virtual-hosts', 'Whether all vhosts run', () => HEALTHY),
  check('node-is-quorum-critical', 'Whether quorum queues could do without this node', () => SINGLE_NODE),
  check('node-is-mirror-sync-critical', 'Whether mirrored queues could do without this node', () => SINGLE_NODE),
  route({
    method: 'GET',
    path: '/health/checks/port-listener/:port',
    access: 'management',
    summary: 'Whether the broker listens on a port',
    handle(request) {
      const text = request.param('port')
      if (!/^-?\d+$/.test(text)) throw badRequest('Invalid port')
      const port = Number(text)
      const ports = request.parts.listeners.map((listener) => listener.port)
      if (ports.includes(port)) return ok({ status: 'ok', port })
      return failed('No active listener', { missing: port, ports })
    },
  }),
  route({
    method: 'GET',
    path: '/health/checks/protocol-listener/:protocol',
    access: 'management',
    summary: 'Whether the broker listens for a protocol',
    handle(request) {
      const asked = request.param('protocol').toLowerCase()
      const protocol = ALIASES.get(asked) ?? asked
      const protocols = [...new Set(request.parts.listeners.map((listener) => listener.protocol as string))]
      if (protocols.includes(protocol)) return ok({ status: 'ok', protocol })
      return failed('No active listener', { missing: protocol, protocols })
    },
  }),
  route({
    method: 'GET',
    path: '/health/checks/certificate-expiration/:within/:unit',
    access: 'management',
    summary: 'Whether the certificates of all listeners hold for so long: days, weeks, months or years',
    handle(request) {
      const within = request.param('within')
      if (!/^-?\d+$/.test(within)) throw badRequest('Invalid expiration value.')
      const unit = UNITS.get(request.param('unit'))
      if (unit === undefined) {
        throw badRequest('Time unit not recognised. Supported units: days, weeks, months, years.')
      }
      const expired = expiringListeners(request.parts, request.parts.clock.now() + Number(within) * unit)
      return expired.length === 0 ? HEALTHY : failed('Certificates expiring', { expired })
    },
  }),
  route({
    method: 'GET',
    path: '/healthchecks/node',
    access: 'management',
    summary: 'Whether the node is well',
    handle: (request) => checkNode(request.parts),
  }),
  route({
    method: 'GET',
    path: '/healthchecks/node/:node',
    access: 'management',
    summary: 'Whether a node is well',
    handle(request) {
      if (request.param('node') !== request.parts.nodeName) throw objectNotFound()
      return checkNode(request.parts)
    },
  }),
]

function check(name: string, summary: string, run: (parts: ManagementParts) => Reply): Route {
  return route({
    method: 'GET',
    path: `/health/checks/${name}`,
    access: 'management',
    summary,
    handle: ({ parts }) => run(parts),
  })
}

function failed(reason: string, more: JsonObject): Reply {
  return { status: 503, value: { status: 'failed', reason, ...more } }
}

function raisedAlarms({ alarms }: ManagementParts): ('memory' | 'disk')[] {
  return (['memory', 'disk'] as const).filter((resource) => alarms.isRaised(resource))
}

function checkAlarms(parts: ManagementParts, where: string): Reply {
  const alarms = raisedAlarms(parts).map((resource) => ({ node: parts.nodeName, resource }))
  return alarms.length === 0 ? HEALTHY : failed(`There are alarms in effect ${where}`, { alarms })
}

/** RabbitMQ answers 200 here, whatever it finds. */
function checkNode(parts: ManagementParts): Reply {
  const alarms = raisedAlarms(parts)
  return alarms.length === 0 ? HEALTHY : ok({ status: 'failed', reason: `resource alarm(s) in effect:[${alarms}]` })
}

/** TLS listeners whose certificate, or one above it, ends before `end`. */
function expiringListeners({ listeners, options, nodeName }: ManagementParts, end: number): JsonObject[] {
  const { tlsCertificateFile, tlsCaFile } = options
  const encrypted = listeners.filter(({ tls }) => tls)
  if (encrypted.length === 0) return []
  const cacerts = tlsCaFile === '' ? [] : endingBefore('tlsCaFile', tlsCaFile, end)
  const certs = endingBefore('tlsCertificateFile', tlsCertificateFile, end)
  if (cacerts.length === 0 && certs.length === 0) return []
  return encrypted.map(({ protocol, host, port }) => ({
    node: nodeName,
    protocol,
    interface: host,
    port,
    cacertfile: tlsCaFile,
    certfile: tlsCertificateFile,
    cacertfile_expires_on: cacerts,
    certfile_expires_on: certs,
  }))
}

/** When the certificates in a file end that end before `end`: `2026-11-25 18:00:00`. */
function endingBefore(option: string, path: string, end: number): string[] {
  return readCertificates(option, path)
    .map((pem) => new Date(new X509Certificate(pem).validTo))
    .filter((validTo) => validTo.getTime() < end)
    .map((validTo) => validTo.toISOString().slice(0, 19).replace('T', ' '))
}
