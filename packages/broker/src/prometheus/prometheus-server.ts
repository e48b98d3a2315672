/**
 * Metrics for Prometheus, on a port of their own, without a login: as RabbitMQ's plugin `rabbitmq_prometheus` has them.
 *
 * Loaded only by a broker that has a port for it. A page may be tens of megabytes when there are many objects, so that pages are made one
 * after the other, in slices, and sent as they are made.
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { finished } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { ListenerInfo } from '../net/open-listeners.ts'
import { writeAll, writeDetailed } from './metrics-page.ts'
import type { PrometheusParts } from './prometheus-parts.ts'

/** Pages that may wait for those before them. */
const WAITING_MAX = 8
const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'
/** How long a scraper may take to send its request, in milliseconds. */
const REQUEST_TIMEOUT_MS = 10_000
/** How long it may take to send a page, in milliseconds. */
const SEND_TIMEOUT_MS = 30_000

/** The metrics, listening. */
export interface PrometheusServer {
  readonly listeners: readonly ListenerInfo[]
  /** Stops listening and ends all connections. */
  close(): Promise<void>
}

/** @throws Error of the operating system when it cannot listen. */
export async function startPrometheus(parts: PrometheusParts): Promise<PrometheusServer> {
  const { prometheusPort, prometheusHost, host, listenBacklog } = parts.options
  const address = prometheusHost === '' ? host : prometheusHost
  const pages = new Pages(parts)
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    pages.answer(request, response).catch((error: unknown) => {
      parts.logger.error({ err: error }, 'bug in the metrics')
      response.destroy()
    })
  })
  try {
    await listen(server, address, prometheusPort, listenBacklog)
  } catch (error) {
    // For the sentence that tells the operator which port it was.
    throw Object.assign(error as Error, { option: 'prometheusPort' })
  }
  const { port } = server.address() as AddressInfo
  return {
    listeners: [{ protocol: 'http/prometheus', tls: false, host: address, port }],
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

/** Makes the pages, one at a time. */
class Pages {
  readonly #parts: PrometheusParts
  #waiting = 0
  #last: Promise<void> = Promise.resolve()

  constructor(parts: PrometheusParts) {
    this.#parts = parts
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const write = this.#pageOf(url)
    if (write === undefined) return end(response, 404)
    if (request.method !== 'GET' && request.method !== 'HEAD') return end(response, 405, { allow: 'GET, HEAD' })
    if (this.#waiting >= WAITING_MAX) return end(response, 503, { 'retry-after': '1' })
    this.#waiting++
    const page = this.#last.then(() => send(request, response, write))
    this.#last = page.catch(() => {}).finally(() => this.#waiting--)
    await page
  }

  #pageOf({ pathname, searchParams }: URL): ((write: (chunk: string) => void) => Promise<void>) | undefined {
    const parts = this.#parts
    switch (pathname.replace(/\/$/, '')) {
      case '/metrics':
        return (write) => writeAll(parts, parts.options.prometheusPerObject, write)
      case '/metrics/per-object':
        return (write) => writeAll(parts, true, write)
      case '/metrics/detailed': {
        const vhosts = searchParams.getAll('vhost')
        const wanted = vhosts.length === 0 ? undefined : new Set(vhosts)
        return (write) => writeDetailed(parts, new Set(searchParams.getAll('family')), wanted, write)
      }
      default:
        return undefined
    }
  }
}

async function send(
  request: IncomingMessage,
  response: ServerResponse,
  write: (write: (chunk: string) => void) => Promise<void>,
): Promise<void> {
  const packed = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
  response.writeHead(200, { 'content-type': CONTENT_TYPE, ...(packed ? { 'content-encoding': 'gzip' } : {}) })
  if (request.method === 'HEAD') {
    response.end()
    return
  }
  // Whoever does not read keeps those behind waiting, so not for long.
  const cut = setTimeout(() => response.destroy(), SEND_TIMEOUT_MS)
  const sent = finished(response).catch(() => {})
  const out = packed ? createGzip() : response
  if (packed) out.pipe(response)
  await write((chunk) => {
    if (!response.destroyed) out.write(chunk)
  })
  out.end()
  await sent
  clearTimeout(cut)
}

function end(response: ServerResponse, status: number, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, headers)
  response.end()
}

/** Listens; on IPv4 alone where `::` is asked for on a machine without IPv6. */
async function listen(server: Server, host: string, port: number, backlog: number): Promise<void> {
  const open = (address: string) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host: address, port, backlog }, () => {
        server.off('error', reject)
        resolve()
      })
    })
  try {
    await open(host)
  } catch (error) {
    if (host !== '::' || (error as NodeJS.ErrnoException).code !== 'EAFNOSUPPORT') throw error
    await open('0.0.0.0')
  }
}
