/** Single messages, routes, taps and events: what RabbitMQ's HTTP API does not have. */

import { eventually, startProgram, within } from '@warrenmq/testkit'
import { expect, it } from 'vitest'
import { amqpctl, environmentOf, fail, onEachBroker, PROGRAM, succeed, uniqueName } from './support.ts'

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

  it.runIf(target.isRabbit)('says that a RabbitMQ has no such endpoint', async () => {
    await inVhost(async (ctl, vhost) => {
      await ctl('declare', 'queue', 'name=q')
      const commands = [
        ['messages', 'browse', 'q'],
        ['messages', 'show', 'q', '1'],
        ['messages', 'delete', 'q', '1'],
        ['messages', 'move', 'q', '1', '--to', 'q'],
        ['messages', 'move', 'q', '--all', '--to', 'q'],
        ['messages', 'redrive', 'q'],
        ['route', 'explain', 'amq.topic', 'a'],
        ['tap', 'exchange', 'amq.topic'],
        ['tap', 'queue', 'q'],
        ['events'],
      ]
      for (const command of commands) {
        const says =
          /^Error:\n\S+ is RabbitMQ 3\.\S+, which has no such endpoint: this command works with WarrenMQ only\n$/
        await fail(target.httpUrl, ['-p', vhost, ...command], 69, says)
      }
    })
  })

  if (target.isRabbit) return

  /** The numbers of a queue's messages and their payloads. */
  async function payloads(ctl: (...args: string[]) => Promise<readonly string[]>, queue: string) {
    const [text] = await ctl('messages', 'browse', queue, '--formatter', 'json')
    return (JSON.parse(text) as { id: number; payload: string }[]).map(({ id, payload }) => ({ id, payload }))
  }

  it('browses, shows and deletes messages', async () => {
    await inVhost(async (ctl, vhost) => {
      await ctl('declare', 'queue', 'name=q')
      expect(await ctl('messages', 'browse', 'q')).toEqual([`Browsing messages of queue 'q' in vhost '${vhost}' ...`])
      await ctl('publish', 'routing_key=q', 'payload=one', 'properties={"headers":{"k":"v"}}')
      await ctl('publish', 'routing_key=q', 'payload=two\n\u001b[31m')
      await ctl('publish', 'routing_key=q', 'payload=three')
      const [first, second, third] = await payloads(ctl, 'q')
      expect([first.payload, second.payload, third.payload]).toEqual(['one', 'two\n\u001b[31m', 'three'])
      expect(await ctl('-q', 'messages', 'browse', 'q', '--count', '2')).toEqual([
        'id\tstate\tredelivered\texchange\trouting_key\tpayload_bytes\tproperties\tpayload',
        `${first.id}\tready\tfalse\t\tq\t3\t{"headers":{"k":"v"}}\tone`,
        `${second.id}\tready\tfalse\t\tq\t9\t{}\ttwo\\n\\x1b[31m`,
      ])
      const more = await ctl('messages', 'browse', 'q', '--count', '2')
      expect(more.at(-1)).toBe(`There are more: go on with --after ${second.id}`)
      const rest = await ctl('-s', 'messages', 'browse', 'q', '--after', `${second.id}`)
      expect(rest.map((line) => line.split('\t')[0])).toEqual([`${third.id}`])
      const found = async (...search: string[]) => (await ctl('-s', 'messages', 'browse', 'q', ...search)).length
      expect(await found('--header', 'k=v')).toBe(1)
      expect(await found('--header', 'k=w')).toBe(0)
      expect(await found('--search', 't')).toBe(2)
      expect(await found('--payload', 'thr')).toBe(1)
      expect(await ctl('messages', 'show', 'q', `${second.id}`)).toEqual(
        expect.arrayContaining([`id: ${second.id}`, 'state: ready', 'payload:', 'two', '\\x1b[31m']),
      )
      expect(await ctl('messages', 'delete', 'q', `${first.id}`, `${third.id}`)).toEqual([
        `Deleting messages of queue 'q' in vhost '${vhost}' ...`,
        'Deleted 2 messages',
      ])
      const absent = ['-p', vhost, 'messages', 'delete', 'q', `${first.id}`, `${second.id}`]
      await fail(target.httpUrl, absent, 69, `has no message ${first.id}\n`)
      expect(await payloads(ctl, 'q')).toEqual([])
    })
  })

  it('says what is wrong with a question about messages', async () => {
    await inVhost(async (ctl, vhost) => {
      await ctl('declare', 'queue', 'name=q')
      const refused = (args: string[], exitCode: number, message: string) =>
        fail(target.httpUrl, ['-p', vhost, 'messages', ...args], exitCode, message)
      await refused(['show', 'q', '7'], 69, 'has no message 7')
      await refused(['show', 'q'], 64, 'not enough arguments')
      await refused(['show', 'q', 'x'], 65, "'x' is no number of a message")
      await refused(['browse', 'nosuch'], 69, `There is no queue 'nosuch' in vhost '${vhost}'`)
      await refused(['browse', 'q', '--state', 'x'], 65, '--state x; it takes ready, unacked, all')
      await refused(['browse', 'q', '--count', '0'], 65, '--count 0')
      await refused(['look', 'q'], 65, "action 'look' is none of")
    })
  })

  it('shows who holds a message', async () => {
    await inVhost(async (ctl, vhost) => {
      await ctl('declare', 'queue', 'name=q')
      await ctl('publish', 'routing_key=q', 'payload=held')
      await using peer = await target.openConnection({ virtualHost: vhost })
      await peer.call(1, 'channel.open')
      await peer.call(1, 'basic.consume', { queue: 'q', consumerTag: 'tag-1' })
      let id = ''
      await eventually(async () => {
        const [line] = await ctl('-s', 'messages', 'browse', 'q', '--state', 'unacked')
        id = line?.split('\t')[0] ?? ''
        return id !== ''
      }, 'the message among those that are held')
      const lines = await ctl('messages', 'show', 'q', id)
      expect(lines).toContainEqual(
        expect.stringMatching(/^held by: .* \(1\), user guest, consumer tag-1, delivery tag 1$/),
      )
      expect(lines).toContainEqual(expect.stringMatching(/^delivered: between 20\S+Z and 20\S+Z$/))
    })
  })

  it('moves messages', async () => {
    await inVhost(async (ctl, vhost) => {
      for (const name of ['a', 'b']) await ctl('declare', 'queue', `name=${name}`)
      await ctl('declare', 'exchange', 'name=x', 'type=topic')
      await ctl('declare', 'binding', 'source=x', 'destination=b', 'routing_key=k')
      for (const payload of ['one', 'two', 'three', 'four']) {
        await ctl('publish', 'routing_key=a', `payload=${payload}`)
      }
      const [one] = await payloads(ctl, 'a')
      expect(await ctl('messages', 'move', 'a', `${one.id}`, '999', '--to', 'b')).toEqual([
        `Moving messages of queue 'a' in vhost '${vhost}' to queue 'b' ...`,
        'Moved 1 messages, 1 were not there',
      ])
      const published = ['--exchange', 'x', '--routing-key', 'k']
      expect(await ctl('-q', 'messages', 'move', 'a', '--search', 'two', ...published)).toEqual(['Moved 1 messages'])
      expect((await payloads(ctl, 'b')).map(({ payload }) => payload)).toEqual(['one', 'two'])
      // Into itself: what comes behind is left, so that it ends.
      expect(await ctl('-q', 'messages', 'move', 'a', '--all', '--to', 'a')).toEqual(['Moved 2 messages'])
      const json = ['messages', 'move', 'a', '--all', '--count', '1', '--to', 'b', '--formatter', 'json']
      expect(await ctl(...json)).toEqual(['{"result":"ok","moved":1,"gone":0,"refused":0}'])
      expect((await payloads(ctl, 'a')).map(({ payload }) => payload)).toEqual(['four'])
      const refused = (args: string[], exitCode: number, message: string) =>
        fail(target.httpUrl, ['-p', vhost, 'messages', 'move', ...args], exitCode, message)
      await refused(['a', '--all', '--exchange', 'x', '--routing-key', 'nosuch'], 69, 'would reach no queue')
      await refused(['a', '--all', '--to', 'nosuch'], 69, 'nosuch')
      await refused(['nosuch', '--all', '--to', 'a'], 69, "There is no queue 'nosuch'")
      await refused(['a', '--all'], 64, 'Where messages are moved')
      await refused(['a', '--to', 'b'], 64, 'Which messages are moved')
      await refused(['a', '1', '--all', '--to', 'b'], 64, 'Which messages are moved')
      await refused(['a', '--all', '--to', 'b', '--routing-key', 'k'], 64, '--routing-key goes with --exchange')
    })
  })

  it('sends dead letters back', async () => {
    await inVhost(async (ctl, vhost) => {
      await ctl('declare', 'queue', 'name=dead')
      const dying = '{"x-dead-letter-exchange":"","x-dead-letter-routing-key":"dead","x-max-length":1}'
      await ctl('declare', 'queue', 'name=q', `arguments=${dying}`)
      for (const payload of ['one', 'two', 'three']) await ctl('publish', 'routing_key=q', `payload=${payload}`)
      await ctl('publish', 'routing_key=dead', 'payload=alive')
      expect((await payloads(ctl, 'dead')).map(({ payload }) => payload)).toEqual(['one', 'two', 'alive'])
      await ctl('purge_queue', 'q')
      expect(await ctl('messages', 'redrive', 'dead', '--count', '1')).toEqual([
        `Sending messages of queue 'dead' in vhost '${vhost}' back to where they died ...`,
        'queue\tmessages',
        'q\t1',
        'Sent back 1 messages',
      ])
      expect((await payloads(ctl, 'q')).map(({ payload }) => payload)).toEqual(['one'])
      await ctl('purge_queue', 'q')
      expect(await ctl('-s', 'messages', 'redrive', 'dead', '--rate', '50')).toEqual([
        'q\t1',
        'Sent back 1 messages, 1 were no dead letters',
      ])
      expect(await ctl('messages', 'redrive', 'dead', '--formatter', 'json')).toEqual([
        '{"result":"ok","redriven":0,"queues":{},"not_dead_lettered":1,"queue_gone":0,"refused":0}',
      ])
      await fail(target.httpUrl, ['-p', vhost, 'messages', 'redrive', 'nosuch'], 69, "There is no queue 'nosuch'")
      await fail(target.httpUrl, ['-p', vhost, 'messages', 'redrive', 'dead', '--by', 'x'], 65, 'it takes last, first')
    })
  })

  it('explains a route', async () => {
    await inVhost(async (ctl, vhost) => {
      await ctl('declare', 'queue', 'name=q')
      await ctl('declare', 'exchange', 'name=x', 'type=topic', 'arguments={"alternate-exchange":"rest"}')
      await ctl('declare', 'exchange', 'name=rest', 'type=fanout')
      await ctl('declare', 'exchange', 'name=h', 'type=headers')
      await ctl('declare', 'binding', 'source=x', 'destination=h', 'destination_type=exchange', 'routing_key=a.*')
      await ctl('declare', 'binding', 'source=h', 'destination=q', 'arguments={"x-match":"all","n":5,"r":"eu"}')
      const headers = ['--header', 'n=5', '--header', 'r=eu']
      expect(await ctl('route', 'explain', 'x', 'a.b', ...headers)).toEqual([
        `Explaining the route of 'a.b' from exchange 'x' in vhost '${vhost}' ...`,
        "exchange 'x' (topic)",
        "  binding 'a.*' matches 'a.b' -> exchange 'h'",
        "exchange 'h' (headers)",
        expect.stringMatching(/^ {2}binding '' with \{.*"n":5.*\} matches 'a\.b' -> queue 'q'$/),
        'Queues: q',
      ])
      const lost = await ctl('-q', 'route', 'explain', 'x', 'b')
      expect(lost).toContain("  no binding matches -> alternate exchange 'rest'")
      expect(lost.at(-1)).toBe('It reaches no queue: it would be dropped, or returned when it is mandatory.')
      const [json] = await ctl('route', 'explain', '', 'q', '--formatter', 'json')
      expect(JSON.parse(json)).toMatchObject({ routed: true, queues: ['q'] })
      const refused = (args: string[], exitCode: number, message: string) =>
        fail(target.httpUrl, ['-p', vhost, 'route', ...args], exitCode, message)
      await refused(['explain', 'nosuch', 'a'], 69, 'nosuch')
      await refused(['explain', 'x', 'a', '--header', 'n'], 65, '--header n; it takes name=value')
      await refused(['show', 'x', 'a'], 65, "action 'show' is none of explain")
    })
  })

  /** Starts a command that goes on until it is stopped. */
  function start(...args: string[]) {
    return startProgram(process.execPath, [PROGRAM, ...args], environmentOf(target.httpUrl))
  }

  it('shows what passes an exchange, until Ctrl+C', async () => {
    await inVhost(async (ctl, vhost) => {
      await ctl('declare', 'queue', 'name=q')
      await ctl('declare', 'exchange', 'name=x', 'type=topic')
      await using tap = start('-p', vhost, 'tap', 'exchange', 'x', '--routing-key', 'a.#', '--header', 'k=v')
      await tap.line((line) => line === `Watching exchange 'x' in vhost '${vhost}'; Ctrl+C ends it ...`)
      const publish = (key: string) =>
        ctl('publish', 'exchange=x', `routing_key=${key}`, `payload=of ${key}`, 'properties={"headers":{"k":"v"}}')
      await publish('b')
      await publish('a.b')
      expect(await tap.line()).toBe('time\texchange\trouting_key\tpayload_bytes\tproperties\tpayload')
      expect(await tap.line()).toMatch(/^20\S+Z\tx\ta\.b\t6\t\{"headers":\{"k":"v"\}\}\tof a\.b$/)
      tap.signal('SIGINT')
      expect(await within(tap.exited, 'the end of the tap')).toBe(0)
      expect(tap.lines.at(-1)).toMatch(/^Shown: 1 messages/)
      await fail(target.httpUrl, ['-p', vhost, 'tap', 'exchange', 'nosuch'], 69, 'nosuch')
    })
  })

  it('shows so many messages that come to a queue', async () => {
    await inVhost(async (ctl, vhost) => {
      await ctl('declare', 'queue', 'name=q')
      const watched = start('-p', vhost, 'tap', 'queue', 'q', '--count', '2')
      await using tap = watched
      await tap.line((line) => line.startsWith('Watching queue'))
      for (const payload of ['one', 'two']) await ctl('publish', 'routing_key=q', `payload=${payload}`)
      expect(await within(tap.exited, 'the end of the tap')).toBe(0)
      expect(tap.lines.filter((line) => line.includes('\tq\t'))).toHaveLength(2)
      expect(tap.errorText).toBe('')
      await using json = start('-p', vhost, '--formatter', 'json', 'tap', 'queue', 'q', '--count', '1')
      await eventually(async () => {
        await ctl('publish', 'routing_key=q', 'payload=three')
        return json.lines.length > 0
      }, 'a message in JSON')
      expect(JSON.parse(json.lines[0])).toMatchObject({
        payload: 'three',
        routing_key: 'q',
        payload_encoding: 'string',
      })
      expect((await payloads(ctl, 'q')).length).toBeGreaterThanOrEqual(3)
      await fail(
        target.httpUrl,
        ['-p', vhost, 'tap', 'queue', 'nosuch'],
        69,
        `There is no queue 'nosuch' in vhost '${vhost}'`,
      )
      await fail(target.httpUrl, ['-p', vhost, 'tap', 'queue', 'q', '--rate', '0'], 69, 'rate')
      await fail(target.httpUrl, ['-p', vhost, 'tap', 'vhost', 'q'], 65, "kind 'vhost' is none of exchange, queue")
    })
  })

  it('prints events', async () => {
    await inVhost(async (ctl, vhost) => {
      await using events = start('events', '--pattern', 'queue.*')
      const name = uniqueName('q')
      // Declared again and again: nothing tells that the stream is open.
      await eventually(async () => {
        await ctl('declare', 'queue', `name=${name}`)
        await ctl('delete', 'queue', `name=${name}`)
        return events.lines.some((line) => line.includes(name))
      }, 'an event of the queue')
      const event = JSON.parse(events.lines.find((line) => line.includes(name)) ?? '')
      expect(event).toMatchObject({ event: expect.stringMatching(/^queue\./), name, vhost })
      events.signal('SIGTERM')
      expect(await within(events.exited, 'the end of the events')).toBe(0)
      const { exitCode } = await amqpctl(target.httpUrl, ['events', '--duration', '1'])
      expect(exitCode).toBe(0)
      await fail(target.httpUrl, ['events', '--pattern', 'nosuch.*'], 69, "no event is called 'nosuch.*'")
    })
  })
})
