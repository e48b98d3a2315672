/** Section 4 of the reference of behaviour: exchanges. */

import { same, section } from '../src/scenarios.ts'
import { bind, bindExchange, call, drain, exchange, publish, queue, ready } from '../src/steps.ts'

const PREDECLARED = ['amq.direct', 'amq.fanout', 'amq.topic', 'amq.headers', 'amq.match', 'amq.rabbitmq.trace']
const alternate = (name: unknown) => ({ arguments: { 'alternate-exchange': name as string } })

section('exchanges', [
  same('the predeclared are there', ...PREDECLARED.map((name) => exchange(name, 'x', { passive: true }))),
  same('the predeclared can be declared again', exchange('amq.direct', 'direct', { durable: true })),
  same('CR and LF are taken out of names', exchange('e\r\n1', 'direct'), exchange('e1', 'direct', { passive: true })),
  same('another type', exchange('e1', 'direct'), exchange('e1', 'fanout')),
  same('another durable', exchange('e1', 'direct'), exchange('e1', 'direct', { durable: true })),
  same('another auto_delete', exchange('e1', 'direct'), exchange('e1', 'direct', { autoDelete: true })),
  same('another internal', exchange('e1', 'direct'), exchange('e1', 'direct', { internal: true })),
  same('everything else', exchange('e1', 'direct'), exchange('e1', 'topic', { durable: true, internal: true })),
  same('an alternate exchange now', exchange('e1', 'direct'), exchange('e1', 'direct', alternate('ae'))),
  same(
    'another alternate exchange',
    exchange('e1', 'direct', alternate('ae')),
    exchange('e1', 'direct', alternate('b')),
  ),
  same('no alternate exchange now', exchange('e1', 'direct', alternate('ae')), exchange('e1', 'direct')),
  same('an alternate exchange that is no string', exchange('e3', 'direct', alternate(1))),
  same('other arguments are not compared', exchange('e1', 'direct'), exchange('e1', 'direct', { arguments: { a: 1 } })),
  same('an unknown type', exchange('e1', 'x-no-such-type')),
  same('the default exchange is not declared', exchange('', 'direct', { durable: true })),
  same('nor asked for', exchange('', 'direct', { passive: true })),
  same('nor deleted', call('exchange.delete', { exchange: '' })),
  same('a reserved name', exchange('amq.foo', 'direct')),
  same(
    'passive, whatever else is said',
    exchange('e1', 'direct'),
    exchange('e1', 'what', { passive: true, durable: true }),
  ),
  same('passive, missing', exchange('nosuch', 'direct', { passive: true })),
  same('deletes what is missing', call('exchange.delete', { exchange: 'nosuch' })),
  same('does not delete a system exchange', call('exchange.delete', { exchange: 'amq.direct' })),
  same('nor a missing one of that name', call('exchange.delete', { exchange: 'amq.nosuch' })),
  same(
    'if-unused as a source',
    exchange('e1', 'direct'),
    queue('q'),
    bind('q', 'e1', 'k'),
    call('exchange.delete', { exchange: 'e1', ifUnused: true }),
  ),
  same(
    'if-unused as a destination',
    exchange('e1', 'direct'),
    exchange('e2', 'direct'),
    bindExchange('e1', 'e2', 'k'),
    call('exchange.delete', { exchange: 'e1', ifUnused: true }),
  ),
  same(
    'auto-delete goes with the last binding, in a cascade',
    exchange('e1', 'direct', { autoDelete: true }),
    exchange('e2', 'fanout', { autoDelete: true }),
    queue('q'),
    bindExchange('e2', 'e1', 'k'),
    bind('q', 'e2'),
    call('queue.delete', { queue: 'q' }),
    exchange('e2', '', { passive: true }),
    exchange('e1', '', { passive: true }),
  ),
  same(
    'internal exchanges take what comes from others',
    exchange('in', 'fanout', { internal: true }),
    exchange('e1', 'direct'),
    queue('q'),
    bind('q', 'in'),
    bindExchange('in', 'e1', 'k'),
    publish('e1', 'k', 'm1'),
    ready('q', 1),
    drain('q', 1),
    publish('in', 'k', 'm2'),
  ),
  same(
    'as alternate exchange, in a chain',
    exchange('ae2', 'fanout', { internal: true }),
    exchange('ae1', 'direct', alternate('ae2')),
    exchange('e1', 'direct', alternate('ae1')),
    queue('q'),
    bind('q', 'ae2'),
    publish('e1', 'nowhere', 'm1', {}, { mandatory: true }),
    ready('q', 1),
    drain('q', 1),
  ),
])
