/**
 * The broker as a whole: puts the parts together and ends them in order.
 */

import { AccessVersion } from './access/access-version.ts'
import { Authenticator } from './access/authenticator.ts'
import { createBackend } from './access/backends/create-backend.ts'
import { InternalAuthentication } from './access/internal-authentication.ts'
import { LoginDelay } from './access/login-delay.ts'
import { hashPassword, type PasswordHash, SCRYPT } from './access/password.ts'
import { ALL_PERMISSIONS } from './access/permissions.ts'
import { type User, UserStore } from './access/user-store.ts'
import { type AdministeredParts, type Administration, createAdministration } from './administration/administration.ts'
import { type AlarmResource, Alarms } from './alarms/alarms.ts'
import { BlockedConnections } from './alarms/blocked-connections.ts'
import { ResourceMonitor, systemProbe } from './alarms/resource-monitor.ts'
import { type Clock, createFractions, type RandomSource, systemClock, systemRandom } from './clock.ts'
import { type BrokerOptions, type ResolvedBrokerOptions, resolveBrokerOptions } from './config/options.ts'
import type { DefinitionsDocument } from './definitions/definitions.ts'
import { importDefinitions } from './definitions/import-definitions.ts'
import { readStartDefinitions } from './definitions/start-definitions.ts'
import { NO_TOPOLOGY_LIMITS, TopologyLimits } from './limits/topology-limits.ts'
import { UserUsages } from './limits/user-limits.ts'
import { MemoryStore } from './log/memory/memory-store.ts'
import { type Logger, silentLogger } from './logging/logger.ts'
import { Acceptor } from './net/acceptor.ts'
import { type ListenerInfo, openListeners } from './net/open-listeners.ts'
import { AmqpConnection } from './protocols/amqp/connection.ts'
import { CreditDelay } from './protocols/amqp/credit-delay.ts'
import { DeliveryTimeouts } from './protocols/amqp/delivery-timeouts.ts'
import { Turn } from './scheduler/turn.ts'
import { Vhost } from './vhost/vhost.ts'

const SHUTDOWN = "broker forced connection closure with reason 'shutdown'"

/** What a broker is created with: its options and the parts that can be replaced. */
export interface CreateBrokerOptions extends BrokerOptions {
  /**
   * Definitions to begin with, in RabbitMQ's JSON, as text or parsed; instead of `definitionsFile`. Where they define users or vhosts, those of
   * `defaultUser` or `vhosts` are not made.
   */
  readonly definitions?: string | DefinitionsDocument
  /** Where log lines go. @default nowhere */
  readonly logger?: Logger
  /** Source of time. @default the machine's clock */
  readonly clock?: Clock
  /** Source of names that nobody can guess. @default the operating system's generator */
  readonly random?: RandomSource
}

/** The alarms of a broker: while one is raised, connections that publish are blocked (docs/flow-control.md). */
export interface BrokerAlarms {
  isRaised(resource: AlarmResource): boolean
  /** Raises an alarm until it is cleared by the same `source`, whatever the figures say. @param source default `operator` */
  raise(resource: AlarmResource, source?: string): void
  clear(resource: AlarmResource, source?: string): void
  /** Bytes of memory in use from which on the alarm is raised. */
  memoryLimit: number
  /** Free bytes of the disk below which the alarm is raised. */
  diskFreeLimit: number
}

/** A broker that is running. */
export interface Broker extends AsyncDisposable {
  /** The port it listens on for AMQP, the first one if there are several; 0 for none. */
  readonly port: number
  /** The same with TLS. */
  readonly tlsPort: number
  /** Where it listens. */
  readonly listeners: readonly ListenerInfo[]
  /** Address for clients, with the default user: `amqp://guest:guest@127.0.0.1:5672`; `amqps` when it listens with TLS only. */
  readonly url: string
  /** Connections that are open. */
  readonly connectionCount: number
  /** Users, vhosts and rights, to be changed while it runs. */
  readonly admin: Administration
  readonly alarms: BrokerAlarms
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
  const definitions = await readStartDefinitions(options.definitions, resolved.definitionsFile)
  const store = new MemoryStore()
  const clock = options.clock ?? systemClock
  const turn = new Turn((error) => logger.error({ err: error }, 'bug at the end of a turn'))
  const random = options.random ?? systemRandom
  const chance = createFractions(random)
  const vhosts = new Map<string, Vhost>()
  const limits = new TopologyLimits(resolved, vhosts)
  const vhostServices = { store, turn, clock, logger, chance, limits }
  const createVhost = (name: string) => new Vhost(name, vhostServices)
  const definesVhosts = definitions !== undefined && definitions.vhosts.length > 0
  for (const name of definesVhosts ? [] : resolved.vhosts) vhosts.set(name, createVhost(name))
  const accessVersion = new AccessVersion()
  // Routes that channels and vhosts remember have been checked: they end with the rights they were checked by.
  accessVersion.onChange(() => {
    for (const vhost of vhosts.values()) vhost.topologyVersion++
  })
  const users = new UserStore(accessVersion)
  const internal = new InternalAuthentication(users, random)
  const definesUsers = definitions !== undefined && definitions.users.length > 0
  const configured = definesUsers ? undefined : addDefaultUser(resolved, users, internal, random)
  const backends = resolved.authBackends.map(
    (name) => createBackend(name, resolved, clock, accessVersion, logger) ?? internal,
  )
  // Nobody tells when rights change outside, or a token expires: they are asked for again after a while.
  const refresh = backends.some((backend) => backend !== internal)
    ? clock.setInterval(() => accessVersion.changed(), resolved.authCacheTtlMs)
    : undefined
  const authenticator = new Authenticator(backends, resolved.loopbackUsers, new LoginDelay(clock))
  const connections = new Set<AmqpConnection>()
  let lastGone = (): void => {}
  const creditDelay = new CreditDelay()
  const deliveryTimeouts = new DeliveryTimeouts(clock, connections, resolved.consumerTimeoutMs, (error) => {
    logger.error({ err: error }, 'bug while looking for late acknowledgements')
  })
  const alarms = new Alarms(() => {
    for (const connection of connections) connection.alarmsChanged()
    blockedConnections.alarmsChanged()
  })
  const blockedConnections = new BlockedConnections(alarms, turn)
  const services = {
    alarms,
    blockedConnections,
    options: resolved,
    vhosts,
    store,
    turn,
    creditDelay,
    deliveryTimeouts,
    clock,
    random,
    accessVersion,
    users,
    usages: new UserUsages(),
    authenticator,
    logger,
    connections,
    connectionGone(connection: AmqpConnection) {
      connections.delete(connection)
      if (connections.size === 0) lastGone()
    },
  }

