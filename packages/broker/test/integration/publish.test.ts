/** basic.publish: what is refused, what is returned, and what arrives. */

import { encodeFieldTable, typed } from '@warrenmq/codec'
import { describe, expect, it } from 'vitest'
import { bind, declareExchange, declareQueue, drain, get, itRefuses, onEachBroker, type Refusal } from './support.ts'

const INVALID_EXPIRATION = 'ch 406 PRECONDITION_FAILED - invalid expiration'

const expirations: readonly [value: string, reason: string][] = [
  ['abc', 'no_integer'],
  ['', 'no_integer'],
  [' 5', 'no_integer'],
  ['1.5', '{leftover_string,".5"}'],
  ['5 ', '{leftover_string," "}'],
  ['-1', '{value_negative,-1}'],
  ['315360000001', '{value_too_large,315360000001}'],
]

const REFUSALS: readonly Refusal[] = [
  {
    name: 'refuses immediate',
    steps: (peer) => peer.publish(1, { routingKey: 'pub', immediate: true }),
    expected: 'conn 540 NOT_IMPLEMENTED - immediate=true [basic.publish]',
  },
  {
    name: 'does not find the exchange',
    steps: (peer) => peer.publish(1, { exchange: 'nosuch', routingKey: 'pub' }),
    expected: "ch 404 NOT_FOUND - no exchange 'nosuch' in vhost '/' [basic.publish]",
  },
  {
    name: 'does not take amq.default for the default exchange',
    steps: (peer) => peer.publish(1, { exchange: 'amq.default', routingKey: 'pub' }),
    expected: "ch 404 NOT_FOUND - no exchange 'amq.default' in vhost '/' [basic.publish]",
  },
  {
    name: "refuses another user's id",
    steps: (peer) => peer.publish(1, { routingKey: 'pub' }, 'm', { userId: 'other' }),
    expected:
      "ch 406 PRECONDITION_FAILED - user_id property set to 'other' but authenticated user was 'guest' [basic.publish]",
  },
  {
    name: 'refuses an empty user id',
    steps: (peer) => peer.publish(1, { routingKey: 'pub' }, 'm', { userId: '' }),
    expected:
      "ch 406 PRECONDITION_FAILED - user_id property set to '' but authenticated user was 'guest' [basic.publish]",
  },
  ...expirations.map(
    ([expiration, reason]) =>
      ({
        name: `refuses the expiration ${JSON.stringify(expiration)}`,
        steps: (peer) => peer.publish(1, { routingKey: 'pub' }, 'm', { expiration }),
        expected: `${INVALID_EXPIRATION} '${expiration}': ${reason} [basic.publish]`,
      }) satisfies Refusal,
  ),
  ...[0, 3, 255].map(
    (deliveryMode) =>
      ({
        name: `refuses delivery mode ${deliveryMode}`,
        steps: (peer) => peer.publish(1, { routingKey: 'pub' }, 'm', { deliveryMode }),
        expected: `ch 406 PRECONDITION_FAILED - invalid message: {delivery_mode_unknown,${deliveryMode}} [basic.publish]`,
      }) satisfies Refusal,
  ),
  ...['CC', 'BCC'].map(
    (name) =>
      ({
        name: `refuses a ${name} header that is no array`,
        steps: (peer) => peer.publish(1, { routingKey: 'pub' }, 'm', { headers: { [name]: 'key' } }),
        expected: `ch 406 PRECONDITION_FAILED - invalid message: {unacceptable_type_in_header,"${name}",longstr} [basic.publish]`,
      }) satisfies Refusal,
  ),
  {
    name: 'looks for the exchange before it looks at the properties',
    steps: (peer) => peer.publish(1, { exchange: 'nosuch' }, 'm', { deliveryMode: 9, expiration: 'abc' }),
    expected: "ch 404 NOT_FOUND - no exchange 'nosuch' in vhost '/' [basic.publish]",
  },
  {
    name: 'looks at the expiration before the delivery mode',
    steps: (peer) => peer.publish(1, { routingKey: 'pub' }, 'm', { deliveryMode: 9, expiration: 'abc' }),
    expected: `${INVALID_EXPIRATION} 'abc': no_integer [basic.publish]`,
  },
  {
    name: 'looks at the user id before the expiration',
    steps: (peer) => peer.publish(1, { routingKey: 'pub' }, 'm', { userId: 'other', expiration: 'abc' }),
    expected:
      "ch 406 PRECONDITION_FAILED - user_id property set to 'other' but authenticated user was 'guest' [basic.publish]",
  },
]

const PROPERTIES = {
  contentType: 'text/plain',
  contentEncoding: 'utf-8',
  deliveryMode: 2,
  priority: 200,
  correlationId: 'correlation',
  replyTo: 'reply',
  expiration: '+60000',
  messageId: 'message',
  timestamp: 1_700_000_000,
  type: 'type',
  userId: 'guest',
  appId: 'app',
  clusterId: 'cluster',
}

