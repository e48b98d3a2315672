/** RabbitMQ as installed by Debian, with nothing shared with one that already runs: own name, ports, folder and epmd. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { freePorts } from './free-ports.ts'
import { type Program, startProgram } from './program.ts'
import { eventually } from './waiting.ts'

const START_LIMIT_MS = 60_000
const STOP_LIMIT_MS = 30_000

/** A RabbitMQ that runs. */
export interface Rabbit extends AsyncDisposable {
  readonly port: number
}

/** Starts RabbitMQ without plugins and resolves once it accepts connections. */
export async function startRabbit(rabbitmqServer: string): Promise<Rabbit> {
  const folder = await mkdtemp(join(tmpdir(), 'warrenmq-rabbit-'))
  const [port, distributionPort, epmdPort] = await freePorts(3)
  // In the foreground and before the server, which would otherwise start one that outlives it.
  const epmd = startProgram('epmd', ['-port', String(epmdPort), '-address', '127.0.0.1'])
  let server: Program | undefined
  const stop = async () => {
    await server?.stop(STOP_LIMIT_MS)
    await epmd.stop()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await eventually(() => accepts(epmdPort), 'epmd')
    await writeFile(join(folder, 'enabled_plugins'), '[].\n')
    await writeFile(join(folder, 'rabbitmq.conf'), 'disk_free_limit.absolute = 1MB\n')
    const environment = rabbitEnvironment(folder, port, distributionPort, epmdPort, rabbitmqServer)
    server = startProgram(rabbitmqServer, [], { environment, folder })
    await server.line((line) => line.includes('completed with 0 plugins'), START_LIMIT_MS)
    await eventually(() => accepts(port), 'the AMQP listener of RabbitMQ')
  } catch (error) {
    await stop()
    throw error
  }
  return { port, [Symbol.asyncDispose]: stop }
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
