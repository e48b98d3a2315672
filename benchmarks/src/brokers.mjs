/**
 * The brokers that are measured, each as a process of its own on a free port of the loopback interface, with its files in a
 * folder of the cache, so that both write to the same disk; it is removed afterwards.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AmqpPeer, openPeer } from './amqp-peer.mjs'
import { configureBroker } from './configuration.mjs'
import { UsageError } from './errors.mjs'
import { cacheFolder, repositoryFolder } from './paths.mjs'
import { endProgram, findFreePort, killProgram, retryWhileAlive, runProgram, startProgram } from './processes.mjs'
import { startTunnel } from './tunnel.mjs'

/**
 * @typedef {'warren' | 'rabbitmq'} BrokerName
 * @typedef {import('./configuration.mjs').BrokerWishes} BrokerWishes
 * @typedef {import('./processes.mjs').ChildProcess} ChildProcess
 */

/**
 * @typedef {object} RunningBroker
 * @property {BrokerName} name
 * @property {string} product What it calls itself, with its version.
 * @property {number} port
 * @property {number} loadPort Where the load generator connects: the same, or a tunnel into TLS.
 * @property {number} pid The process whose CPU time and memory count. Another one after a restart.
 * @property {string} dataFolder What survives a restart.
 * @property {<T>(question: (peer: AmqpPeer) => Promise<T>) => Promise<T>} ask Lets a client of its own do something.
 * @property {() => Promise<number>} restart Kills it, starts it again, and resolves to the milliseconds until a client was connected.
 * @property {() => Promise<void>} stop
 */

const START_LIMIT_MS = 60_000
const RESTART_LIMIT_MS = 300_000
const RESTART_RETRY_MS = 5
const RABBITMQ_SERVER = '/usr/lib/rabbitmq/bin/rabbitmq-server'

/** How to end what runs at the moment. @type {Set<() => Promise<void>>} */
const running = new Set()

/** Ends all brokers that run, for when we are interrupted. */
export async function stopBrokers() {
  await Promise.all([...running].map((stop) => stop()))
}

/**
 * Starts ours.
 *
 * @param {string} program Path of the compiled program.
 * @param {BrokerWishes} [wishes]
 * @param {string[]} [nodeArgs] For Node itself, such as the profiler's.
 * @returns {Promise<RunningBroker>}
 */
export async function startWarren(program, wishes = {}, nodeArgs = []) {
  if (!existsSync(program)) throw new UsageError(`${program} is missing: run npm run build`)
  const folder = makeFolder('warren')
  const configuration = await configureBroker(wishes, folder, findFreePort)
  const port = await findFreePort()
  const logFile = join(cacheFolder, 'warren.log')
  const args = [...nodeArgs, program, '--host', '127.0.0.1', '--port', `${port}`]
  if (configuration.text) {
    const file = join(folder, 'warren.conf')
    writeFileSync(file, configuration.text)
    args.push('--config', file)
  }
  const dataFolder = join(folder, 'data')
  // Older builds do not know the flags, but ignore the variables. RabbitMQ runs without its plugins, too.
  const environment = { WARREN_DATA_DIRECTORY: dataFolder, WARREN_MANAGEMENT_PORT: '-1', WARREN_PROMETHEUS_PORT: '-1' }
  const launch = () => startProgram(process.execPath, args, logFile, environment)
  const end = async () => rmSync(folder, { recursive: true, force: true })
  /** @param {ChildProcess} child */
  const findPid = (child) => /** @type {number} */ (child.pid)
  return finishStart({ name: 'warren', port, launch, logFile, dataFolder, tls: configuration.tls, findPid, end })
}

/**
 * Starts Debian's RabbitMQ without plugins.
 *
 * @param {BrokerWishes} [wishes]
 * @returns {Promise<RunningBroker>}
 */
export async function startRabbit(wishes = {}) {
  if (!existsSync(RABBITMQ_SERVER)) {
    throw new UsageError(`RabbitMQ is not installed (${RABBITMQ_SERVER}): install rabbitmq-server or add --only warren`)
  }
  const folder = makeFolder('rabbitmq')
  const configuration = await configureBroker(wishes, folder, findFreePort)
  const [port, distributionPort, epmdPort] = [await findFreePort(), await findFreePort(), await findFreePort()]
  const logFile = join(cacheFolder, 'rabbitmq.log')
  const env = rabbitEnvironment(folder, configuration.text, port, distributionPort, epmdPort)
  const dataFolder = join(folder, 'mnesia')
  const launch = () => startProgram(RABBITMQ_SERVER, [], logFile, env)
  const end = async () => {
    await stopEpmd(epmdPort)
    rmSync(folder, { recursive: true, force: true })
  }
  const findPid = () => Number(readFileSync(join(folder, 'pid'), 'utf8'))
  return finishStart({ name: 'rabbitmq', port, launch, logFile, dataFolder, tls: configuration.tls, findPid, end })
}