const HEADERS = {
  bool: typed('t', true),
  byte: typed('b', -1),
  unsignedByte: typed('B', 200),
  short: typed('s', -300),
  unsignedShort: typed('u', 60_000),
  int: typed('I', -70_000),
  unsignedInt: typed('i', 4_000_000_000),
  long: typed('l', 9_007_199_254_740_993n),
  float: typed('f', 1.5),
  double: typed('d', 0.1),
  decimal: typed('D', { scale: 2, value: 314 }),
  longstr: typed('S', 'text'),
  binary: typed('x', Uint8Array.of(0, 255)),
  array: typed('A', [typed('S', 'a'), typed('I', 1)]),
  timestamp: typed('T', 1_700_000_000),
  table: typed('F', { inner: typed('S', 'value') }),
  void: typed('V', null),
}

onEachBroker((target) => {
  describe('refused', () => itRefuses(target, REFUSALS))

  it.each([['0'], ['+60000'], ['315360000000']])('takes the expiration %j', async (expiration) => {
    await using peer = await target.openChannel()
    await peer.call(1, 'confirm.select')
    peer.publish(1, { routingKey: 'nowhere' }, 'm', { expiration })
    await peer.expect(1, 'basic.ack')
  })

  it('brings every property and every type of header unchanged', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    peer.publish(1, { routingKey: queue }, 'body', { ...PROPERTIES, headers: HEADERS })
    const message = await get(peer, queue)
    const { headers, ...properties } = message?.properties ?? {}
    expect(properties).toEqual(PROPERTIES)
    expect(encodeFieldTable(headers ?? {})).toEqual(encodeFieldTable(HEADERS))
  })

  it('brings a message without properties and without body', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    peer.publish(1, { routingKey: queue })
    const message = await get(peer, queue)
    expect(message).toMatchObject({ properties: {}, args: { exchange: '', routingKey: queue, messageCount: 0 } })
    expect(message?.body).toHaveLength(0)
  })

  it('drops what no queue takes', async () => {
    await using peer = await target.openChannel()
    await peer.call(1, 'confirm.select')
    peer.publish(1, { routingKey: 'nowhere' }, 'dropped')
    expect(await peer.expect(1, 'basic.ack')).toEqual({ deliveryTag: 1, multiple: false })
  })

  it('returns what is mandatory and no queue takes, whole, before its confirm', async () => {
    await using peer = await target.openChannel()
    await peer.call(1, 'confirm.select')
    const properties = { correlationId: 'c1', headers: { a: typed('I', 1) } }
    peer.publish(1, { exchange: 'amq.direct', routingKey: 'pub-nowhere', mandatory: true }, 'whole', properties)
    const returned = await peer.expectContent(1, 'basic.return')
    expect(returned.args).toEqual({
      replyCode: 312,
      replyText: 'NO_ROUTE',
      exchange: 'amq.direct',
      routingKey: 'pub-nowhere',
    })
    expect(returned.body.toString()).toBe('whole')
    expect(returned.properties.correlationId).toBe('c1')
    expect(returned.properties.headers?.a).toEqual(typed('I', 1))
    expect(await peer.expect(1, 'basic.ack')).toEqual({ deliveryTag: 1, multiple: false })
  })

  it('returns nothing that a queue takes', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await peer.call(1, 'confirm.select')
    peer.publish(1, { routingKey: queue, mandatory: true }, 'taken')
    await peer.expect(1, 'basic.ack')
    expect(await drain(peer, queue)).toEqual(['taken'])
  })

  it('discards the publishes that follow one to a missing exchange, and confirms none of them', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await peer.call(1, 'confirm.select')
    peer.publish(1, { exchange: 'nosuch' }, 'lost')
    peer.publish(1, { routingKey: queue }, 'discarded')
    expect(await peer.outcome()).toBe("ch 404 NOT_FOUND - no exchange 'nosuch' in vhost '/' [basic.publish]")
    await peer.call(1, 'channel.open')
    expect(await drain(peer, queue)).toEqual([])
  })

  it('routes by CC and BCC too, and takes only BCC out', async () => {
    await using peer = await target.openChannel()
    const [main, cc, bcc] = [await declareQueue(peer), await declareQueue(peer), await declareQueue(peer)]
    const headers = { CC: [cc, 7], BCC: [bcc], other: 'kept' }
    peer.publish(1, { routingKey: main }, 'copies', { headers })
    for (const queue of [main, cc, bcc]) {
      const message = await get(peer, queue)
      expect(message?.body.toString()).toBe('copies')
      expect(message?.args.routingKey).toBe(main)
      expect(Object.keys(message?.properties.headers ?? {})).toEqual(['CC', 'other'])
    }
  })

  it('delivers one copy to a queue that several keys name', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    peer.publish(1, { routingKey: queue }, 'once', { headers: { CC: [queue], BCC: [queue] } })
    expect(await drain(peer, queue)).toEqual(['once'])
  })

  it('takes a message as routed when only a CC key leads somewhere', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await declareExchange(peer, 'pub-cc', 'topic')
    await bind(peer, queue, 'pub-cc', 'to.*')
    await peer.call(1, 'confirm.select')
    peer.publish(1, { exchange: 'pub-cc', routingKey: 'no', mandatory: true }, 'cc', { headers: { CC: ['to.here'] } })
    await peer.expect(1, 'basic.ack')
    expect(await drain(peer, queue)).toEqual(['cc'])
  })
})
