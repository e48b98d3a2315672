/** Bindings: making and removing them, and which queues a message reaches through them. */

import { type FieldTable, typed } from '@warrenmq/codec'
import { describe, expect, it } from 'vitest'
import { bind, declareExchange, declareQueue, drain, itRefuses, onEachBroker, type Refusal } from './support.ts'

const DEFAULT_EXCHANGE = 'ch 403 ACCESS_REFUSED - operation not permitted on the default exchange'

const REFUSALS: readonly Refusal[] = [
  {
    name: 'does not find the exchange',
    steps: async (peer) => {
      const queue = await declareQueue(peer)
      peer.send(1, 'queue.bind', { queue, exchange: 'nosuch' })
    },
    expected: "ch 404 NOT_FOUND - no exchange 'nosuch' in vhost '/' [queue.bind]",
  },
  {
    name: 'does not find the queue',
    steps: (peer) => peer.send(1, 'queue.bind', { queue: 'nosuch', exchange: 'amq.direct' }),
    expected: "ch 404 NOT_FOUND - no queue 'nosuch' in vhost '/' [queue.bind]",
  },
  {
    name: 'names the exchange when neither is there',
    steps: (peer) => peer.send(1, 'queue.bind', { queue: 'nosuchqueue', exchange: 'nosuch' }),
    expected: "ch 404 NOT_FOUND - no exchange 'nosuch' in vhost '/' [queue.bind]",
  },
  {
    name: 'does not find the source exchange',
    steps: (peer) => peer.send(1, 'exchange.bind', { source: 'nosuch', destination: 'amq.direct' }),
    expected: "ch 404 NOT_FOUND - no exchange 'nosuch' in vhost '/' [exchange.bind]",
  },
  {
    name: 'does not find the destination exchange',
    steps: (peer) => peer.send(1, 'exchange.bind', { source: 'amq.direct', destination: 'nosuch' }),
    expected: "ch 404 NOT_FOUND - no exchange 'nosuch' in vhost '/' [exchange.bind]",
  },
  {
    name: 'refuses to bind a queue to the default exchange',
    steps: async (peer) => peer.send(1, 'queue.bind', { queue: await declareQueue(peer), routingKey: 'key' }),
    expected: `${DEFAULT_EXCHANGE} [queue.bind]`,
  },
  {
    name: 'refuses to unbind a queue from the default exchange',
    steps: async (peer) => peer.send(1, 'queue.unbind', { queue: await declareQueue(peer), routingKey: 'key' }),
    expected: `${DEFAULT_EXCHANGE} [queue.unbind]`,
  },
  {
    name: 'refuses the default exchange as source',
    steps: (peer) => peer.send(1, 'exchange.bind', { source: '', destination: 'amq.direct' }),
    expected: `${DEFAULT_EXCHANGE} [exchange.bind]`,
  },
  {
    name: 'refuses the default exchange as destination',
    steps: (peer) => peer.send(1, 'exchange.bind', { source: 'amq.direct', destination: '' }),
    expected: `${DEFAULT_EXCHANGE} [exchange.bind]`,
  },
  {
    name: 'refuses to unbind an exchange from the default exchange',
    steps: (peer) => peer.send(1, 'exchange.unbind', { source: '', destination: 'amq.direct' }),
    expected: `${DEFAULT_EXCHANGE} [exchange.unbind]`,
  },
  {
    name: 'refuses an unknown x-match',
    steps: async (peer) => {
      const queue = await declareQueue(peer)
      peer.send(1, 'queue.bind', { queue, exchange: 'amq.headers', arguments: { 'x-match': 'foo' } })
    },
    expected:
      'ch 406 PRECONDITION_FAILED - Invalid x-match field value <<"foo">>; expected all, any, all-with-x, or any-with-x [queue.bind]',
  },
  {
    name: 'refuses an x-match that is no string',
    steps: async (peer) => {
      const queue = await declareQueue(peer)
      peer.send(1, 'queue.bind', { queue, exchange: 'amq.headers', arguments: { 'x-match': 1 } })
    },
    expected:
      'ch 406 PRECONDITION_FAILED - Invalid x-match field type signedint (value 1); expected longstr [queue.bind]',
  },
  {
    name: 'names no queue when the channel declared none',
    steps: (peer) => peer.send(1, 'queue.bind', { exchange: 'amq.direct' }),
    expected: 'ch 404 NOT_FOUND - no previously declared queue [queue.bind]',
  },
]