  const passwordToExport = async (user: User): Promise<PasswordHash> => {
    if (user.password !== configured) return user.password
    const password = await hashPassword(resolved.defaultPassword, random)
    // It may have been changed meanwhile.
    if (users.get(user.name)?.password === configured) {
      users.put({ ...user, password })
      internal.configure(resolved.defaultPassword, password)
    }
    return password
  }
  const unlimited = new TopologyLimits(NO_TOPOLOGY_LIMITS, vhosts)
  const parts: AdministeredParts = {
    users,
    vhosts,
    connections,
    random,
    limits,
    globalParameters: new Map(),
    defaultUser: resolved.defaultUser,
    createVhost,
    createTrialVhost: (name) => new Vhost(name, { ...vhostServices, limits: unlimited }),
    passwordToExport,
  }
  if (definitions !== undefined) {
    await importDefinitions(definitions, parts).catch((error) => {
      store.close()
      throw error
    })
  }

  const acceptor = new Acceptor({
    options: resolved,
    clock,
    logger,
    connectionCount: () => connections.size,
    onInput: (input, peer) => new AmqpConnection(input, peer, services),
  })
  const listeners = await openListeners(resolved, clock, logger, acceptor).catch((error) => {
    store.close()
    throw error
  })
  const monitor = new ResourceMonitor({
    options: resolved,
    alarms,
    clock,
    logger,
    probe: systemProbe(process.cwd()),
  })
  monitor.checkMemory()
  await monitor.checkDisk()
  for (const { tls, host, port } of listeners.all) {
    logger.info({ host, port, ...(tls && { tls }) }, `listening for AMQP connections${tls ? ' over TLS' : ''}`)
  }

  let closing: Promise<void> | undefined
  const close = async () => {
    monitor.close()
    const closed = listeners.close()
    acceptor.close()
    for (const connection of connections) connection.forceClose(SHUTDOWN)
    const cut = clock.setTimeout(() => {
      for (const connection of connections) connection.destroy()
    }, resolved.shutdownTimeoutMs)
    await closed
    // The server counts the sockets that it accepted, not those that are read.
    if (connections.size > 0) await new Promise<void>((resolve) => (lastGone = resolve))
    cut.clear()
    creditDelay.close()
    refresh?.clear()
    deliveryTimeouts.close()
    for (const vhost of vhosts.values()) vhost.close()
    store.close()
    logger.info({}, 'broker closed')
  }

  return {
    port: listeners.port,
    tlsPort: listeners.tlsPort,
    listeners: listeners.all,
    url: brokerUrl(resolved.defaultUser, resolved.defaultPassword, listeners.all),
    get connectionCount() {
      return connections.size
    },
    admin: createAdministration(parts),
    alarms: {
      isRaised: (resource) => alarms.isRaised(resource),
      raise: (resource, source) => alarms.raise(resource, source),
      clear: (resource, source) => alarms.clear(resource, source),
      get memoryLimit() {
        return monitor.memoryLimit
      },
      set memoryLimit(bytes) {
        monitor.memoryLimit = bytes
        monitor.checkMemory()
      },
      get diskFreeLimit() {
        return monitor.diskFreeLimit
      },
      set diskFreeLimit(bytes) {
        monitor.diskFreeLimit = bytes
        void monitor.checkDisk()
      },
    },
    close: () => (closing ??= close()),
    [Symbol.asyncDispose]: () => (closing ??= close()),
  }
}

/**
 * The user of the configuration, with all rights. The password is there in plain text, so no hash of it is derived, which would take longer
 * than all the rest of the start: the hash kept is one that no password has, and the backend remembers the password for it.
 */
function addDefaultUser(
  { defaultUser, defaultPassword, vhosts }: ResolvedBrokerOptions,
  users: UserStore,
  internal: InternalAuthentication,
  random: RandomSource,
): PasswordHash {
  const password = { hash: Buffer.from(random(48)).toString('base64'), algorithm: SCRYPT }
  users.put({ name: defaultUser, password, tags: ['administrator'] })
  for (const vhost of vhosts) users.putPermissions(defaultUser, vhost, ALL_PERMISSIONS)
  internal.configure(defaultPassword, password)
  return password
}

function brokerUrl(user: string, password: string, listeners: readonly ListenerInfo[]): string {
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
