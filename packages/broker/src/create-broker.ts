/**
 * The broker as a whole: puts the parts together and ends them in order.
 */

import { SingleUserAuthenticator } from './access/authenticator.ts'
import { type Clock, type RandomSource, systemClock, systemRandom } from './clock.ts'
import { type BrokerOptions, resolveBrokerOptions } from './config/options.ts'
import { MemoryStore } from './log/memory/memory-store.ts'
import { type Logger, silentLogger } from './logging/logger.ts'
import { listen } from './net/listener.ts'
import { AmqpConnection } from './protocols/amqp/connection.ts'
import { CreditDelay } from './protocols/amqp/credit-delay.ts'
import { Turn } from './scheduler/turn.ts'
import { Vhost } from './vhost/vhost.ts'

const SHUTDOWN = "broker forced connection closure with reason 'shutdown'"

/** What a broker is created with: its options and the parts that can be replaced. */
export interface CreateBrokerOptions extends BrokerOptions {
  /** Where log lines go. @default nowhere */
  readonly logger?: Logger
  /** Source of time. @default the machine's clock */
  readonly clock?: Clock
  /** Source of names that nobody can guess. @default the operating system's generator */
  readonly random?: RandomSource
}

/** A broker that is running. */
export interface Broker extends AsyncDisposable {
  /** The port it listens on for AMQP. */
  readonly port: number
  /** Address for clients, with the default user: `amqp://guest:guest@127.0.0.1:5672`. */
  readonly url: string
  /** Connections that are open. */
  readonly connectionCount: number
  /**
   * Ends the broker: no new connections, all clients told (320 CONNECTION_FORCED), sockets ended. Those that do not answer within
   * `shutdownTimeoutMs` are cut. What is in memory is gone.
   */
  close(): Promise<void>
}

/**
 * Starts a broker in this process and resolves once it listens.
 *
 * @throws ConfigurationError for an option out of range.
 * @throws Error of the operating system when it cannot listen, such as EADDRINUSE.
 */
export async function createBroker(options: CreateBrokerOptions = {}): Promise<Broker> {
  const resolved = resolveBrokerOptions(options)
  const logger = options.logger ?? silentLogger
  const store = new MemoryStore()
  const turn = new Turn((error) => logger.error({ err: error }, 'bug at the end of a turn'))
  const clock = options.clock ?? systemClock
  const vhosts = new Map(resolved.vhosts.map((name) => [name, new Vhost(name, { store, turn, clock, logger })]))
  const connections = new Set<AmqpConnection>()
  let lastGone = (): void => {}
  const creditDelay = new CreditDelay()
  const services = {
    options: resolved,
    vhosts,
    store,
    turn,
    creditDelay,
    clock,
    random: options.random ?? systemRandom,
    authenticator: new SingleUserAuthenticator(resolved.defaultUser, resolved.defaultPassword, resolved.loopbackUsers),
    logger,
    connections,
    connectionGone(connection: AmqpConnection) {
      connections.delete(connection)
      if (connections.size === 0) lastGone()
    },
  }

  const listeners = await listen(resolved.host, resolved.port, (input) => {
    if (resolved.connectionMax !== 0 && connections.size >= resolved.connectionMax) input.socket.destroy()
    else new AmqpConnection(input, services)
  }).catch((error) => {
    store.close()
    throw error
  })
  logger.info({ host: resolved.host, port: listeners.port }, 'listening for AMQP connections')

  let closing: Promise<void> | undefined
  const close = async () => {
    const closed = listeners.close()
    for (const connection of connections) connection.forceClose(SHUTDOWN)
    const cut = clock.setTimeout(() => {
      for (const connection of connections) connection.destroy()
    }, resolved.shutdownTimeoutMs)
    await closed
    // The server counts the sockets that it accepted, not those that are read.
    if (connections.size > 0) await new Promise<void>((resolve) => (lastGone = resolve))
    cut.clear()
    creditDelay.close()
    for (const vhost of vhosts.values()) vhost.close()
    store.close()
    logger.info({}, 'broker closed')
  }

  return {
    port: listeners.port,
    url: brokerUrl(resolved.defaultUser, resolved.defaultPassword, resolved.host, listeners.port),
    get connectionCount() {
      return connections.size
    },
    close: () => (closing ??= close()),
    [Symbol.asyncDispose]: () => (closing ??= close()),
  }
}

function brokerUrl(user: string, password: string, host: string, port: number): string {
  const reachable = host === '::' || host === '0.0.0.0' ? '127.0.0.1' : host
  const shown = reachable.includes(':') ? `[${reachable}]` : reachable
  return `amqp://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${shown}:${port}`
}
