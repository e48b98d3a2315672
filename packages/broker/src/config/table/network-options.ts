/** Where the broker listens. */

import type { OptionRows } from '../option-row.ts'

export const NETWORK_OPTIONS: OptionRows<
  'host' | 'port' | 'listeners' | 'tlsListeners' | 'listenBacklog' | 'tcpNodelay' | 'tcpKeepalive' | 'proxyProtocol'
> = {
  host: {
    fileKey: 'host',
    rule: { kind: 'text' },
    default: 'localhost',
    programDefault: '::',
    description: 'address to listen on; localhost is both loopback addresses, :: is all addresses, IPv6 and IPv4',
  },
  port: {
    fileKey: 'listeners.tcp.default',
    rule: { kind: 'integer', min: 0, max: 65_535 },
    default: 5672,
    description: 'TCP port for AMQP; 0 lets the system choose one',
  },
  listeners: {
    fileKey: 'listeners.tcp',
    rule: { kind: 'names', countMin: 0 },
    default: ['default'],
    description: 'addresses to listen on without TLS: ADDRESS:PORT or PORT; default is host and port above',
  },
  tlsListeners: {
    fileKey: 'listeners.ssl',
    rule: { kind: 'names', countMin: 0 },
    default: [],
    description: 'addresses to listen on with TLS: ADDRESS:PORT or PORT',
  },
  listenBacklog: {
    fileKey: 'tcp_listen_options.backlog',
    rule: { kind: 'integer', min: 1, max: 65_535 },
    default: 1024,
    description: 'connections that may wait to be accepted',
  },
  tcpNodelay: {
    fileKey: 'tcp_listen_options.nodelay',
    rule: { kind: 'boolean' },
    default: true,
    description: 'whether small packets are sent at once',
  },
  tcpKeepalive: {
    fileKey: 'tcp_listen_options.keepalive',
    rule: { kind: 'boolean' },
    default: false,
    description: 'whether the system probes idle connections',
  },
  proxyProtocol: {
    fileKey: 'proxy_protocol',
    rule: { kind: 'boolean' },
    default: false,
    description: 'whether every connection begins with a PROXY protocol header, version 1 or 2',
  },
}
