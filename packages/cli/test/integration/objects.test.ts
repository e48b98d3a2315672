/** rabbitmqadmin's commands, and the listings of what they make. */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventually } from '@warrenmq/testkit'
import { expect, it } from 'vitest'
import { amqpctl, fail, HOME, onEachBroker, succeed, uniqueName } from './support.ts'

onEachBroker((target) => {
  /** Runs commands in a vhost that lasts as long as they do. */
  async function inVhost(
    test: (ctl: (...args: string[]) => Promise<readonly string[]>, vhost: string) => Promise<void>,
  ) {
    const vhost = uniqueName('vhost')
    await succeed(target.httpUrl, ['add_vhost', vhost])
    await test((...args) => succeed(target.httpUrl, ['-p', vhost, ...args]), vhost)
    await succeed(target.httpUrl, ['delete_vhost', vhost])
  }

  it('declares and lists queues, exchanges and bindings', async () => {
    await inVhost(async (ctl, vhost) => {
      expect(await ctl('declare', 'queue', 'name=q1', 'arguments={"x-max-length":5,"x-queue-type":"classic"}')).toEqual(
        ['queue declared'],
      )
      await ctl('declare', 'queue', '--name', 'q2', '--type', 'quorum', '--durable', 'true')
      expect(await ctl('declare', 'exchange', 'name=x1', 'type=topic')).toEqual(['exchange declared'])
      expect(
        await ctl('declare', 'binding', 'source=x1', 'destination=q1', 'routing_key=a.*', 'arguments={"k":1}'),
      ).toEqual(['binding declared'])
      const [timeout, listing, header, ...rows] = await ctl('list_queues', 'name', 'arguments', 'durable', 'type')
      expect([timeout, listing, header]).toEqual([
        'Timeout: 60.0 seconds ...',
        `Listing queues for vhost ${vhost} ...`,
        'name\targuments\tdurable\ttype',
      ])
      expect([...rows].sort()).toEqual([
        'q1\t[{"x-max-length",5},{"x-queue-type","classic"}]\ttrue\tclassic',
        'q2\t[{"x-queue-type","quorum"}]\ttrue\tquorum',
      ])
      const exchanges = await ctl('list_exchanges', 'name', 'type', 'durable', 'internal')
      expect(exchanges[0]).toBe(`Listing exchanges for vhost ${vhost} ...`)
      expect(exchanges).toContain('x1\ttopic\ttrue\tfalse')
      expect([...(await ctl('-s', 'list_bindings'))].sort()).toEqual([
        '\texchange\tq1\tqueue\tq1\t[]',
        '\texchange\tq2\tqueue\tq2\t[]',
        'x1\texchange\tq1\tqueue\ta.*\t[{"k",1}]',
      ])
      const json = await ctl('list_queues', 'name', 'arguments', '--formatter', 'json')
      expect(JSON.parse(json.join(''))).toContainEqual({
        name: 'q2',
        arguments: [['x-queue-type', 'longstr', 'quorum']],
      })
    })
  })

  it('lists as rabbitmqadmin does', async () => {
    await inVhost(async (ctl, vhost) => {
      await ctl('declare', 'queue', 'name=q1')
      expect(await ctl('list', 'queues', 'vhost', 'name')).toEqual([
        `+${'-'.repeat(vhost.length + 2)}+------+`,
        expect.stringMatching(/^\| +vhost +\| name \|$/),
        `+${'-'.repeat(vhost.length + 2)}+------+`,
        `| ${vhost} | q1   |`,
        `+${'-'.repeat(vhost.length + 2)}+------+`,
      ])
      expect(await ctl('list', 'queues', 'name', '-f', 'tsv')).toEqual(['name', 'q1'])
      expect(await ctl('list', 'policies')).toBeDefined()
      expect((await ctl('show', 'overview', '-f', 'kvp'))[0]).toMatch(/^rabbitmq_version="3\./)
      await fail(target.httpUrl, ['list', 'nosuch'], 64, 'Type nosuch not recognised')
    })
  })

  it('says what is wrong with a declaration', async () => {
    await inVhost(async (ctl, vhost) => {
      const refused = (words: string[], exitCode: number, message: string) =>
        fail(target.httpUrl, ['-p', vhost, 'declare', ...words], exitCode, message)
      await refused(['queue', 'durable=true'], 64, 'mandatory argument "name" is required')
      await refused(['queue', 'name=q', 'foo=bar'], 64, 'Argument "foo" is not recognised')
      await refused(['queue', 'name=q', 'durable=maybe'], 69, 'not_boolean')
      await refused(['nosuch', 'name=q'], 64, 'Type nosuch not recognised')
      await ctl('declare', 'exchange', 'name=x', 'type=fanout')
      await refused(
        ['exchange', 'name=x', 'type=topic'],
        69,
        `inequivalent arg 'type' for exchange 'x' in vhost '${vhost}'`,
      )
    })
  })

  it('declares and deletes vhosts, users, permissions, policies and limits', async () => {
    const [vhost, user] = [uniqueName('vhost'), uniqueName('user')]
    const ctl = (...args: string[]) => succeed(target.httpUrl, args)
    expect(await ctl('declare', 'vhost', `name=${vhost}`)).toEqual(['vhost declared'])
    // Behind the kind, --password is the new user's.
    expect(await ctl('declare', 'user', '--name', user, '--password', 'pw', '--tags', '')).toEqual(['user declared'])
    await ctl('authenticate_user', user, 'pw')
    const rights = ['configure=.*', 'write=.*', 'read=.*']
    expect(await ctl('declare', 'permission', `vhost=${vhost}`, `user=${user}`, ...rights)).toEqual([
      'permission declared',
    ])
    const policy = ['name=p', 'pattern=^q', 'definition={"max-length":10}', 'apply-to=queues', 'priority=3']
    expect(await ctl('-V', vhost, 'declare', 'policy', ...policy)).toEqual(['policy declared'])
    expect(await ctl('-V', vhost, 'declare', 'operator_policy', ...policy)).toEqual(['operator_policy declared'])
    expect(await ctl('declare', 'vhost_limit', `vhost=${vhost}`, 'name=max-queues', 'value=5')).toEqual([
      'vhost_limit declared',
    ])
    expect(await ctl('-q', 'list_policies', '-p', vhost)).toContain(`${vhost}\tp\t^q\tqueues\t{"max-length":10}\t3`)
    await ctl('delete', 'vhost_limit', `vhost=${vhost}`, 'name=max-queues')
    await ctl('-V', vhost, 'delete', 'policy', 'name=p')
    await ctl('-V', vhost, 'delete', 'operator_policy', 'name=p')
    await ctl('delete', 'permission', `vhost=${vhost}`, `user=${user}`)
    await ctl('delete', 'user', `name=${user}`)
    expect(await ctl('delete', 'vhost', `name=${vhost}`)).toEqual(['vhost deleted'])
  })

  it('purges and deletes queues', async () => {
    await inVhost(async (ctl, vhost) => {
      await ctl('declare', 'queue', 'name=q1')
      expect(await ctl('purge_queue', 'q1')).toEqual([`Purging queue 'q1' in vhost '${vhost}' ...`])
      expect(await ctl('purge', 'queue', 'name=q1')).toEqual(['queue purged'])
      expect(await ctl('delete_queue', 'q1', '--if-empty', '-u')).toEqual([
        `Deleting queue 'q1' on vhost '${vhost}' ...`,
        'Queue was successfully deleted with 0 ready messages',
      ])
      await fail(target.httpUrl, ['-p', vhost, 'purge_queue', 'q1'], 69, 'not_found')
      await fail(target.httpUrl, ['-p', vhost, 'delete_queue', 'q1'], 64, 'Queue not found')
      await fail(target.httpUrl, ['-p', vhost, 'delete_queue', '..'], 65, "the name '..' cannot be part of a URL")
      await ctl('declare', 'exchange', 'name=x1', 'type=fanout')
      await ctl('declare', 'queue', 'name=q1')
      await ctl('declare', 'binding', 'source=x1', 'destination=q1')
      expect(await ctl('delete', 'binding', 'source=x1', 'destination=q1', 'destination_type=queue')).toEqual([
        'binding deleted',
      ])
      expect(await ctl('delete', 'exchange', 'name=x1')).toEqual(['exchange deleted'])
      await fail(target.httpUrl, ['-p', vhost, 'delete', 'exchange', 'name=x1'], 69, 'was answered with 404')
    })
  })

  it('publishes and fetches messages', async () => {
    await inVhost(async (ctl, vhost) => {
      await ctl('declare', 'queue', 'name=q1')
      const properties = 'properties={"delivery_mode":2,"headers":{"a":1}}'
      expect(await ctl('publish', 'routing_key=q1', 'payload=hello', properties)).toEqual(['Message published'])
      expect(await ctl('publish', 'routing_key=nosuch', 'payload=x')).toEqual(['Message published but NOT routed'])
      const got = await ctl('get', 'queue=q1')
      expect(got[1]).toMatch(/^\| routing_key \| exchange \| message_count \| payload \| payload_bytes \|/)
      expect(got[3]).toMatch(/^\| q1 +\| +\| 0 +\| hello +\| 5 +\| string +\| \{.*"delivery_mode":2.*\} \| false +\|$/)
      const file = join(HOME, uniqueName('payload'))
      await ctl('get', 'queue=q1', 'ackmode=ack_requeue_false', `payload_file=${file}`)
      expect(readFileSync(file, 'utf8')).toBe('hello')
      const published = ['-p', vhost, 'publish', 'routing_key=q1']
      await succeed(target.httpUrl, published, { input: 'of standard input' })
      expect(await ctl('get', 'queue=q1', '-f', 'tsv')).toContainEqual(expect.stringContaining('\tof standard input\t'))
      await fail(target.httpUrl, ['-p', vhost, 'delete_queue', 'q1', '--if-empty'], 64, 'Queue is not empty')
      await fail(target.httpUrl, ['-p', vhost, 'get', 'queue=nosuch'], 69, /nosuch/)
    })
  })

  it('exports definitions and imports them', async () => {
    await inVhost(async (ctl, vhost) => {
      await ctl('declare', 'queue', 'name=q1', 'arguments={"x-max-length":5}')
      const [all, own] = [join(HOME, uniqueName('all')), join(HOME, uniqueName('own'))]
      expect(await ctl('export_definitions', all)).toEqual([`Exporting definitions in JSON to a file at "${all}" ...`])
      const definitions = JSON.parse(readFileSync(all, 'utf8'))
      expect(definitions.queues).toContainEqual(expect.objectContaining({ name: 'q1', vhost }))
      const [text] = await ctl('export_definitions', '-')
      expect(Object.keys(JSON.parse(text)).sort()).toEqual(Object.keys(definitions).sort())
      expect(await ctl('export', own)).toEqual([`Exported definitions for 127.0.0.1 to "${own}"`])
      await ctl('delete_queue', 'q1')
      expect(await ctl('import', own)).toEqual([`Imported definitions from "${own}" to 127.0.0.1`])
      expect(await ctl('-s', 'list_queues', 'name')).toEqual(['q1'])
      await ctl('delete_queue', 'q1')
      const queues = [{ name: 'q2', vhost, durable: true, auto_delete: false, arguments: {} }]
      writeFileSync(own, JSON.stringify({ queues }))
      expect(await ctl('import_definitions', own)).toEqual([
        `Importing definitions in JSON from a file at "${own}" ...`,
      ])
      await succeed(target.httpUrl, ['import_definitions', '-'], { input: JSON.stringify({ queues }) })
      expect(await ctl('-s', 'list_queues', 'name')).toEqual(['q2'])
    })
  })

  it('says what is wrong with a file of definitions', async () => {
    const missing = join(HOME, 'no', 'file')
    await fail(target.httpUrl, ['import_definitions', missing], 65, `File ${missing} does not exist`)
    await fail(target.httpUrl, ['export_definitions', missing], 65, /Directory .* does not exist/)
    await fail(target.httpUrl, ['import_definitions', '-'], 65, 'Failed to parse - as JSON', { input: '{' })
    await fail(target.httpUrl, ['import_definitions', '-'], 65, 'it holds no object', { input: '[]' })
  })

  it('lists and closes connections, channels and consumers', async () => {
    await inVhost(async (ctl, vhost) => {
      await using peer = await target.openConnection({ virtualHost: vhost })
      await peer.call(1, 'channel.open')
      await peer.call(1, 'queue.declare', { queue: 'q1' })
      await peer.call(1, 'basic.consume', { queue: 'q1', consumerTag: 'tag-1', arguments: { 'x-priority': 5 } })
      let [name]: readonly string[] = []
      await eventually(async () => {
        const lines = await ctl('-s', 'list_connections', 'vhost', 'name', 'user', 'protocol', 'state')
        const line = lines.find((candidate) => candidate.startsWith(`${vhost}\t`) && candidate.endsWith('\trunning'))
        expect(line ?? '\tguest\t{0,9,1}').toContain('\tguest\t{0,9,1}')
        name = line?.split('\t')[1] ?? ''
        return name !== ''
      }, 'the connection in the listing')
      expect(name).toMatch(/^127\.0\.0\.1:\d+ -> 127\.0\.0\.1:\d+$/)
      await eventually(async () => {
        const lines = await ctl('-s', 'list_channels', 'name', 'vhost', 'number', 'consumer_count')
        return lines.includes(`${name} (1)\t${vhost}\t1\t1`)
      }, 'the channel in the listing')
      await eventually(async () => {
        const lines = await ctl('list_consumers')
        return lines.at(-1) === `q1\t${name} (1)\ttag-1\ttrue\t0\ttrue\t[{"x-priority",5}]`
      }, 'the consumer in the listing')
      await fail(target.httpUrl, ['-p', vhost, 'delete_queue', 'q1', '--if-unused'], 64, 'Queue is in use')
      expect(await ctl('close_connection', name, 'bye')).toEqual([`Closing connection ${name}, reason: bye...`])
      expect(await peer.outcome()).toContain('320 CONNECTION_FORCED - bye')
      // One that is gone is closed.
      await ctl('close_connection', name, 'bye')
    })
  })

  it('closes all connections of a vhost or user', async () => {
    await inVhost(async (ctl, vhost) => {
      const listed = async (count: number) => {
        await eventually(async () => {
          const lines = await ctl('-s', 'list_connections', 'vhost')
          return lines.filter((line) => line === vhost).length === count
        }, `${count} connections in the listing`)
      }
      await using first = await target.openConnection({ virtualHost: vhost })
      await listed(1)
      expect(await ctl('close_all_connections', '--limit', '5', 'bye')).toEqual([
        `Closing all connections in vhost ${vhost}, reason: bye...`,
        'Closed 1 connections',
      ])
      expect(await first.outcome()).toContain('320 CONNECTION_FORCED - bye')
      const user = uniqueName('user')
      expect(await ctl('close_all_user_connections', user, 'bye')).toEqual([
        `Closing connections of user ${user}, reason: bye...`,
      ])
      await using second = await target.openConnection({ virtualHost: vhost })
      await eventually(async () => {
        const [line] = (await ctl('-s', 'list_connections', 'vhost', 'name')).filter((text) => text.startsWith(vhost))
        if (line === undefined) return false
        expect(await ctl('close', 'connection', `name=${line.split('\t')[1]}`)).toEqual(['connection closed'])
        return true
      }, 'the second connection in the listing')
      expect(await second.outcome()).toContain('320 CONNECTION_FORCED')
    })
  })

  it('prints names from clients so that a terminal obeys none of them', async () => {
    await inVhost(async (ctl) => {
      await ctl('declare', 'queue', 'name=a\u001b[2Jb\tc')
      const { lines } = await amqpctl(target.httpUrl, ['-s', 'list_queues', 'name', '-p', uniqueName('nosuch')])
      expect(lines).toEqual([])
      expect(await ctl('-s', 'list_queues', 'name')).toEqual(['a\\x1b[2Jb\\tc'])
    })
  })
})
