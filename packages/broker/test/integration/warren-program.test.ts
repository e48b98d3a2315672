/**
 * The program `warren` as its users meet it: a process with flags, variables, a file, signals and an exit code.
 */

import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  eventually,
  freePorts,
  logIn,
  openConnection,
  type Program,
  type ProgramOptions,
  QUIET_ENVIRONMENT,
  rawPeer,
  startProgram,
  startWarren,
  within,
} from '@warrenmq/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { OPTION_NAMES, optionFlag } from '../../src/config/option-table.ts'

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url))
const WARREN = join(ROOT, 'packages/broker/dist/bin/warren.js')
const SHUTDOWN = "CONNECTION_FORCED - broker forced connection closure with reason 'shutdown'"

let folder: string

beforeAll(() => {
  // What `npm run build` does; a moment when nothing has changed.
  execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['-b', 'packages/broker'], { cwd: ROOT, stdio: 'pipe' })
  folder = mkdtempSync(join(tmpdir(), 'warren-program-'))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Runs `warren` with nothing but these arguments and variables. */
function warren(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Program {
  const data = { WARREN_DATA_DIRECTORY: mkdtempSync(join(folder, 'data-')) }
  const options: ProgramOptions = {
    environment: { PATH: process.env.PATH, ...QUIET_ENVIRONMENT, ...data, ...environment },
    folder,
  }
  return startProgram(process.execPath, [WARREN, ...args], options)
}

/** Waits until `warren` says where it listens, and returns that line. */
async function listening(program: Program): Promise<{ host: string; port: number; msg: string }> {
  return JSON.parse(await program.line((line) => line.includes('listening for AMQP connections')))
}

function writeConfig(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

describe('warren', () => {
  it('explains every flag, with examples', async () => {
    const help = (await warren(['--help']).finish()).join('\n')
    expect(help).toMatch(/^Usage: warren \[options\]/)
    for (const name of OPTION_NAMES) expect(help).toContain(`  ${optionFlag(name)} <`)
    expect(help).toContain('Examples:\n  warren ')
  })

  it('prints its version', async () => {
    expect(await warren(['--version']).finish()).toEqual([manifest.version])
  })

  it('says where it listens, and serves clients there', async () => {
    await using program = warren(['--port', '0'])
    const line = await listening(program)
    expect(line).toMatchObject({ host: '::', port: expect.any(Number), msg: 'listening for AMQP connections' })
    await using peer = await openConnection(line.port)
    await peer.close()
  })

  it('puts flags before variables, and variables before the file', async () => {
    const path = writeConfig(
      'order.conf',
      'listeners.tcp.default = 127.0.0.1:0\nheartbeat = 1\nchannel_max = 1\nframe_max = 5000',
    )
    const variables = { WARREN_CONFIG: path, WARREN_HEARTBEAT_SECONDS: '2', WARREN_CHANNEL_MAX: '2' }
    await using program = warren(['--channel-max', '3'], variables)
    const { host, port } = await listening(program)
    expect(host).toBe('127.0.0.1')
    expect(await tuneOf(port)).toEqual({ heartbeat: 2, channelMax: 3, frameMax: 5000 })
  })

  it('prefers the file that the flag names', async () => {
    const named = writeConfig('named.conf', 'heartbeat = 7')
    await using program = warren(['--port', '0', '--config', named], { WARREN_CONFIG: join(folder, 'missing.conf') })
    expect(await tuneOf((await listening(program)).port)).toMatchObject({ heartbeat: 7 })
  })

  it('lets the configured user in', async () => {
    await using program = warren(['--port', '0', '--default-user', 'ops'], { WARREN_DEFAULT_PASSWORD: 's3cret' })
    const { port } = await listening(program)
    await using peer = await openConnection(port, { user: 'ops', password: 's3cret' })
    await peer.close()
  })

  it('gives the configured user the tags and permissions of the file', async () => {
    const path = writeConfig(
      'user.conf',
      'default_user = ops\ndefault_pass = x\ndefault_permissions.configure = ^mine\ndefault_user_tags.monitoring = true',
    )
    await using program = warren(['--port', '0', '--config', path])
    const { port } = await listening(program)
    await using peer = await openConnection(port, { user: 'ops', password: 'x' })
    peer.send(1, 'channel.open')
    await peer.expect(1, 'channel.open-ok')
    peer.send(1, 'queue.declare', { queue: 'mine' })
    await peer.expect(1, 'queue.declare-ok')
    peer.send(1, 'queue.declare', { queue: 'other' })
    expect(await peer.expect(1, 'channel.close')).toMatchObject({ replyCode: 403 })
  })

  it('refuses permissions that are no regular expressions', async () => {
    await expectRefusal(
      warren(['--port', '0', '--default-permissions-read', '(']),
      'defaultPermissionsRead: regular expression "(" cannot be used: error parsing regexp: missing closing ): `(`',
    )
  })

  it('says what of a file has no effect', async () => {
    const path = writeConfig('rabbit.conf', 'queue_master_locator = min-masters\n')
    await using program = warren(['--port', '0', '--config', path])
    const line = JSON.parse(await program.line((text) => text.includes('no effect')))
    expect(line).toMatchObject({
      level: 40,
      msg: `${path}:1: queue_master_locator has no effect: it concerns clusters of RabbitMQ`,
    })
  })

  it('writes its log to a file, and begins a new one at SIGHUP', async () => {
    const path = join(folder, 'logs', 'warren.log')
    const flags = [
      '--log-file',
      'warren.log',
      '--log-directory',
      join(folder, 'logs'),
      '--log-file-format',
      'plaintext',
    ]
    await using program = warren(['--port', '0', ...flags, '--log-connection-level', 'warning'])
    const { port } = await listening(program)
    expect(readFileSync(path, 'utf8')).toMatch(/^\[\d{4}-\d\d-\d\d .*\] INFO: listening for AMQP connections/m)
    renameSync(path, `${path}.old`)
    program.signal('SIGHUP')
    await eventually(() => existsSync(path), 'a new log file')
    await using peer = await openConnection(port)
    await peer.close()
    program.signal('SIGTERM')
    expect(await within(program.exited, 'the end')).toBe(0)
    const lines = readFileSync(path, 'utf8')
    expect(lines).toContain('broker closed')
    expect(lines).not.toContain('connection ended')
  })

  it('puts a log file aside when it has grown', async () => {
    const path = join(folder, 'grown.log')
    const flags = ['--log-file', path, '--log-file-size-max', '1000', '--log-file-count', '2']
    await using program = warren(['--port', '0', ...flags])
    const { port } = await listening(program)
    for (let i = 0; i < 10; i++) {
      await using peer = await openConnection(port)
      await peer.close()
    }
    program.signal('SIGTERM')
    expect(await within(program.exited, 'the end')).toBe(0)
    expect(readFileSync(path, 'utf8')).toContain('broker closed')
    expect(statSync(`${path}.1`).size).toBeGreaterThan(900)
    expect(existsSync(`${path}.3`)).toBe(false)
  })

  it('refuses a log file that it cannot write', async () => {
    await expectRefusal(
      warren(['--port', '0', '--log-file', folder]),
      `cannot write the log file ${folder}: EISDIR: illegal operation on a directory, open '${folder}'`,
    )
  })

  it('writes no log lines below its level', async () => {
    const [port] = await freePorts(1)
    await using program = warren(['--port', String(port), '--log-level', 'none'])
    await using peer = await eventually(() => openConnection(port), 'a connection')
    await peer.close()
    program.signal('SIGTERM')
    expect(await program.finish()).toEqual([])
  })
})

describe('warren refuses, in one sentence and with exit code 2,', () => {
  it.each([
    ['an unknown flag', ['--prot', '5672'], {}, "unknown option '--prot'\n(Did you mean --port?)"],
    ['an argument', ['start'], {}, 'too many arguments. Expected 0 arguments but got 1.'],
    ['a flag without its value', ['--port'], {}, "option '--port <number>' argument missing"],
    ['a bad flag', ['--frame-size-max', '100'], {}, '--frame-size-max 100 must be an integer from 4096 to 4294967295'],
    ['a bad variable', [], { WARREN_PORT: 'amqp' }, 'WARREN_PORT "amqp" must be an integer from 0 to 65535'],
    [
      'a mistyped variable',
      [],
      { WARREN_PROT: '1' },
      'unknown environment variable WARREN_PROT; did you mean WARREN_PORT?',
    ],
    ['a missing file', ['-c', 'none.conf'], {}, 'cannot read the configuration file none.conf: there is no such file'],
    [
      'a folder for a file',
      ['-c', '.'],
      {},
      'cannot read the configuration file .: EISDIR: illegal operation on a directory, read',
    ],
  ])('%s', async (_what, args, environment, message) => {
    await expectRefusal(warren(args, environment), message)
  })

  it.each([
    ['a bad value', 'heartbeat = often', 'heartbeat "often" must be an integer from 0 to 65535'],
    ['a mistyped key', 'heartbaet = 60', 'unknown key heartbaet; did you mean heartbeat?'],
    ['a line that is none', 'heartbeat', "a line must read key = value or key = 'value'"],
  ])('%s in a file', async (_what, line, message) => {
    writeConfig('bad.conf', `# A comment.\n${line}\n`)
    await expectRefusal(warren(['-c', 'bad.conf']), `bad.conf:2: ${message}`)
  })
})

describe('warren that cannot listen', () => {
  it('names the port that is in use, with exit code 1', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    try {
      const program = warren(['--host', '127.0.0.1', '--port', String(port)])
      expect(await within(program.exited, 'the end')).toBe(1)
      expect(program.errorText).toBe(
        `warren: port ${port} is already in use on 127.0.0.1; stop the program that has it, or choose another with --port\n`,
      )
    } finally {
      other.close()
    }
  })

  it('names the address that is not there, with exit code 1', async () => {
    // 192.0.2.0/24 is kept for documentation (RFC 5737): no machine has it.
    const program = warren(['--host', '192.0.2.1', '--port', '0'])
    expect(await within(program.exited, 'the end')).toBe(1)
    expect(program.errorText).toBe('warren: 192.0.2.1 is not an address of this machine; choose another with --host\n')
  })
})

describe('warren that is told to stop', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('tells its clients after %s and ends with 0', async (signal) => {
    await using broker = await startWarren()
    await using peer = await openConnection(broker.port)
    broker.program.signal(signal)
    expect(await peer.expect(0, 'connection.close')).toMatchObject({ replyCode: 320, replyText: SHUTDOWN })
    peer.send(0, 'connection.close-ok')
    expect(await within(broker.program.exited, 'the end')).toBe(0)
  })

  it('cuts clients that do not answer within shutdownTimeoutMs', async () => {
    await using broker = await startWarren(['--shutdown-timeout-ms', '100', '--close-timeout-ms', '60000'])
    await using peer = await openConnection(broker.port)
    broker.program.signal('SIGTERM')
    await peer.expect(0, 'connection.close')
    await peer.untilEnd()
    expect(await within(broker.program.exited, 'the end')).toBe(0)
  })

  it('takes the echo of a signal for the same one', async () => {
    // npm passes on what the terminal has sent already. Two kinds of signal, as the system may merge two of a kind.
    await using broker = await startWarren()
    await using peer = await openConnection(broker.port)
    broker.program.signal('SIGINT')
    broker.program.signal('SIGTERM')
    await peer.expect(0, 'connection.close')
    peer.send(0, 'connection.close-ok')
    expect(await within(broker.program.exited, 'the end')).toBe(0)
  })

  it('ends at once, with 143, at a second SIGTERM', async () => {
    await using broker = await startWarren(['--shutdown-timeout-ms', '60000', '--close-timeout-ms', '60000'])
    await using peer = await openConnection(broker.port)
    broker.program.signal('SIGTERM')
    await peer.expect(0, 'connection.close')
    await eventually(() => {
      broker.program.signal('SIGTERM')
      return peer.ended
    }, 'the end of the connection')
    expect(await within(broker.program.exited, 'the end')).toBe(143)
  })

  it('logs an error that nobody handled, tells its clients and ends with 1', async () => {
    const bug = 'process.on("SIGUSR2", () => { throw new Error("a bug") })'
    const args = ['--import', `data:text/javascript,${encodeURIComponent(bug)}`, WARREN, '--port', '0']
    await using program = startProgram(process.execPath, args)
    await using peer = await openConnection((await listening(program)).port)
    program.signal('SIGUSR2')
    expect(await peer.expect(0, 'connection.close')).toMatchObject({ replyCode: 320 })
    peer.send(0, 'connection.close-ok')
    const logged = JSON.parse(await program.line((line) => line.includes('"level":50')))
    expect(logged).toMatchObject({ err: { message: 'a bug', stack: expect.any(String) } })
    expect(await within(program.exited, 'the end')).toBe(1)
  })
})

/** What the broker at `port` proposes in `connection.tune`. */
async function tuneOf(port: number): Promise<unknown> {
  await using peer = await rawPeer(port)
  const { heartbeat, channelMax, frameMax } = await logIn(peer)
  return { heartbeat, channelMax, frameMax }
}

/** Expects exit code 2, nothing on standard output, and this sentence alone on standard error. */
async function expectRefusal(program: Program, message: string): Promise<void> {
  expect(await within(program.exited, 'the end')).toBe(2)
  expect(program.errorText).toBe(`warren: ${message}\n`)
  expect(program.lines).toEqual([])
}
