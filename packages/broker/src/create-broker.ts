/**
 * The broker as a whole: puts the parts together and ends them in order.
 */

import { AccessVersion } from './access/access-version.ts'
import { Authenticator } from './access/authenticator.ts'
import { createBackend } from './access/backends/create-backend.ts'
import { assertDefaultPermissions, DefaultUser } from './access/default-user.ts'
import { InternalAuthentication } from './access/internal-authentication.ts'
import { LoginDelay } from './access/login-delay.ts'
import { UserStore } from './access/user-store.ts'
import { type AdministeredParts, createAdministration } from './administration/administration.ts'
import { Alarms } from './alarms/alarms.ts'
import { BlockedConnections } from './alarms/blocked-connections.ts'
import { createBrokerAlarms } from './alarms/broker-alarms.ts'
import { ResourceMonitor, systemProbe } from './alarms/resource-monitor.ts'
import type { Broker, CreateBrokerOptions } from './broker.ts'
import { BrokerContents } from './broker-contents.ts'
import { createFractions, systemClock, systemRandom } from './clock.ts'
import { type ResolvedBrokerOptions, resolveBrokerOptions } from './config/options.ts'
import type { Definitions } from './definitions/definitions.ts'
import { importDefinitions } from './definitions/import-definitions.ts'
import { readStartDefinitions } from './definitions/start-definitions.ts'
import { BrokerEvents } from './events/broker-events.ts'
import { UserEvents } from './events/user-events.ts'
import { VhostEvents } from './events/vhost-events.ts'
import { NO_TOPOLOGY_LIMITS, TopologyLimits } from './limits/topology-limits.ts'
import { UserUsages } from './limits/user-limits.ts'
import { BlockStore } from './log/store/block-store.ts'
import { LogLimit } from './logging/log-limit.ts'
import { silentLogger } from './logging/logger.ts'
import { openMetadata, type Persistence } from './metadata/open-metadata.ts'
import { Acceptor } from './net/acceptor.ts'
import { brokerUrl } from './net/broker-url.ts'
import { type ListenerInfo, openListeners } from './net/open-listeners.ts'
import { resolveNodeName } from './node-name.ts'
import { createFigures } from './open-figures.ts'
import { describeStorage, openMessageLog, persistenceOf } from './open-message-log.ts'
import { GlobalParameters } from './parameters/global-parameters.ts'
import { AmqpConnection } from './protocols/amqp/connection.ts'
import { CreditDelay } from './protocols/amqp/credit-delay.ts'
import { DeliveryTimeouts } from './protocols/amqp/delivery-timeouts.ts'
import type { Queue } from './queue/queue.ts'
import { Releases } from './scheduler/releases.ts'
import { Turn } from './scheduler/turn.ts'
import { BrokerStatistics } from './statistics/broker-statistics.ts'
import { IoCounts } from './statistics/io-counts.ts'
import { Vhost } from './vhost/vhost.ts'

/** What is spoken on a listener, for the log. */
const SPOKEN: Readonly<Record<ListenerInfo['protocol'], string>> = {
  amqp: 'AMQP connections',
  'amqp/ssl': 'AMQP connections',
  http: 'the management API',
  https: 'the management API',
  'http/prometheus': 'Prometheus',
}

const SHUTDOWN = "broker forced connection closure with reason 'shutdown'"

/**
 * Starts a broker in this process and resolves once it listens.
 *
 * @throws ConfigurationError for an option out of range.
 * @throws Error of the operating system when it cannot listen, such as EADDRINUSE.
 */
export function createBroker(options: CreateBrokerOptions = {}): Promise<Broker> {
  return createBrokerOn(undefined, options)
}

/** The same, on what is `given` in place of a data directory. */
export async function createBrokerOn(
  given: Persistence | undefined,
  options: CreateBrokerOptions = {},
): Promise<Broker> {
  const resolved = resolveBrokerOptions(options)
  assertDefaultPermissions(resolved)
  const definitions = await readStartDefinitions(options.definitions, resolved.definitionsFile)
  const releases = new Releases()
  try {
    return await start(given, options, resolved, definitions, releases)
  } catch (error) {
    await releases.release()
    throw error
  }
}

