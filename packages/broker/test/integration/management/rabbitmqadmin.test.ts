/**
 * RabbitMQ's own command line against this broker: every command of `rabbitmqadmin` as Debian ships it, for each thing that it knows.
 *
 * Which commands there are is read from the program itself, so that none is left out.
 */

import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { eventually } from '@warrenmq/testkit'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Api, apiPair } from './support.ts'

const PROGRAM =
  '/usr/lib/rabbitmq/lib/rabbitmq_server-3.10.8/plugins/rabbitmq_management-3.10.8/priv/www/cli/rabbitmqadmin'
const VHOST = 'admin-tool'

const run = promisify(execFile)

/** Each command starts Python. */
vi.setConfig({ testTimeout: 120_000 })

/** Whether Debian's package and Python are there. */
async function isInstalled(): Promise<boolean> {
  return run('python3', [PROGRAM, '--help']).then(
    () => true,
    () => false,
  )
}

/** Runs a command and returns what it prints. */
async function admin({ target }: Api, args: readonly string[], vhost = VHOST): Promise<string> {
  const { port } = new URL(target.httpUrl)
  const { stdout } = await run('python3', [PROGRAM, '-H', '127.0.0.1', '-P', port, '-V', vhost, ...args])
  return stdout
}

/** The same as JSON. */
async function json(api: Api, args: readonly string[]): Promise<Record<string, unknown>[]> {
  return JSON.parse(await admin(api, ['-f', 'raw_json', ...args]))
}

/** Commands of the program's help that this file runs, in its own words. */
const RUN = new Set<string>()