/** Patterns, a routing key, and the patterns that match it. */
const TOPIC_PATTERNS = ['#', '*', '*.*', 'a.#', '#.b', 'a.*.b', 'a..b', '#.#', '', 'a#', '*.#', '#.a.#']
const TOPIC_ROWS: readonly [key: string, matching: readonly string[]][] = [
  ['', ['#', '#.#', '']],
  ['a', ['#', '*', 'a.#', '#.#', '*.#', '#.a.#']],
  ['a.b', ['#', '*.*', 'a.#', '#.b', '#.#', '*.#', '#.a.#']],
  ['a..b', ['#', 'a.#', '#.b', 'a.*.b', 'a..b', '#.#', '*.#', '#.a.#']],
  ['a.x.b', ['#', 'a.#', '#.b', 'a.*.b', '#.#', '*.#', '#.a.#']],
  ['x.a.b.c', ['#', '#.#', '*.#', '#.a.#']],
  ['.', ['#', '*.*', '#.#', '*.#']],
  ['a#', ['#', '*', '#.#', 'a#', '*.#']],
  ['*', ['#', '*', '#.#', '*.#']],
]

/** Arguments of a binding, headers of a message, and whether it arrives. */
const HEADERS_ROWS: readonly [name: string, binding: FieldTable, headers: FieldTable, arrives: boolean][] = [
  ['all, by default, when all match', { a: 1, b: 'x' }, { a: 1, b: 'x', c: true }, true],
  ['all, when one is missing', { 'x-match': 'all', a: 1, b: 'x' }, { a: 1 }, false],
  ['any, when one matches', { 'x-match': 'any', a: 1, b: 'x' }, { b: 'x' }, true],
  ['any, when none matches', { 'x-match': 'any', a: 1, b: 'x' }, { a: 2, b: 'y' }, false],
  ['all, with nothing to match', { 'x-match': 'all' }, { a: 1 }, true],
  ['any, with nothing to match', { 'x-match': 'any' }, { a: 1 }, false],
  ['all, ignoring keys that begin with x-', { 'x-match': 'all', 'x-a': 1, b: 2 }, { b: 2 }, true],
  ['all-with-x, minding them', { 'x-match': 'all-with-x', 'x-a': 1, b: 2 }, { b: 2 }, false],
  ['any, ignoring keys that begin with x-', { 'x-match': 'any', 'x-a': 1 }, { 'x-a': 1 }, false],
  ['any-with-x, minding them', { 'x-match': 'any-with-x', 'x-a': 1 }, { 'x-a': 1 }, true],
  ['a void value as "is there"', { a: null }, { a: 'whatever' }, true],
  ['a void value, when nothing is there', { a: null }, { b: 1 }, false],
  ['integers across widths', { a: typed('b', 1) }, { a: typed('l', 1) }, true],
  ['an integer and a float', { a: 1 }, { a: typed('d', 1) }, true],
  ['a string and an integer', { a: '1' }, { a: 1 }, false],
  ['a boolean and an integer', { a: true }, { a: 1 }, false],
]

