/** Messages that died and where they go: `x-dead-letter-exchange`, and the headers they get. */

import { type FieldTable, type TypedTable, type TypedValue, toPlainTable, typed } from '@warrenmq/codec'
import type { RawPeer, Target } from '@warrenmq/testkit'
import { describe, expect, it } from 'vitest'
import { bind, declareExchange, declareQueue, drain, get, onEachBroker, sendTo, untilReady } from './support.ts'

/** A queue whose dead letters go to `deadTo` by the default exchange. */
const withDeadLetters = (peer: RawPeer, deadTo: string, args: FieldTable = {}) =>
  declareQueue(peer, '', {
    arguments: { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': deadTo, ...args },
  })

/** Rejects the next message of a queue. */
async function rejectNext(peer: RawPeer, queue: string): Promise<void> {
  await untilReady(peer, queue, 1)
  const message = await get(peer, queue, { noAck: false })
  peer.send(1, 'basic.reject', { deliveryTag: message?.args.deliveryTag ?? 0 })
}

/** Takes the only message, once it is there. */
async function takeOne(peer: RawPeer, queue: string) {
  await untilReady(peer, queue, 1)
  const message = await get(peer, queue)
  if (message === undefined) throw new Error('no message')
  return message
}

/** `name:tag=value` of every field, in order; the time says only that it is one. */
function describeDeath(entry: TypedValue): string[] {
  return Object.entries(entry.value as TypedTable).map(([name, { tag, value }]) => {
    if (tag === 'T') return `${name}:T`
    const text = tag === 'A' ? (value as TypedValue[]).map((item) => `${item.tag}=${item.value}`).join(' ') : value
    return `${name}:${tag}=${text}`
  })
}

const deathsOf = (headers: TypedTable = {}) => (headers['x-death'].value as TypedValue[]).map(describeDeath)

/** Names of headers, but for those that RabbitMQ 3.10 does not have. */
const namesOf = (headers: TypedTable | undefined) =>
  Object.keys(headers ?? {}).filter((name) => !name.startsWith('x-last-death'))

let names = 0
const unique = (name: string, target: Target) => `${name}-${target.isRabbit}-${process.pid}-${names++}`

onEachBroker((target) => {
  describe('a message', () => {
    it('that is rejected is dead-lettered', async () => {
      await using peer = await target.openChannel()
      const dead = await declareQueue(peer)
      const queue = await withDeadLetters(peer, dead)
      sendTo(peer, queue, 'a')
      await rejectNext(peer, queue)
      const { headers } = (await takeOne(peer, dead)).properties
      expect(deathsOf(headers)).toEqual([
        ['count:l=1', 'reason:S=rejected', `queue:S=${queue}`, 'time:T', 'exchange:S=', `routing-keys:A=S=${queue}`],
      ])
      expect(namesOf(headers)).toEqual([
        'x-death',
        'x-first-death-exchange',
        'x-first-death-queue',
        'x-first-death-reason',
      ])
      const { 'x-death': _deaths, ...rest } = toPlainTable(headers ?? {})
      const last = target.isRabbit
        ? {}
        : { 'x-last-death-exchange': '', 'x-last-death-queue': queue, 'x-last-death-reason': 'rejected' }
      expect(rest).toEqual({
        'x-first-death-exchange': '',
        'x-first-death-queue': queue,
        'x-first-death-reason': 'rejected',
        ...last,
      })
    })

    it('that is nacked with others is dead-lettered with them, in order', async () => {
      await using peer = await target.openChannel()
      const dead = await declareQueue(peer)
      const queue = await withDeadLetters(peer, dead)
      for (let i = 0; i < 50; i++) sendTo(peer, queue, `${i}`)
      await untilReady(peer, queue, 50)
      for (let i = 0; i < 50; i++) await get(peer, queue, { noAck: false })
      peer.send(1, 'basic.nack', { deliveryTag: 0, multiple: true })
      await untilReady(peer, dead, 50)
      expect(await drain(peer, dead)).toEqual(Array.from({ length: 50 }, (_, i) => `${i}`))
    })

    it('that expires by itself loses its expiration and remembers it', async () => {
      await using peer = await target.openChannel()
      const dead = await declareQueue(peer)
      const queue = await withDeadLetters(peer, dead)
      sendTo(peer, queue, 'a', { expiration: '10', priority: 7, deliveryMode: 2, messageId: 'm', timestamp: 5 })
      const { properties } = await takeOne(peer, dead)
      expect(deathsOf(properties.headers)).toEqual([
        [
          'count:l=1',
          'reason:S=expired',
          `queue:S=${queue}`,
          'time:T',
          'exchange:S=',
          `routing-keys:A=S=${queue}`,
          'original-expiration:S=10',
        ],
      ])
      const { headers: _headers, ...rest } = properties
      expect(rest).toEqual({ priority: 7, deliveryMode: 2, messageId: 'm', timestamp: 5 })
    })

    it.each([
      { what: 'expires with its queue', args: { 'x-message-ttl': 0 }, reason: 'expired' },
      { what: 'is too many', args: { 'x-max-length': 0 }, reason: 'maxlen' },
      { what: 'is refused', args: { 'x-max-length': 0, 'x-overflow': 'reject-publish-dlx' }, reason: 'maxlen' },
    ])('that $what is dead-lettered as $reason', async ({ args, reason }) => {
      await using peer = await target.openChannel()
      const dead = await declareQueue(peer)
      const queue = await withDeadLetters(peer, dead, args)
      for (const body of ['a', 'b']) sendTo(peer, queue, body)
      await untilReady(peer, dead, 2)
      const message = await get(peer, dead)
      expect(message?.body.toString()).toBe('a')
      expect(deathsOf(message?.properties.headers)[0][1]).toBe(`reason:S=${reason}`)
    })

    it('that is refused with reject-publish is not dead-lettered, nor what is purged or deleted with its queue', async () => {
      await using peer = await target.openChannel()
      const dead = await declareQueue(peer)
      const full = await withDeadLetters(peer, dead, { 'x-max-length': 0, 'x-overflow': 'reject-publish' })
      sendTo(peer, full, 'refused')
      const queue = await withDeadLetters(peer, dead)
      sendTo(peer, queue, 'purged')
      await untilReady(peer, queue, 1)
      await peer.call(1, 'queue.purge', { queue })
      for (const body of ['deleted', 'in hand']) sendTo(peer, queue, body)
      await untilReady(peer, queue, 2)
      await get(peer, queue, { noAck: false })
      await peer.call(1, 'queue.delete', { queue })
      peer.send(1, 'basic.nack', { deliveryTag: 0, multiple: true })
      const witness = await withDeadLetters(peer, dead, { 'x-message-ttl': 0 })
      sendTo(peer, witness, 'witness')
      expect((await takeOne(peer, dead)).body.toString()).toBe('witness')
      expect(await drain(peer, dead)).toEqual([])
    })

    it('goes with its own routing keys and those of CC without a key to replace them', async () => {
      await using peer = await target.openChannel()
      const exchange = await declareExchange(peer, unique('dlx', target), 'direct')
      const queue = await declareQueue(peer, '', { arguments: { 'x-dead-letter-exchange': exchange } })
      const [own, copied, blind] = [await declareQueue(peer), await declareQueue(peer), await declareQueue(peer)]
      await bind(peer, own, exchange, queue)
      await bind(peer, copied, exchange, 'copied')
      await bind(peer, blind, exchange, 'blind')
      sendTo(peer, queue, 'a', { headers: { CC: ['copied'], BCC: ['blind'] } })
      await rejectNext(peer, queue)
      for (const name of [own, copied]) {
        const { args, properties } = await takeOne(peer, name)
        expect([args.exchange, args.routingKey]).toEqual([exchange, queue])
        expect(deathsOf(properties.headers)[0][5]).toBe(`routing-keys:A=S=${queue} S=copied`)
        expect(namesOf(properties.headers)).toContain('CC')
      }
      // Here a message forgets its BCC keys once it is routed.
      expect(await drain(peer, blind)).toEqual(target.isRabbit ? ['a'] : [])
    })

    it('goes with the key that replaces them, and without CC then', async () => {
      await using peer = await target.openChannel()
      const [dead, copied] = [await declareQueue(peer), await declareQueue(peer)]
      const queue = await withDeadLetters(peer, dead)
      sendTo(peer, queue, 'a', { headers: { CC: [copied], other: 1 } })
      await rejectNext(peer, queue)
      const { args, properties } = await takeOne(peer, dead)
      expect([args.exchange, args.routingKey]).toEqual(['', dead])
      expect(deathsOf(properties.headers)[0][5]).toBe(`routing-keys:A=S=${queue} S=${copied}`)
      expect(namesOf(properties.headers)).not.toContain('CC')
      expect(await drain(peer, copied)).toEqual(['a'])
    })

    // RabbitMQ ends the consumer's connection with 541.
    it.skipIf(target.isRabbit)('shows as much of a long routing key as a short string holds', async () => {
      await using peer = await target.openChannel()
      const dead = await declareQueue(peer)
      await bind(peer, dead, 'amq.fanout')
      const queue = await declareQueue(peer, '', {
        arguments: {
          'x-dead-letter-exchange': 'amq.fanout',
          'x-dead-letter-routing-key': `${'k'.repeat(254)}é and more`,
          'x-max-length': 0,
        },
      })
      sendTo(peer, queue, 'a')
      expect((await takeOne(peer, dead)).args.routingKey).toBe('k'.repeat(254))
    })

    it('is dropped when the exchange is missing or leads nowhere', async () => {
      await using peer = await target.openChannel()
      const dead = await declareQueue(peer)
      for (const exchange of ['nosuch', 'amq.fanout']) {
        const queue = await declareQueue(peer, '', {
          arguments: { 'x-dead-letter-exchange': exchange, 'x-max-length': 0 },
        })
        sendTo(peer, queue, 'lost')
      }
      const queue = await withDeadLetters(peer, dead, { 'x-max-length': 0 })
      sendTo(peer, queue, 'a')
      expect((await takeOne(peer, dead)).body.toString()).toBe('a')
    })

    it('reaches an internal exchange, and an alternate one', async () => {
      await using peer = await target.openChannel()
      const alternate = await declareExchange(peer, unique('ae', target), 'fanout', { internal: true })
      const dlx = unique('dlx', target)
      await peer.call(1, 'exchange.declare', {
        exchange: dlx,
        type: 'direct',
        internal: true,
        arguments: { 'alternate-exchange': alternate },
      })
      const dead = await declareQueue(peer)
      await bind(peer, dead, alternate)
      const queue = await declareQueue(peer, '', {
        arguments: { 'x-dead-letter-exchange': dlx, 'x-message-ttl': 0 },
      })
      sendTo(peer, queue, 'a')
      const { args } = await takeOne(peer, dead)
      expect(args.exchange).toBe(dlx)
      await peer.call(1, 'exchange.delete', { exchange: dlx })
    })

    it('is routed by the headers it gets', async () => {
      await using peer = await target.openChannel()
      const exchange = await declareExchange(peer, unique('headers', target), 'headers')
      const dead = await declareQueue(peer)
      await bind(peer, dead, exchange, '', { 'x-match': 'all-with-x', 'x-first-death-reason': 'maxlen', own: 1 })
      const queue = await declareQueue(peer, '', {
        arguments: { 'x-dead-letter-exchange': exchange, 'x-max-length': 0 },
      })
      sendTo(peer, queue, 'no')
      sendTo(peer, queue, 'yes', { headers: { own: 1 } })
      expect((await takeOne(peer, dead)).body.toString()).toBe('yes')
    })

    it('keeps its body and the exact types of its headers', async () => {
      await using peer = await target.openChannel()
      const dead = await declareQueue(peer)
      const queue = await withDeadLetters(peer, dead, { 'x-max-length': 0 })
      const headers: FieldTable = {
        a: typed('b', -1),
        b: typed('s', 300),
        c: typed('l', 2n ** 62n),
        // RabbitMQ's own decoder fails on it and takes the queue down.
        d: typed('d', target.isRabbit ? -0 : Number.NaN),
        e: typed('f', 0.5),
        f: typed('D', { scale: 2, value: 12345 }),
        g: typed('x', Buffer.of(0, 255)),
        h: typed('T', 2n ** 60n),
        i: typed('S', Buffer.of(255, 254)),
        z: { nested: [1, { deep: null }] },
      }
      const body = Buffer.alloc(200_000, 'x')
      sendTo(peer, queue, body, { headers })
      const message = await takeOne(peer, dead)
      expect(message.body.equals(body)).toBe(true)
      const { z: _table, ...flat } = headers
      expect(message.properties.headers).toMatchObject(flat)
      expect(toPlainTable(message.properties.headers ?? {})).toMatchObject({ z: { nested: [1, { deep: null }] } })
    })
  })

  describe('x-death', () => {
    it('counts deaths in one queue for one reason, newest place first', async () => {
      await using peer = await target.openChannel()
      const names = [unique('work', target), unique('wait', target)]
      const work = await declareQueue(peer, names[0], {
        arguments: { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': names[1] },
      })
      const wait = await declareQueue(peer, names[1], {
        arguments: { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': names[0], 'x-message-ttl': 5 },
      })
      sendTo(peer, work, 'a')
      for (let i = 0; i < 3; i++) await rejectNext(peer, work)
      const { headers } = (await takeOne(peer, work)).properties
      expect(deathsOf(headers)).toEqual([
        ['count:l=3', 'exchange:S=', `queue:S=${wait}`, 'reason:S=expired', `routing-keys:A=S=${wait}`, 'time:T'],
        ['count:l=3', 'exchange:S=', `queue:S=${work}`, 'reason:S=rejected', `routing-keys:A=S=${work}`, 'time:T'],
      ])
      expect(toPlainTable(headers ?? {})).toMatchObject({
        'x-first-death-queue': work,
        'x-first-death-reason': 'rejected',
      })
    })

    it('that a client sent is continued', async () => {
      await using peer = await target.openChannel()
      const dead = await declareQueue(peer)
      const queue = await withDeadLetters(peer, dead, { 'x-max-length': 0 })
      const mine = { queue, reason: 'maxlen', count: typed('l', 41), mine: 'yes' }
      sendTo(peer, queue, 'a', { headers: { 'x-death': [{ queue: 'other', reason: 'expired' }, mine] } })
      const { headers } = (await takeOne(peer, dead)).properties
      expect(deathsOf(headers)[0]).toEqual(['count:l=42', 'mine:S=yes', `queue:S=${queue}`, 'reason:S=maxlen'])
      expect(deathsOf(headers)[1]).toEqual(expect.arrayContaining(['queue:S=other', 'reason:S=expired']))
      expect(namesOf(headers)).toEqual(['x-death'])
    })

    it('that is no array is replaced', async () => {
      await using peer = await target.openChannel()
      const dead = await declareQueue(peer)
      const queue = await withDeadLetters(peer, dead, { 'x-max-length': 0 })
      sendTo(peer, queue, 'a', { headers: { 'x-death': 'nonsense' } })
      const { headers } = (await takeOne(peer, dead)).properties
      expect(deathsOf(headers)[0].slice(0, 3)).toEqual(['count:l=1', 'reason:S=maxlen', `queue:S=${queue}`])
      expect(namesOf(headers)).toEqual(['x-death'])
    })
  })

  describe('a circle of dead-letter exchanges', () => {
    it.each([{ 'x-message-ttl': 0 }, { 'x-max-length': 0 }])('of one queue ends (%o)', async (args) => {
      await using peer = await target.openChannel()
      const queue = unique('self', target)
      await declareQueue(peer, queue, {
        arguments: { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': queue, ...args },
      })
      const dead = await declareQueue(peer)
      const witness = await withDeadLetters(peer, dead, { 'x-max-length': 0 })
      sendTo(peer, queue, 'a')
      sendTo(peer, witness, 'w')
      await untilReady(peer, dead, 1)
      await untilReady(peer, queue, 0)
    })

    it('of two queues ends', async () => {
      await using peer = await target.openChannel()
      const [a, b] = [unique('a', target), unique('b', target)]
      for (const [name, next] of [
        [a, b],
        [b, a],
      ]) {
        await declareQueue(peer, name, {
          arguments: { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': next, 'x-message-ttl': 5 },
        })
      }
      sendTo(peer, a, 'x')
      await untilReady(peer, a, 0)
      await untilReady(peer, b, 0)
      await untilReady(peer, a, 0)
    })

    it('of a hundred full queues passes a message on to its end', async () => {
      await using peer = await target.openChannel()
      const prefix = unique('chain', target)
      const dead = await declareQueue(peer, `${prefix}-100`)
      for (let i = 0; i < 100; i++) {
        await declareQueue(peer, `${prefix}-${i}`, {
          arguments: {
            'x-dead-letter-exchange': '',
            'x-dead-letter-routing-key': `${prefix}-${i + 1}`,
            'x-max-length': 0,
          },
        })
      }
      sendTo(peer, `${prefix}-0`, 'a')
      const { headers } = (await takeOne(peer, dead)).properties
      expect(deathsOf(headers).length).toBe(100)
    })
  })
})
