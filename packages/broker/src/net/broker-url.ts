/** The address that a broker tells its clients. */

import type { ListenerInfo } from './open-listeners.ts'

/** `amqp://user:password@host:port` of the first listener without TLS, or of the first; empty without any. */
export function brokerUrl(user: string, password: string, listeners: readonly ListenerInfo[]): string {
  const listener = listeners.find(({ tls }) => !tls) ?? listeners[0]
  if (listener === undefined) return ''
  const { tls, host, port } = listener
  // A certificate is for a name, mostly.
  const loopback = tls ? 'localhost' : '127.0.0.1'
  const reachable = ['::', '0.0.0.0', 'localhost'].includes(host) ? loopback : host
  const shown = reachable.includes(':') ? `[${reachable}]` : reachable
  const scheme = tls ? 'amqps' : 'amqp'
  return `${scheme}://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${shown}:${port}`
}
