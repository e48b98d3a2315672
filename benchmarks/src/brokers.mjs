/**
 * The brokers that are measured, each as a process of its own on a free port of the loopback interface, with its files in a
 * temporary folder.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AmqpPeer } from './amqp-peer.mjs'
import { UsageError } from './errors.mjs'
import { cacheFolder, repositoryFolder } from './paths.mjs'
import { endProgram, findFreePort, retryWhileAlive, runProgram, startProgram } from './processes.mjs'

/** @typedef {'warren' | 'rabbitmq'} BrokerName */

/**
 * @typedef {object} RunningBroker
 * @property {BrokerName} name
 * @property {string} product What it calls itself, with its version.
 * @property {number} port
 * @property {number} pid The process whose CPU time and memory count.
 * @property {() => Promise<void>} stop
 */

const START_LIMIT_MS = 60_000
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
 * @param {string[]} [nodeArgs] For Node itself, such as the profiler's.
 * @returns {Promise<RunningBroker>}
 */
export async function startWarren(program, nodeArgs = []) {
  if (!existsSync(program)) throw new UsageError(`${program} is missing: run npm run build`)
  mkdirSync(cacheFolder, { recursive: true })
  const port = await findFreePort()
  const logFile = join(cacheFolder, 'warren.log')
  const args = [...nodeArgs, program, '--host', '127.0.0.1', '--port', `${port}`]
  const child = startProgram(process.execPath, args, logFile)
  const stop = track(() => endProgram(child))
  try {
    await retryWhileAlive(child, () => askProduct(port), START_LIMIT_MS)
    return { name: 'warren', product: ownProduct(), port, pid: /** @type {number} */ (child.pid), stop }
  } catch (error) {
    await stop()
    throw new Error(`warren did not start; the end of ${logFile}:\n${lastLines(logFile)}`, { cause: error })
  }
}

/**
 * Starts Debian's RabbitMQ without plugins.
 *
 * @returns {Promise<RunningBroker>}
 */
export async function startRabbit() {
  if (!existsSync(RABBITMQ_SERVER)) {
    throw new UsageError(`RabbitMQ is not installed (${RABBITMQ_SERVER}): install rabbitmq-server or add --only warren`)
  }
  mkdirSync(cacheFolder, { recursive: true })
  const folder = mkdtempSync(join(tmpdir(), 'warren-bench-rabbitmq-'))
  const [port, distributionPort, epmdPort] = [await findFreePort(), await findFreePort(), await findFreePort()]
  const logFile = join(cacheFolder, 'rabbitmq.log')
  const child = startProgram(RABBITMQ_SERVER, [], logFile, rabbitEnvironment(folder, port, distributionPort, epmdPort))
  const stop = track(async () => {
    await endProgram(child)
    await stopEpmd(epmdPort)
    rmSync(folder, { recursive: true, force: true })
  })
  try {
    const product = await retryWhileAlive(child, () => askProduct(port), START_LIMIT_MS)
    return { name: 'rabbitmq', product, port, pid: Number(readFileSync(join(folder, 'pid'), 'utf8')), stop }
  } catch (error) {
    await stop()
    throw new Error(`RabbitMQ did not start; the end of ${logFile}:\n${lastLines(logFile)}`, { cause: error })
  }
}

/**
 * Settings that keep this node apart from any other on the machine: names, ports, files, cookie and port mapper of its own.
 *
 * @param {string} folder
 * @param {number} port
 * @param {number} distributionPort
 * @param {number} epmdPort
 * @returns {Record<string, string>}
 */
function rabbitEnvironment(folder, port, distributionPort, epmdPort) {
  for (const name of ['plugins', 'rabbitmq-env.conf', 'rabbitmq.conf']) {
    writeFileSync(join(folder, name), name === 'plugins' ? '[].\n' : '')
  }
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