describe.skipIf(!(await isInstalled()))('rabbitmqadmin', () => {
  const { warren: api } = apiPair()

  describe('on this broker', () => {
    let folder: string

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'warren-admin-tool-'))
      await api.target.admin.putVhost(VHOST)
      await api.target.admin.putPermissions('guest', VHOST, { configure: '.*', write: '.*', read: '.*' })
    })

    afterAll(async () => {
      await api.target.admin.deleteVhost(VHOST)
      await api.target.admin.deleteUser('tool-user')
      rmSync(folder, { recursive: true, force: true })
    })

    /** Runs a command and expects it to say so. */
    async function says(text: string | RegExp, args: readonly string[], vhost = VHOST): Promise<void> {
      RUN.add(args.slice(0, 2).join(' '))
      const printed = await admin(api, args, vhost)
      expect(printed).toEqual(typeof text === 'string' ? expect.stringContaining(text) : expect.stringMatching(text))
    }

    it('declares one of everything, and lists it', async () => {
      await says('vhost declared', ['declare', 'vhost', 'name=admin-tool-2', 'tracing=false'])
      await says('user declared', ['declare', 'user', 'name=tool-user', 'password=x', 'tags=management'])
      await says('permission declared', [
        'declare',
        'permission',
        `vhost=${VHOST}`,
        'user=tool-user',
        'configure=.*',
        'write=.*',
        'read=',
      ])
      await says('exchange declared', ['declare', 'exchange', 'name=x1', 'type=topic', 'durable=false'])
      await says('queue declared', ['declare', 'queue', 'name=q/1', 'durable=true', 'arguments={"x-max-length":7}'])
      await says('queue declared', ['declare', 'queue', 'name=q2', 'queue_type=quorum'])
      await says('binding declared', ['declare', 'binding', 'source=x1', 'destination=q/1', 'routing_key=a.#'])
      await says('binding declared', [
        'declare',
        'binding',
        'source=x1',
        'destination=amq.fanout',
        'destination_type=exchange',
      ])
      await says('policy declared', [
        'declare',
        'policy',
        'name=p1',
        'pattern=^q',
        'definition={"max-length":100}',
        'priority=2',
        'apply-to=queues',
      ])
      await says('operator_policy declared', [
        'declare',
        'operator_policy',
        'name=o1',
        'pattern=^q',
        'definition={"max-length":100}',
        'apply-to=queues',
      ])
      await says('vhost_limit declared', ['declare', 'vhost_limit', `vhost=${VHOST}`, 'name=max-queues', 'value=10'])
      await says('parameter declared', [
        'declare',
        'parameter',
        'component=vhost-limits',
        'name=limits',
        'value={"max-queues":20}',
      ])

      expect(await json(api, ['list', 'queues', 'name', 'arguments'])).toEqual([
        { name: 'q/1', arguments: { 'x-max-length': 7 } },
        { name: 'q2', arguments: { 'x-queue-type': 'quorum' } },
      ])
      expect(await json(api, ['list', 'policies', 'name', 'priority'])).toContainEqual({ name: 'p1', priority: 2 })
      expect(await json(api, ['list', 'permissions', 'user', 'vhost', 'configure'])).toContainEqual({
        user: 'tool-user',
        vhost: VHOST,
        configure: '.*',
      })
      expect(await json(api, ['list', 'bindings', 'source', 'destination', 'routing_key'])).toContainEqual({
        source: 'x1',
        destination: 'q/1',
        routing_key: 'a.#',
      })
    })

    it('lists all that it can list, in all its formats', async () => {
      await using peer = await api.target.openChannel({ virtualHost: VHOST })
      const { queue } = await peer.call(1, 'queue.declare', { exclusive: true })
      await peer.call(1, 'basic.consume', { queue, consumerTag: 'tool-consumer' })
      await eventually(async () => (await json(api, ['list', 'consumers'])).length > 0, 'the consumer')
      const things = [
        ['connections', 'guest'],
        ['channels', 'guest'],
        ['consumers', 'tool-consumer'],
        ['exchanges', 'x1'],
        ['queues', 'q/1'],
        ['bindings', 'a.#'],
        ['users', 'tool-user'],
        ['vhosts', VHOST],
        ['permissions', 'tool-user'],
        ['nodes', '@'],
        ['parameters', 'vhost-limits'],
        ['policies', 'p1'],
        ['operator_policies', 'o1'],
        ['vhost_limits', 'max-queues'],
      ] as const
      await Promise.all(things.map(([thing, text]) => says(text, ['list', thing])))
      await says('3.', ['show', 'overview'])
      const formats = ['raw_json', 'pretty_json', 'tsv', 'long', 'table', 'kvp', 'bash']
      const shown = await Promise.all(formats.map((format) => admin(api, ['-f', format, 'list', 'queues', 'name'])))
      for (const text of shown) expect(text).toContain('q/1')
      expect(await admin(api, ['--sort', 'name', '--sort-reverse', '-f', 'bash', 'list', 'exchanges', 'name'])).toMatch(
        /^x1/,
      )
    })

    it('publishes, gets and purges', async () => {
      await says('Message published', ['publish', 'routing_key=q/1', 'payload=hello', 'properties={"type":"t"}'])
      await says('Message published', [
        'publish',
        'exchange=x1',
        'routing_key=a.b',
        'payload=AAH/',
        'payload_encoding=base64',
      ])
      await says('NOT routed', ['publish', 'routing_key=nosuch', 'payload=x'])
      await says('hello', ['get', 'queue=q/1'])
      await says('AAH/', ['get', 'queue=q/1', 'count=2'])
      const file = join(folder, 'payload')
      await says(/./, ['get', 'queue=q/1', 'ackmode=ack_requeue_false', `payload_file=${file}`])
      expect(readFileSync(file, 'utf8')).toBe('hello')
      await says('queue purged', ['purge', 'queue', 'name=q/1'])
      await says('No items', ['get', 'queue=q/1'])
    })

    it('exports definitions and imports them', async () => {
      const file = join(folder, 'definitions.json')
      await says('Exported definitions', ['export', file])
      expect(JSON.parse(readFileSync(file, 'utf8')).queues.length).toBeGreaterThan(0)
      await run('python3', [
        PROGRAM,
        '-H',
        '127.0.0.1',
        '-P',
        new URL(api.target.httpUrl).port,
        '-V',
        VHOST,
        'export',
        file,
      ])
      await says('queue deleted', ['delete', 'queue', 'name=q/1'])
      await says(/Imported definitions|Uploaded definitions/, ['import', file])
      expect(await json(api, ['list', 'queues', 'name'])).toContainEqual({ name: 'q/1' })
    })

    it('closes a connection', async () => {
      await using peer = await api.target.openConnection({ virtualHost: VHOST })
      let name = ''
      await eventually(async () => {
        const list = await json(api, ['list', 'connections', 'name', 'vhost'])
        name = String(list.find(({ vhost }) => vhost === VHOST)?.name ?? '')
        return name !== ''
      }, 'the connection')
      await says('connection closed', ['close', 'connection', `name=${name}`])
      expect((await peer.expect(0, 'connection.close')).replyCode).toBe(320)
    })

    it('deletes one of everything', async () => {
      await says('binding deleted', [
        'delete',
        'binding',
        'source=x1',
        'destination_type=queue',
        'destination=q/1',
        'properties_key=a.%23',
      ])
      await says('binding deleted', [
        'delete',
        'binding',
        'source=x1',
        'destination_type=exchange',
        'destination=amq.fanout',
      ])
      await says('parameter deleted', ['delete', 'parameter', 'component=vhost-limits', 'name=limits'])
      await api.send('PUT', `/vhost-limits/${VHOST}/max-queues`, { body: { value: 3 } })
      await says('vhost_limit deleted', ['delete', 'vhost_limit', `vhost=${VHOST}`, 'name=max-queues'])
      for (const [thing, name] of [
        ['operator_policy', 'o1'],
        ['policy', 'p1'],
        ['queue', 'q2'],
        ['exchange', 'x1'],
      ]) {
        await says(`${thing} deleted`, ['delete', thing, `name=${name}`])
      }
      await says('permission deleted', ['delete', 'permission', `vhost=${VHOST}`, 'user=tool-user'])
      await says('user deleted', ['delete', 'user', 'name=tool-user'])
      await says('vhost deleted', ['delete', 'vhost', 'name=admin-tool-2'])
    })

    it('says what is wrong in the words of the broker', async () => {
      await expect(admin(api, ['declare', 'queue', 'name=q3', 'arguments={"x-message-ttl":"a"}'])).rejects.toThrow(
        /invalid arg 'x-message-ttl'/,
      )
      await expect(admin(api, ['delete', 'queue', 'name=nosuch'])).rejects.toThrow(/not found|Not found/i)
      await expect(admin(api, ['list', 'queues', '-u', 'guest', '-p', 'wrong'])).rejects.toThrow(/Access refused/)
    })
  })

  it('was tried with each of its commands', async () => {
    const { stdout } = await run('python3', [PROGRAM, 'help', 'subcommands'])
    const commands = stdout.split('\n').map((line) => /^ {2}(\w+)(?: (\w+))?/.exec(line))
    const missing = commands
      .filter((parts) => parts !== null)
      .map(([, verb, thing = '']) =>
        ['list', 'show', 'declare', 'delete', 'close', 'purge'].includes(verb) ? `${verb} ${thing}` : verb,
      )
      .filter((command) => ![...RUN].some((tried) => tried === command || tried.split(' ')[0] === command))
    expect(missing.filter((command) => !['rabbitmqadmin', 'where'].includes(command.split(' ')[0]))).toEqual([])
    expect(commands.length).toBeGreaterThan(30)
  })
})
