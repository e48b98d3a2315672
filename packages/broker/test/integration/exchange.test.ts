/** Exchanges: declare, delete, and when they go by themselves. */

import type { RawPeer } from '@warrenmq/testkit'
import { describe, expect, it } from 'vitest'
import { bind, declareExchange, declareQueue, drain, itRefuses, onEachBroker, type Refusal } from './support.ts'

const PREDECLARED = ['amq.direct', 'amq.fanout', 'amq.topic', 'amq.headers', 'amq.match', 'amq.rabbitmq.trace']

function declareTwice(exchange: string, first: object, second: object) {
  return async (peer: RawPeer) => {
    await peer.call(1, 'exchange.declare', { exchange, type: 'direct', ...first })
    peer.send(1, 'exchange.declare', { exchange, type: 'direct', ...second })
  }
}

const REFUSALS: readonly Refusal[] = [
  {
    name: 'refuses another type',
    steps: declareTwice('ex-type', {}, { type: 'fanout' }),
    expected:
      "ch 406 PRECONDITION_FAILED - inequivalent arg 'type' for exchange 'ex-type' in vhost '/': received 'fanout' but current is 'direct' [exchange.declare]",
  },
  {
    name: 'refuses another durability',
    steps: declareTwice('ex-durable', {}, { durable: true }),
    expected:
      "ch 406 PRECONDITION_FAILED - inequivalent arg 'durable' for exchange 'ex-durable' in vhost '/': received 'true' but current is 'false' [exchange.declare]",
  },
  {
    name: 'refuses another auto-delete',
    steps: declareTwice('ex-auto', { autoDelete: true }, {}),
    expected:
      "ch 406 PRECONDITION_FAILED - inequivalent arg 'auto_delete' for exchange 'ex-auto' in vhost '/': received 'false' but current is 'true' [exchange.declare]",
  },
  {
    name: 'refuses another internal',
    steps: declareTwice('ex-internal', {}, { internal: true }),
    expected:
      "ch 406 PRECONDITION_FAILED - inequivalent arg 'internal' for exchange 'ex-internal' in vhost '/': received 'true' but current is 'false' [exchange.declare]",
  },
  {
    name: 'names the type first when everything differs',
    steps: declareTwice('ex-all', {}, { type: 'topic', durable: true, autoDelete: true, internal: true }),
    expected:
      "ch 406 PRECONDITION_FAILED - inequivalent arg 'type' for exchange 'ex-all' in vhost '/': received 'topic' but current is 'direct' [exchange.declare]",
  },
  {
    name: 'names durable before auto-delete and internal',
    steps: declareTwice('ex-rest', {}, { durable: true, autoDelete: true, internal: true }),
    expected:
      "ch 406 PRECONDITION_FAILED - inequivalent arg 'durable' for exchange 'ex-rest' in vhost '/': received 'true' but current is 'false' [exchange.declare]",
  },
  {
    name: 'refuses an alternate exchange that was not there',
    steps: declareTwice('ex-ae1', {}, { arguments: { 'alternate-exchange': 'ae' } }),
    expected:
      "ch 406 PRECONDITION_FAILED - inequivalent arg 'alternate-exchange' for exchange 'ex-ae1' in vhost '/': received the value 'ae' of type 'longstr' but current is none [exchange.declare]",
  },
  {
    name: 'refuses to leave the alternate exchange out',
    steps: declareTwice('ex-ae2', { arguments: { 'alternate-exchange': 'ae' } }, {}),
    expected:
      "ch 406 PRECONDITION_FAILED - inequivalent arg 'alternate-exchange' for exchange 'ex-ae2' in vhost '/': received none but current is the value 'ae' of type 'longstr' [exchange.declare]",
  },
  {
    name: 'refuses another alternate exchange',
    steps: declareTwice(
      'ex-ae3',
      { arguments: { 'alternate-exchange': 'ae' } },
      { arguments: { 'alternate-exchange': 'ae2' } },
    ),
    expected:
      "ch 406 PRECONDITION_FAILED - inequivalent arg 'alternate-exchange' for exchange 'ex-ae3' in vhost '/': received 'ae2' but current is 'ae' [exchange.declare]",
  },
  {
    name: 'refuses an alternate exchange that is no string',
    steps: (peer) =>
      peer.send(1, 'exchange.declare', { exchange: 'ex-ae4', type: 'direct', arguments: { 'alternate-exchange': 1 } }),
    expected:
      "ch 406 PRECONDITION_FAILED - invalid type 'signedint' for arg 'alternate-exchange' in exchange 'ex-ae4' in vhost '/' [exchange.declare]",
  },
  {
    name: 'refuses an unknown type',
    steps: (peer) => peer.send(1, 'exchange.declare', { exchange: 'ex-unknown', type: 'x-no-such-type' }),
    expected: "conn 503 COMMAND_INVALID - unknown exchange type 'x-no-such-type' [exchange.declare]",
  },
  {
    name: 'refuses an empty type',
    steps: (peer) => peer.send(1, 'exchange.declare', { exchange: 'ex-empty' }),
    expected: "conn 503 COMMAND_INVALID - unknown exchange type '' [exchange.declare]",
    rabbit: "conn 503 COMMAND_INVALID - invalid exchange type '' [exchange.declare]",
    deviation: 'exchange-type-atom',
  },
  {
    name: 'refuses to declare the default exchange',
    steps: (peer) => peer.send(1, 'exchange.declare', { type: 'direct', durable: true }),
    expected: 'ch 403 ACCESS_REFUSED - operation not permitted on the default exchange [exchange.declare]',
  },
  {
    name: 'refuses to declare the default exchange passively',
    steps: (peer) => peer.send(1, 'exchange.declare', { type: 'direct', passive: true }),
    expected: 'ch 403 ACCESS_REFUSED - operation not permitted on the default exchange [exchange.declare]',
  },
  {
    name: 'refuses to delete the default exchange',
    steps: (peer) => peer.send(1, 'exchange.delete', {}),
    expected: 'ch 403 ACCESS_REFUSED - operation not permitted on the default exchange [exchange.delete]',
  },
  {
    name: 'refuses a new name with the reserved prefix',
    steps: (peer) => peer.send(1, 'exchange.declare', { exchange: 'amq.foo', type: 'direct' }),
    expected: "ch 403 ACCESS_REFUSED - exchange name 'amq.foo' contains reserved prefix 'amq.*' [exchange.declare]",
  },
  {
    name: 'does not find a missing exchange',
    steps: (peer) => peer.send(1, 'exchange.declare', { exchange: 'nosuch', type: 'direct', passive: true }),
    expected: "ch 404 NOT_FOUND - no exchange 'nosuch' in vhost '/' [exchange.declare]",
  },
  {
    name: 'refuses to delete an exchange of the system',
    steps: (peer) => peer.send(1, 'exchange.delete', { exchange: 'amq.direct' }),
    expected:
      "ch 403 ACCESS_REFUSED - deletion of system exchange 'amq.direct' in vhost '/' not allowed [exchange.delete]",
  },
  {
    name: 'refuses to delete a missing exchange with the reserved prefix',
    steps: (peer) => peer.send(1, 'exchange.delete', { exchange: 'amq.nosuch' }),
    expected:
      "ch 403 ACCESS_REFUSED - deletion of system exchange 'amq.nosuch' in vhost '/' not allowed [exchange.delete]",
  },
  {
    name: 'refuses to delete if-unused what has a binding',
    steps: async (peer) => {
      await declareExchange(peer, 'ex-used', 'direct')
      await bind(peer, await declareQueue(peer), 'ex-used')
      peer.send(1, 'exchange.delete', { exchange: 'ex-used', ifUnused: true })
    },
    expected: "ch 406 PRECONDITION_FAILED - exchange 'ex-used' in vhost '/' in use [exchange.delete]",
  },
  {
    name: 'closes the channel for a failed declare without wait',
    steps: (peer) => peer.send(1, 'exchange.declare', { exchange: 'amq.bar', type: 'direct', noWait: true }),
    expected: "ch 403 ACCESS_REFUSED - exchange name 'amq.bar' contains reserved prefix 'amq.*' [exchange.declare]",
  },
]