onEachBroker((target) => {
  describe('refused', () => itRefuses(target, REFUSALS))

  it('binds once however often it is asked to', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await bind(peer, queue, 'amq.direct', 'bind-once')
    await bind(peer, queue, 'amq.direct', 'bind-once')
    peer.publish(1, { exchange: 'amq.direct', routingKey: 'bind-once' }, 'one')
    expect(await drain(peer, queue)).toEqual(['one'])
    await peer.call(1, 'queue.unbind', { queue, exchange: 'amq.direct', routingKey: 'bind-once' })
    peer.publish(1, { exchange: 'amq.direct', routingKey: 'bind-once' }, 'two')
    expect(await drain(peer, queue)).toEqual([])
  })

  it('tells bindings apart by key and arguments, and delivers one copy', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    const publish = (body: string) => peer.publish(1, { exchange: 'bind-apart', routingKey: 'k' }, body)
    await declareExchange(peer, 'bind-apart', 'direct')
    await bind(peer, queue, 'bind-apart', 'k')
    await bind(peer, queue, 'bind-apart', 'k', { a: 1 })
    await bind(peer, queue, 'bind-apart', 'other')
    publish('one')
    await peer.call(1, 'queue.unbind', { queue, exchange: 'bind-apart', routingKey: 'k' })
    publish('two')
    await peer.call(1, 'queue.unbind', { queue, exchange: 'bind-apart', routingKey: 'k', arguments: { a: 1 } })
    publish('three')
    expect(await drain(peer, queue)).toEqual(['one', 'two'])
  })

  it('answers the removal of what does not exist', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await peer.call(1, 'queue.unbind', { queue, exchange: 'amq.direct', routingKey: 'never' })
    await peer.call(1, 'queue.unbind', { queue: 'nosuch', exchange: 'amq.direct' })
    await peer.call(1, 'queue.unbind', { queue, exchange: 'nosuch' })
    await peer.call(1, 'exchange.unbind', { source: 'nosuch', destination: 'amq.direct' })
    await peer.call(1, 'exchange.unbind', { source: 'amq.direct', destination: 'nosuch' })
  })

  it('answers nothing without wait', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    const routingKey = 'bind-nowait'
    peer.send(1, 'queue.bind', { queue, exchange: 'amq.direct', routingKey, noWait: true })
    peer.publish(1, { exchange: 'amq.direct', routingKey }, 'bound')
    expect(await drain(peer, queue)).toEqual(['bound'])
  })

  it('takes an empty name as the last declared queue, and then an empty key as its name', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await bind(peer, '', 'amq.direct')
    peer.publish(1, { exchange: 'amq.direct', routingKey: queue }, 'by name')
    expect(await drain(peer, '')).toEqual(['by name'])
  })

  it('keeps CR and LF in a routing key and strips them out of names', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await bind(peer, `${queue}\r\n`, 'amq.\r\ndirect', 'bind\r\nkey')
    peer.publish(1, { exchange: 'amq.direct', routingKey: 'bindkey' }, 'stripped')
    peer.publish(1, { exchange: 'amq.direct', routingKey: 'bind\r\nkey' }, 'kept')
    expect(await drain(peer, queue)).toEqual(['kept'])
  })

  it('routes through exchanges bound in a circle, each queue once', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    const exchanges = ['bind-circle1', 'bind-circle2', 'bind-circle3']
    for (const exchange of exchanges) {
      await declareExchange(peer, exchange, 'fanout')
      await bind(peer, queue, exchange)
    }
    for (const [i, source] of exchanges.entries()) {
      await peer.call(1, 'exchange.bind', { source, destination: exchanges[(i + 1) % exchanges.length] })
      await peer.call(1, 'exchange.bind', { source, destination: source })
    }
    peer.publish(1, { exchange: 'bind-circle2' }, 'round')
    expect(await drain(peer, queue)).toEqual(['round'])
    for (const exchange of exchanges) await peer.call(1, 'exchange.delete', { exchange })
  })

  it('hands what found no queue to the alternate exchange, along a chain that ends', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    const alternate = (name: string) => ({ arguments: { 'alternate-exchange': name } })
    await declareExchange(peer, 'bind-main', 'direct', alternate('bind-second'))
    await declareExchange(peer, 'bind-second', 'direct', alternate('bind-third'))
    await declareExchange(peer, 'bind-third', 'direct', alternate('bind-main'))
    await bind(peer, queue, 'bind-third', 'k')
    peer.publish(1, { exchange: 'bind-main', routingKey: 'k' }, 'third')
    peer.publish(1, { exchange: 'bind-main', routingKey: 'nowhere', mandatory: true }, 'nowhere')
    expect((await peer.expectContent(1, 'basic.return')).args.replyCode).toBe(312)
    expect(await drain(peer, queue)).toEqual(['third'])
    for (const exchange of ['bind-main', 'bind-second']) await peer.call(1, 'exchange.delete', { exchange })
  })

  it.each(TOPIC_ROWS)('matches topic %j', async (routingKey, matching) => {
    await using peer = await target.openChannel()
    const exchange = await declareExchange(peer, `bind-topic-${routingKey}`, 'topic')
    const matched: string[] = []
    for (const pattern of TOPIC_PATTERNS) {
      const queue = await declareQueue(peer)
      await bind(peer, queue, exchange, pattern)
      peer.publish(1, { exchange, routingKey })
      // An empty pattern with an empty queue name would mean the queue's name: the name is given, so it stays empty.
      if ((await drain(peer, queue)).length > 0) matched.push(pattern)
    }
    expect(matched).toEqual(matching)
  })

  it.each(HEADERS_ROWS)('matches headers: %s', async (_name, binding, headers, arrives) => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await bind(peer, queue, 'amq.headers', 'ignored', { ...binding })
    peer.publish(1, { exchange: 'amq.headers', routingKey: 'another' }, 'm', { headers })
    expect(await drain(peer, queue)).toEqual(arrives ? ['m'] : [])
  })
})
