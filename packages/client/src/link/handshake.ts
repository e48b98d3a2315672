/** Opening a link: stream, protocol header, login, tuning, vhost (specification §2.2.4). */

import {
  encodeExternalResponse,
  encodePlainResponse,
  type FieldTable,
  type Method,
  type MethodArgs,
  type MethodName,
  PROTOCOL_HEADER,
  toPlainTable,
} from '@warrenmq/codec'
import { ClientError } from '../errors.ts'
import type { ConnectTarget, ResolvedConnectOptions } from '../options.ts'
import type { OpenTransport } from '../transport/transport.ts'
import { bounded } from '../waiting/deferred.ts'
import { Link } from './link.ts'

/** A link that is ready for channels, and what the broker says of itself. */
export interface OpenedLink {
  readonly link: Link
  readonly serverProperties: FieldTable
}

/** Opens a link to one broker. @throws ClientError of every kind, and the transport's own errors. */
export async function openLink(
  target: ConnectTarget,
  options: ResolvedConnectOptions,
  openTransport: OpenTransport,
  signal: AbortSignal,
): Promise<OpenedLink> {
  const link = new Link()
  const limit = new AbortController()
  const { host, port } = target.endpoint
  const opening = open(link, target, options, openTransport, AbortSignal.any([signal, limit.signal]))
  try {
    return await bounded(opening, `connecting to ${host}:${port}`, { signal, timeoutMs: options.connectTimeoutMs })
  } catch (error) {
    limit.abort()
    link.cut(error as Error)
    throw error
  }
}

async function open(
  link: Link,
  target: ConnectTarget,
  options: ResolvedConnectOptions,
  openTransport: OpenTransport,
  signal: AbortSignal,
): Promise<OpenedLink> {
  const transport = await openTransport(target.endpoint, link, { signal, tls: target.tls })
  link.attach(transport)
  if (!link.isOpen || signal.aborted) {
    transport.close(true)
    throw new ClientError('CONNECTION_LOST', 'connection lost before it was open')
  }
  link.output.write(PROTOCOL_HEADER)
  const start = await expect(link, 'connection.start')
  link.send('connection.start-ok', {
    clientProperties: describeClient(options),
    mechanism: pickMechanism(target.mechanism, start),
    response:
      target.mechanism === 'PLAIN' ? encodePlainResponse(target.user, target.password) : encodeExternalResponse(),
    locale: 'en_US',
  })
  const tune = await expect(link, 'connection.tune')
  const frameSizeMax = lower(tune.frameMax, options.frameSizeMax)
  const channelMax = lower(tune.channelMax, options.channelMax)
  // 0 is the user's wish for none, or the broker's; otherwise the lower one holds.
  const heartbeat = Math.min(tune.heartbeat, options.heartbeatSeconds)
  link.send('connection.tune-ok', { frameMax: frameSizeMax, channelMax, heartbeat })
  link.send('connection.open', { virtualHost: target.vhost })
  await expect(link, 'connection.open-ok')
  link.tuned(frameSizeMax, channelMax, heartbeat)
  link.failed = undefined
  link.control = undefined
  return { link, serverProperties: toPlainTable(start.serverProperties) }
}

/** The next method of channel 0, which must be this one. */
function expect<N extends MethodName>(link: Link, name: N): Promise<MethodArgs<N>> {
  return new Promise((resolve, reject) => {
    if (!link.isOpen) return reject(link.endReason)
    link.failed = reject
    link.control = (method: Method) => {
      if (method.name !== name) {
        throw new ClientError('PROTOCOL_ERROR', `the broker sent ${method.name} instead of ${name}`)
      }
      link.control = undefined
      resolve(method.args as MethodArgs<N>)
      return true
    }
  })
}

function describeClient(options: ResolvedConnectOptions): FieldTable {
  return {
    product: 'WarrenMQ client',
    platform: typeof process === 'object' ? `Node.js ${process.versions?.node}` : 'JavaScript',
    ...(options.name !== undefined && { connection_name: options.name }),
    ...options.clientProperties,
    capabilities: {
      publisher_confirms: true,
      exchange_exchange_bindings: true,
      'basic.nack': true,
      consumer_cancel_notify: true,
      'connection.blocked': true,
      authentication_failure_close: true,
      per_consumer_qos: true,
      direct_reply_to: true,
    },
  }
}

/** @throws ClientError LOGIN_REFUSED when the broker does not offer it. */
function pickMechanism(wanted: string, start: MethodArgs<'connection.start'>): string {
  const offered = new TextDecoder().decode(start.mechanisms)
  if (offered.split(' ').includes(wanted)) return wanted
  throw new ClientError('LOGIN_REFUSED', `the broker offers ${offered}, not ${wanted}`)
}

/** The lower of two limits, of which the broker's 0 stands for none. */
function lower(theirs: number, ours: number): number {
  return theirs === 0 ? ours : Math.min(theirs, ours)
}
