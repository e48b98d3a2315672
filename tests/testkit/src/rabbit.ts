/** RabbitMQ as installed by Debian, with nothing shared with one that already runs: own name, ports, folder and epmd. */

import { mkdtemp, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { freePorts } from './free-ports.ts'
import { startKeeper } from './keeper.ts'
import { type Program, type ProgramOptions, startProgram } from './program.ts'
import { eventually, within } from './waiting.ts'

const START_LIMIT_MS = 60_000
const STOP_LIMIT_MS = 30_000

/** Plugins of Debian's package that suites compare with. */
const PLUGINS = [
  'rabbitmq_consistent_hash_exchange',
  'rabbitmq_management',
  'rabbitmq_prometheus',
  'rabbitmq_random_exchange',
  'rabbitmq_recent_history_exchange',
  'rabbitmq_sharding',
]

/** A RabbitMQ that runs. */
export interface Rabbit extends AsyncDisposable {
  /** For AMQP. */
  readonly port: number
  /** Of its HTTP API. */
  readonly managementPort: number
}

/** How a tool ended, and what it printed. */
export interface ToolRun {
  readonly exitCode: number
  readonly lines: readonly string[]
  readonly errorText: string
}

/** One that was started here. */
export interface ControlledRabbit extends Rabbit {
  /** Runs `rabbitmqctl` and returns what it printed. It takes a second or two. */
  control(...args: readonly string[]): Promise<string>
  /** Runs a tool of RabbitMQ's, `rabbitmqctl` or `rabbitmq-diagnostics`, however it ends. */
  runTool(tool: string, args: readonly string[]): Promise<ToolRun>
  /** Ends it in order, so that its clients are told. It takes seconds. */
  shutDown(): Promise<void>
}

/**
 * Starts RabbitMQ with {@link PLUGINS} and resolves once it accepts connections.
 *
 * Disposing of it cuts it: to end in order takes RabbitMQ longer than vitest waits, and nothing it could save is wanted.
 */
export async function startRabbit(rabbitmqServer: string): Promise<ControlledRabbit> {
  const folder = await mkdtemp(join(tmpdir(), 'warrenmq-rabbit-'))
  const keeper = startKeeper(folder)
  const [port, managementPort, prometheusPort, distributionPort, epmdPort] = await freePorts(5)
  const start = (path: string, args: readonly string[], options: ProgramOptions = {}) => {
    const program = startProgram(path, args, options)
    if (program.processId !== undefined) keeper.keep(program.processId)
    return program
  }
  // In the foreground and before the server, which would otherwise start one that outlives it.
  start('epmd', ['-port', String(epmdPort), '-address', '127.0.0.1'])
  let server: Program | undefined
  try {
    await eventually(() => accepts(epmdPort), 'epmd')
    await writeFile(join(folder, 'enabled_plugins'), `[${PLUGINS.join(',')}].\n`)
    await writeFile(join(folder, 'rabbitmq.conf'), configuration(managementPort, prometheusPort))
    const environment = rabbitEnvironment(folder, port, distributionPort, epmdPort, rabbitmqServer)
    server = start(rabbitmqServer, [], { environment, folder })
    await server.line((line) => /completed with \d+ plugins/.test(line), START_LIMIT_MS)
    await eventually(() => accepts(port), 'the AMQP listener of RabbitMQ')
  } catch (error) {
    await keeper.finish()
    throw error
  }
  const startTool = (tool: string, args: readonly string[]) => {
    const environment = rabbitEnvironment(folder, port, distributionPort, epmdPort, rabbitmqServer)
    return startProgram(join(dirname(rabbitmqServer), tool), args, { environment, folder })
  }
  const control = async (...args: readonly string[]) => {
    return (await startTool('rabbitmqctl', args).finish(START_LIMIT_MS)).join('\n')
  }
  const runTool = async (tool: string, args: readonly string[]) => {
    const program = startTool(tool, args)
    const exitCode = await within(program.exited, `the end of ${tool}`, START_LIMIT_MS)
    return { exitCode, lines: program.lines, errorText: program.errorText }
  }
  const shutDown = async () => {
    await server?.stop(STOP_LIMIT_MS)
  }
  return { port, managementPort, control, runTool, shutDown, [Symbol.asyncDispose]: () => keeper.finish() }
}

function configuration(managementPort: number, prometheusPort: number): string {
  const settings = {
    'disk_free_limit.absolute': '1MB',
    'management.tcp.ip': '127.0.0.1',
    'management.tcp.port': managementPort,
    'prometheus.tcp.ip': '127.0.0.1',
    'prometheus.tcp.port': prometheusPort,
  }
  return Object.entries(settings)
    .map(([key, value]) => `${key} = ${value}\n`)
    .join('')
}

function rabbitEnvironment(
  folder: string,
  port: number,
  distributionPort: number,
  epmdPort: number,
  rabbitmqServer: string,
): NodeJS.ProcessEnv {
  return {
    PATH: `${dirname(rabbitmqServer)}:${process.env.PATH}`,
    LANG: 'C.UTF-8',
    // The Erlang cookie is kept in the home folder.
    HOME: folder,
    ERL_EPMD_PORT: String(epmdPort),
    RABBITMQ_NODENAME: `warrenmq-test-${port}@localhost`,
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(distributionPort),
    RABBITMQ_BASE: folder,
    RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_PID_FILE: join(folder, 'pid'),
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq'),
    RABBITMQ_CONF_ENV_FILE: join(folder, 'no-environment-file'),
    RABBITMQ_ADVANCED_CONFIG_FILE: join(folder, 'no-advanced-file'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
    RABBITMQ_FEATURE_FLAGS_FILE: join(folder, 'feature_flags'),
    RABBITMQ_GENERATED_CONFIG_DIR: join(folder, 'config'),
  }
}

/** Whether someone listens on a port of this machine. */
function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