/**
 * A process that is coming up.
 *
 * @typedef {object} StartingBroker
 * @property {BrokerName} name
 * @property {number} port
 * @property {() => ChildProcess} launch
 * @property {string} logFile
 * @property {string} dataFolder
 * @property {import('./tunnel.mjs').TlsTarget} [tls] Where the load is to go.
 * @property {(child: ChildProcess) => number} findPid
 * @property {() => Promise<void>} end Cleans up after it has ended.
 */

/**
 * Waits until a broker serves clients, and digs the tunnel into TLS if there is to be one.
 *
 * @param {StartingBroker} starting
 * @returns {Promise<RunningBroker>}
 */
async function finishStart({ name, port, launch, logFile, dataFolder, tls, findPid, end }) {
  let endTunnel = async () => {}
  let child = launch()
  const stop = track(async () => {
    await endTunnel()
    await endProgram(child)
    await end()
  })
  try {
    const product = await retryWhileAlive(child, () => askProduct(port), START_LIMIT_MS)
    const tunnel = tls && (await startTunnel(tls))
    if (tunnel) endTunnel = tunnel.stop
    /** @type {RunningBroker} */
    const broker = {
      name,
      product: name === 'warren' ? ownProduct() : product,
      port,
      loadPort: tunnel ? tunnel.port : port,
      pid: findPid(child),
      dataFolder,
      ask: (question) => ask(port, question),
      async restart() {
        await killProgram(child, broker.pid)
        const startMs = performance.now()
        child = launch()
        await retryWhileAlive(child, () => askProduct(port), RESTART_LIMIT_MS, RESTART_RETRY_MS)
        broker.pid = findPid(child)
        return performance.now() - startMs
      },
      stop,
    }
    return broker
  } catch (error) {
    await stop()
    throw new Error(`${name} did not start; the end of ${logFile}:\n${lastLines(logFile)}`, { cause: error })
  }
}

/**
 * @template T
 * @param {number} port
 * @param {(peer: AmqpPeer) => Promise<T>} question
 */
async function ask(port, question) {
  const peer = await openPeer(port)
  try {
    return await question(peer)
  } finally {
    await peer.close()
  }
}

/** @param {BrokerName} name */
function makeFolder(name) {
  mkdirSync(cacheFolder, { recursive: true })
  return mkdtempSync(join(cacheFolder, `${name}-`))
}

/**
 * Settings that keep this node apart from any other on the machine: names, ports, files, cookie and port mapper of its own.
 *
 * @param {string} folder
 * @param {string} configuration Content of `rabbitmq.conf`.
 * @param {number} port
 * @param {number} distributionPort
 * @param {number} epmdPort
 * @returns {Record<string, string>}
 */
function rabbitEnvironment(folder, configuration, port, distributionPort, epmdPort) {
  writeFileSync(join(folder, 'plugins'), '[].\n')
  writeFileSync(join(folder, 'rabbitmq-env.conf'), '')
  writeFileSync(join(folder, 'rabbitmq.conf'), configuration)
  return {
    HOME: folder,
    ERL_EPMD_ADDRESS: '127.0.0.1',
    ERL_EPMD_PORT: `${epmdPort}`,
    RABBITMQ_NODENAME: `warren-bench-${port}@localhost`,
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: `${port}`,
    RABBITMQ_DIST_PORT: `${distributionPort}`,
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_PID_FILE: join(folder, 'pid'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'plugins'),
    RABBITMQ_CONF_ENV_FILE: join(folder, 'rabbitmq-env.conf'),
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
  }
}

/**
 * Ends the port mapper that the node started; it stays when it is asked while a node still uses it.
 *
 * @param {number} port
 */
async function stopEpmd(port) {
  await runProgram('epmd', ['-port', `${port}`, '-kill'], 10_000).catch(() => {})
}

/**
 * Remembers how to end a broker until it has been ended, which happens once however often it is asked for.
 *
 * @param {() => Promise<void>} end
 */
function track(end) {
  /** @type {Promise<void> | undefined} */
  let ended
  const stop = () => {
    ended ??= end().finally(() => running.delete(stop))
    return ended
  }
  running.add(stop)
  return stop
}

/** @param {string} file */
function lastLines(file) {
  return readFileSync(file, 'utf8').trim().split('\n').slice(-10).join('\n')
}

/** Towards clients ours is compatible with RabbitMQ, and says so; here it has its own name. */
function ownProduct() {
  const { version } = JSON.parse(readFileSync(join(repositoryFolder, 'packages/broker/package.json'), 'utf8'))
  return `WarrenMQ ${version}`
}

/** @param {number} port */
async function askProduct(port) {
  const peer = await AmqpPeer.connect(port)
  await peer.close()
  return peer.product
}