onEachBroker((target) => {
  describe('refused', () => itRefuses(target, REFUSALS))

  it.each(PREDECLARED)('has %s from the start', async (exchange) => {
    await using peer = await target.openChannel()
    await peer.call(1, 'exchange.declare', { exchange, passive: true })
  })

  it.each([
    ['amq.direct', 'direct'],
    ['amq.fanout', 'fanout'],
    ['amq.topic', 'topic'],
    ['amq.headers', 'headers'],
    ['amq.match', 'headers'],
  ])('takes a declare of %s as it is', async (exchange, type) => {
    await using peer = await target.openChannel()
    await peer.call(1, 'exchange.declare', { exchange, type, durable: true })
  })

  it('redeclares with equal fields and does not compare other arguments', async () => {
    await using peer = await target.openChannel()
    await declareExchange(peer, 'ex-again', 'topic', { arguments: { one: 1 } })
    await declareExchange(peer, 'ex-again', 'topic', { arguments: { two: 'x' } })
    await peer.call(1, 'exchange.delete', { exchange: 'ex-again' })
  })

  it('finds an exchange passively, whatever type and flags are given', async () => {
    await using peer = await target.openChannel()
    await declareExchange(peer, 'ex-passive', 'direct')
    const args = { exchange: 'ex-passive', passive: true, durable: true, internal: true }
    await peer.call(1, 'exchange.declare', { ...args, type: 'topic' })
    await peer.call(1, 'exchange.declare', { ...args, type: 'x-no-such-type' })
    await peer.call(1, 'exchange.delete', { exchange: 'ex-passive' })
  })

  it('strips CR and LF out of a name', async () => {
    await using peer = await target.openChannel()
    await declareExchange(peer, 'ex-\r\nstripped\n', 'direct')
    await peer.call(1, 'exchange.declare', { exchange: 'ex-stripped', passive: true })
    await peer.call(1, 'exchange.delete', { exchange: 'ex-\nstripped' })
    peer.send(1, 'exchange.declare', { exchange: 'ex-stripped', passive: true })
    expect(await peer.outcome()).toMatch(/^ch 404 /)
  })

  it('answers the delete of a missing exchange', async () => {
    await using peer = await target.openChannel()
    await peer.call(1, 'exchange.delete', { exchange: 'nosuch' })
    await peer.call(1, 'exchange.delete', { exchange: 'nosuch', ifUnused: true })
  })

  it('answers nothing without wait', async () => {
    await using peer = await target.openChannel()
    peer.send(1, 'exchange.declare', { exchange: 'ex-nowait', type: 'fanout', noWait: true })
    await peer.call(1, 'exchange.declare', { exchange: 'ex-nowait', passive: true })
    peer.send(1, 'exchange.delete', { exchange: 'ex-nowait', noWait: true })
    peer.send(1, 'exchange.declare', { exchange: 'ex-nowait', passive: true })
    expect(await peer.outcome()).toMatch(/^ch 404 /)
  })

  it('deletes if-unused what is only the destination of a binding', async () => {
    await using peer = await target.openChannel()
    await declareExchange(peer, 'ex-destination', 'fanout')
    await peer.call(1, 'exchange.bind', { destination: 'ex-destination', source: 'amq.fanout' })
    await peer.call(1, 'exchange.delete', { exchange: 'ex-destination', ifUnused: true })
  })

  it('routes to an internal exchange that is an alternate', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await declareExchange(peer, 'ex-alternate', 'fanout', { internal: true })
    await declareExchange(peer, 'ex-primary', 'direct', { arguments: { 'alternate-exchange': 'ex-alternate' } })
    await bind(peer, queue, 'ex-alternate')
    peer.publish(1, { exchange: 'ex-primary', routingKey: 'nowhere' }, 'caught')
    expect(await drain(peer, queue)).toEqual(['caught'])
    await peer.call(1, 'exchange.delete', { exchange: 'ex-primary' })
  })

  it('routes to an internal exchange only through a binding', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await declareExchange(peer, 'ex-inside', 'fanout', { internal: true })
    await declareExchange(peer, 'ex-outside', 'fanout')
    await peer.call(1, 'exchange.bind', { source: 'ex-outside', destination: 'ex-inside' })
    await bind(peer, queue, 'ex-inside')
    peer.publish(1, { exchange: 'ex-outside' }, 'through')
    expect(await drain(peer, queue)).toEqual(['through'])
    peer.publish(1, { exchange: 'ex-inside' }, 'direct')
    expect(await peer.outcome()).toBe(
      "ch 403 ACCESS_REFUSED - cannot publish to internal exchange 'ex-inside' in vhost '/' [basic.publish]",
    )
  })
})