/** Puts the parts together. Whatever is taken is noted in `releases`. */
async function start(
  given: Persistence | undefined,
  options: CreateBrokerOptions,
  resolved: ResolvedBrokerOptions,
  definitions: Definitions | undefined,
  releases: Releases,
): Promise<Broker> {
  const logger = options.logger ?? silentLogger
  // It takes longer to load than all the rest of the start, and is not needed before the end of it.
  const management = hasManagement(resolved) ? import('./management/management-server.ts') : undefined
  management?.catch(() => {})
  const prometheus = resolved.prometheusPort === -1 ? undefined : import('./prometheus/prometheus-server.ts')
  prometheus?.catch(() => {})
  const clock = options.clock ?? systemClock
  const logLimit = new LogLimit(logger, clock)
  releases.add(() => logLimit.close())
  const turn = new Turn((error) => logger.error({ err: error }, 'bug at the end of a turn'))
  const random = options.random ?? systemRandom
  const chance = createFractions(random)
  const vhosts = new Map<string, Vhost>()
  let endStore = (): void | Promise<void> => {}
  releases.add(() => endStore())
  releases.add(() => {
    for (const vhost of vhosts.values()) vhost.close()
  })
  const connections = new Set<AmqpConnection>()
  const events = new BrokerEvents(clock)
  const userEvents = new UserEvents(events)
  let saveDisk = () => {}
  const alarms = new Alarms(
    () => {
      if (alarms.isRaised('disk')) saveDisk()
      for (const connection of connections) connection.alarmsChanged()
      blockedConnections.alarmsChanged()
    },
    (resource, raised) => events.emit(raised ? 'alarm.set' : 'alarm.cleared', () => ({ details: { resource } })),
  )
  const blockedConnections = new BlockedConnections(alarms, turn)
  const io = new IoCounts()
  const log = await openMessageLog(resolved, { turn, clock, logger, alarms, io })
  saveDisk = () => void log?.releaseSpares()
  // Before vhosts end: that must not be recorded.
  releases.add(() => log?.stop())
  const store = log?.store ?? new BlockStore()
  endStore = () => (log === undefined ? store.close() : log.close())
  const persistence = given ?? persistenceOf(log)
  const limits = new TopologyLimits(resolved, vhosts)
  const { journal } = persistence
  const statistics = new BrokerStatistics()
  const contents = new BrokerContents(vhosts, connections)
  const handedOut = (queue: Queue) => contents.handedOut(queue)
  const vhostServices = { store, journal, turn, clock, logger, chance, limits, statistics, events, handedOut }
  const accessVersion = new AccessVersion()
  // Routes that channels and vhosts remember have been checked: they end with the rights they were checked by.
  accessVersion.onChange(() => {
    for (const vhost of vhosts.values()) vhost.topologyVersion++
  })
  const users = new UserStore(accessVersion, userEvents)
  const internal = new InternalAuthentication(users, random)
  const defaultUser = new DefaultUser(resolved, users, internal, random)
  const globalParameters = new GlobalParameters()
  const newVhost = (name: string) => new Vhost(name, vhostServices)
  const restoredParts = { users, vhosts, globalParameters, createVhost: newVhost }
  const metadata = await openMetadata(persistence, restoredParts, logger)
  log?.restore(contents.holders())
  log?.start(contents)
  const createVhost = (name: string) => {
    const vhost = newVhost(name)
    metadata.vhostCreated(vhost)
    new VhostEvents(events, name).vhostCreated()
    return vhost
  }
  if (metadata.isFirstStart) {
    const definesVhosts = definitions !== undefined && definitions.vhosts.length > 0
    for (const name of definesVhosts ? [] : resolved.vhosts) vhosts.set(name, createVhost(name))
    const definesUsers = definitions !== undefined && definitions.users.length > 0
    if (!definesUsers) await defaultUser.add(metadata.recorder !== undefined)
  }
  const backends = resolved.authBackends.map(
    (name) => createBackend(name, resolved, clock, accessVersion, logLimit.of(name)) ?? internal,
  )
  // Nobody tells when rights change outside, or a token expires: they are asked for again after a while.
  if (backends.some((backend) => backend !== internal)) {
    const refresh = clock.setInterval(() => accessVersion.changed(), resolved.authCacheTtlMs)
    releases.add(() => refresh.clear())
  }
  const authenticator = new Authenticator(backends, resolved.loopbackUsers, new LoginDelay(clock))
  let lastGone = (): void => {}
  const creditDelay = new CreditDelay()
  releases.add(() => creditDelay.close())
  const deliveryTimeouts = new DeliveryTimeouts(clock, connections, resolved.consumerTimeoutMs, (error) => {
    logger.error({ err: error }, 'bug while looking for late acknowledgements')
  })
  releases.add(() => deliveryTimeouts.close())
  const services = {
    alarms,
    blockedConnections,
    statistics,
    events,
    options: resolved,
    vhosts,
    store,
    journal,
    metadata: metadata.recorder,
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
    logLimit,
    connections,
    connectionGone(connection: AmqpConnection) {
      connections.delete(connection)
      if (connections.size === 0) lastGone()
    },
  }

  const unlimited = new TopologyLimits(NO_TOPOLOGY_LIMITS, vhosts)
  const parts: AdministeredParts = {
    users,
    vhosts,
    connections,
    random,
    limits,
    globalParameters,
    metadata: metadata.recorder,
    defaultUser: resolved.defaultUser,
    createVhost,
    createTrialVhost: (name) =>
      new Vhost(name, {
        ...vhostServices,
        limits: unlimited,
        statistics: new BrokerStatistics(),
        events: new BrokerEvents(clock),
      }),
    passwordToExport: (user) => defaultUser.passwordToExport(user),
  }
  if (definitions !== undefined) await importDefinitions(definitions, parts)
  await metadata.recorder?.settled()

  const monitor = new ResourceMonitor({
    options: resolved,
    alarms,
    clock,
    logger,
    probe: systemProbe(resolved.dataDirectory || process.cwd(), resolved.totalMemoryBytes),
  })
  releases.add(() => monitor.close())
  await monitor.start()
  const acceptor = new Acceptor({
    options: resolved,
    clock,
    logLimit,
    connectionCount: () => connections.size,
    onInput: (input, peer) => new AmqpConnection(input, peer, services),
  })
  const listeners = await openListeners(resolved, clock, logger, acceptor)
  const admin = createAdministration(parts)
  const brokerAlarms = createBrokerAlarms(alarms, monitor)
  const allListeners = [...listeners.all]
  const figures = createFigures({ ...services, monitor, io, log })
  releases.add(() => figures.close())
  if (management !== undefined || prometheus !== undefined) figures.start()
  const storage = describeStorage(log)
  let closing: Promise<void> | undefined
  const closeOnce = () => (closing ??= close())
  const managed = {
    ...services,
    ...parts,
    admin,
    alarms: brokerAlarms,
    nodeName: resolveNodeName(resolved.nodeName),
    figures,
    monitor,
    storage,
    shutDown: () => {
      logger.info({}, 'shutting down, as asked over the management API')
      if (options.onShutdownRequest === undefined) void closeOnce()
      else options.onShutdownRequest()
    },
  }
  const managementServer = await management?.then(async ({ startManagement }) => {
    try {
      return await startManagement({ ...managed, listeners: allListeners })
    } catch (error) {
      await listeners.close()
      throw error
    }
  })
  allListeners.push(...(managementServer?.listeners ?? []))
  const prometheusServer = await prometheus?.then(async ({ startPrometheus }) => {
    try {
      return await startPrometheus(managed)
    } catch (error) {
      await Promise.all([listeners.close(), managementServer?.close()])
      throw error
    }
  })
  allListeners.push(...(prometheusServer?.listeners ?? []))
  for (const { protocol, tls, host, port } of allListeners) {
    logger.info({ host, port, ...(tls && { tls }) }, `listening for ${SPOKEN[protocol]}${tls ? ' over TLS' : ''}`)
  }

  const close = async () => {
    monitor.close()
    const closed = Promise.all([listeners.close(), managementServer?.close(), prometheusServer?.close()])
    acceptor.close()
    for (const connection of connections) connection.forceClose(SHUTDOWN)
    const cut = clock.setTimeout(() => {
      for (const connection of connections) connection.destroy()
    }, resolved.shutdownTimeoutMs)
    await closed
    // The server counts the sockets that it accepted, not those that are read.
    if (connections.size > 0) await new Promise<void>((resolve) => (lastGone = resolve))
    cut.clear()
    await log?.finish()
    await releases.release()
    logger.info({}, 'broker closed')
  }

  return {
    port: listeners.port,
    tlsPort: listeners.tlsPort,
    managementPort: allListeners.find(({ protocol }) => protocol === 'http')?.port ?? 0,
    managementTlsPort: allListeners.find(({ protocol }) => protocol === 'https')?.port ?? 0,
    prometheusPort: prometheusServer?.listeners[0].port ?? 0,
    listeners: allListeners,
    url: brokerUrl(resolved.defaultUser, resolved.defaultPassword, listeners.all),
    get connectionCount() {
      return connections.size
    },
    admin,
    storage,
    alarms: brokerAlarms,
    close: closeOnce,
    [Symbol.asyncDispose]: closeOnce,
  }
}

/** Whether the options name a port of the management API. */
function hasManagement({ managementPort, managementTlsPort }: ResolvedBrokerOptions): boolean {
  return managementPort !== -1 || managementTlsPort !== -1
}
