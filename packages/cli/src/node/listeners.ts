/** Where a broker listens. */

import type { Listener } from '@warrenmq/client/management'
import { WARREN } from '../warren-only.ts'

/** What protocols are for, in rabbitmqctl's words. */
const PURPOSES: Readonly<Record<string, string>> = {
  amqp: 'AMQP 0-9-1 and AMQP 1.0',
  'amqp/ssl': 'AMQP 0-9-1 and AMQP 1.0 over TLS',
  clustering: 'inter-node and CLI tool communication',
  http: 'HTTP API',
  https: 'HTTP API over TLS (HTTPS)',
  'http/prometheus': 'Prometheus exporter API over HTTP',
  'https/prometheus': 'Prometheus exporter API over TLS (HTTPS)',
  mqtt: 'MQTT',
  'mqtt/ssl': 'MQTT over TLS',
  stomp: 'STOMP',
  'stomp/ssl': 'STOMP over TLS',
  'http/web-mqtt': 'MQTT over WebSockets',
  'http/web-stomp': 'STOMP over WebSockets',
}

/** What differs with WarrenMQ, which speaks no AMQP 1.0. */
const WARREN_PURPOSES: Readonly<Record<string, string>> = { amqp: 'AMQP 0-9-1', 'amqp/ssl': 'AMQP 0-9-1 over TLS' }

/** What is told of a listener. */
export interface ListenerLine {
  readonly node: string
  readonly interface: string
  readonly port: number
  readonly protocol: string
  readonly purpose: string
}

/** In the order of ports within a protocol's place in rabbitmqctl: HTTP first, AMQP last. */
export function describeListeners(listeners: readonly Listener[], product: string | undefined): ListenerLine[] {
  const purposes = product === WARREN ? { ...PURPOSES, ...WARREN_PURPOSES } : PURPOSES
  return listeners.map(({ node, ip_address, port, protocol }) => ({
    node,
    interface: ip_address.includes(':') ? `[${ip_address}]` : ip_address,
    port,
    protocol,
    purpose: purposes[protocol] ?? protocol,
  }))
}

export function listenerText(listener: ListenerLine): string {
  const { port, protocol, purpose } = listener
  return `Interface: ${listener.interface}, port: ${port}, protocol: ${protocol}, purpose: ${purpose}`
}
