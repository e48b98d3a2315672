/** Section 17 of the reference of behaviour: exchange types of the plugins that come with RabbitMQ. */

import type { FieldTable } from '@warrenmq/codec'
import { differs, same, section } from '../src/scenarios.ts'
import { bind, call, drain, exchange, fill, publish, queue, ready } from '../src/steps.ts'

const many = (to: string) => Array.from({ length: 10 }, (_, index) => publish(to, `k${index}`, `m${index}`))
const hashing = (args: FieldTable = {}) => exchange('h', 'x-consistent-hash', { arguments: args })

section('exchange types', [
  same(
    'consistent hash: weights that are none',
    hashing(),
    queue('q'),
    ...['notint', '0', '-1', '1.5', '', ' 1'].map((weight) => bind('q', 'h', weight)),
  ),
  same('consistent hash: both arguments', hashing({ 'hash-header': 'h', 'hash-property': 'message_id' })),
  same('consistent hash: a property that is none', hashing({ 'hash-property': 'bogus' })),
  same('consistent hash: one queue gets all', hashing(), queue('q'), bind('q', 'h', '2'), ...many('h'), drain('q', 10)),
  same('consistent hash: none', hashing(), publish('h', 'k', 'm', {}, { mandatory: true })),
  same(
    'consistent hash: unbound',
    hashing(),
    queue('q'),
    bind('q', 'h', '1'),
    call('queue.unbind', { queue: 'q', exchange: 'h', routingKey: '1' }),
    publish('h', 'k', 'm', {}, { mandatory: true }),
  ),
  same(
    'random: one queue gets all',
    exchange('r', 'x-random'),
    queue('q'),
    bind('q', 'r', 'any'),
    ...many('r'),
    drain('q', 10),
  ),
  same('random: none', exchange('r', 'x-random'), publish('r', 'k', 'm', {}, { mandatory: true })),
  same(
    'modulus hash: one queue gets all',
    exchange('m', 'x-modulus-hash'),
    queue('q'),
    bind('q', 'm', 'any'),
    ...many('m'),
    drain('q', 10),
  ),
  same(
    'recent history: the last twenty',
    exchange('rh', 'x-recent-history'),
    ...many('rh'),
    ...many('rh'),
    ...many('rh'),
    queue('q'),
    bind('q', 'rh'),
    ready('q', 20),
    drain('q', 20),
  ),
  same(
    'recent history: as many as it says',
    exchange('rh', 'x-recent-history', { arguments: { 'x-recent-history-length': 3 } }),
    ...many('rh'),
    queue('q'),
    bind('q', 'rh'),
    ready('q', 3),
    drain('q', 3),
  ),
  same(
    'recent history: a length that is none',
    exchange('rh', 'x-recent-history', { arguments: { 'x-recent-history-length': 0 } }),
  ),
  same(
    'recent history: a length that is text',
    exchange('rh', 'x-recent-history', { arguments: { 'x-recent-history-length': 'x' } }),
  ),
  same(
    'recent history: goes to queues as a fanout',
    exchange('rh', 'x-recent-history'),
    queue('q'),
    bind('q', 'rh'),
    publish('rh', 'any', 'm', { headers: { a: 1 } }),
    drain('q', 1),
  ),
  same('the exchange that traces would come to is not to be published to', publish('amq.rabbitmq.trace', 'k', 'm')),
  same('but can be bound to', queue('q'), bind('q', 'amq.rabbitmq.trace', '#'), fill('q', ['m']), ready('q', 1)),
  same('events without the plugin', exchange('amq.rabbitmq.event', 'topic', { passive: true })),
  same('selectors of JMS without the plugin', exchange('j', 'x-jms-topic')),
  differs('one of the queues of this node', 'local-random', exchange('l', 'x-local-random')),
  same(
    'recent history: messages that are not to be kept',
    exchange('rh', 'x-recent-history'),
    publish('rh', '', 'm', { headers: { 'x-recent-history-no-store': true } }),
    queue('q'),
    bind('q', 'rh'),
    fill('q', ['end']),
    drain('q', 2),
  ),
])
