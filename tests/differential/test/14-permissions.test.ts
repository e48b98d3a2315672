/** Section 14 of the reference of behaviour: permissions. */

import type { MethodInput, MethodName } from '@warrenmq/codec'
import type { Step } from '../src/run.ts'
import { same, section } from '../src/scenarios.ts'
import { A1, admin, B1, bind, call, connection, exchange, publish, queue, type Where } from '../src/steps.ts'

const USER = 'limited'

/** User B with these permissions; A is the guest, who may everything. */
function limited(configure: string, write: string, read: string, tags: readonly string[] = []): Step[] {
  return [
    admin((broker) => broker.putUser(USER, { password: 'pw', tags })),
    admin((broker, vhost) => broker.putPermissions(USER, vhost, { configure, write, read })),
    connection('B', { user: USER, password: 'pw' }),
  ]
}

function asB<N extends MethodName>(method: N, args: MethodInput<N>): Step {
  return call(method, args, B1)
}

const message = (to: string, key: string, at: Where = B1, userId?: string) => publish(to, key, 'm', { userId }, {}, at)
const there = [queue('q'), exchange('x', 'topic'), exchange('y', 'fanout'), bind('q', 'x', '#')]

/** Each operation with what it needs, by one who has it and by one who has everything else. */
const OPERATIONS: readonly (readonly [name: string, step: Step, configure: string, write: string, read: string])[] = [
  ['queue.declare', asB('queue.declare', { queue: 'q' }), 'q', '', ''],
  ['queue.declare of a new one', asB('queue.declare', { queue: 'new', exclusive: true }), 'new', '', ''],
  ['queue.declare, passive', asB('queue.declare', { queue: 'q', passive: true }), '', '', ''],
  [
    'queue.declare with a dead letter exchange',
    asB('queue.declare', { queue: 'new', exclusive: true, arguments: { 'x-dead-letter-exchange': 'x' } }),
    'new',
    'x',
    'new',
  ],
  ['queue.delete', asB('queue.delete', { queue: 'q' }), 'q', '', ''],
  ['queue.delete of none', asB('queue.delete', { queue: 'nosuch' }), 'nosuch', '', ''],
  ['queue.purge', asB('queue.purge', { queue: 'q' }), '', '', 'q'],
  ['queue.bind', asB('queue.bind', { queue: 'q', exchange: 'y' }), '', 'q', 'y'],
  ['queue.unbind', asB('queue.unbind', { queue: 'q', exchange: 'y' }), '', 'q', 'y'],
  ['exchange.declare', asB('exchange.declare', { exchange: 'x', type: 'topic' }), 'x', '', ''],
  ['exchange.declare, passive', asB('exchange.declare', { exchange: 'x', passive: true }), '', '', ''],
  [
    'exchange.declare with an alternate',
    asB('exchange.declare', {
      exchange: 'new',
      type: 'fanout',
      autoDelete: true,
      arguments: { 'alternate-exchange': 'x' },
    }),
    'new',
    'x',
    'new',
  ],
  ['exchange.delete', asB('exchange.delete', { exchange: 'x' }), 'x', '', ''],
  ['exchange.bind', asB('exchange.bind', { destination: 'y', source: 'x' }), '', 'y', 'x'],
  ['exchange.unbind', asB('exchange.unbind', { destination: 'y', source: 'x' }), '', 'y', 'x'],
  ['basic.publish', message('x', 'k'), '', 'x', ''],
  ['basic.publish to the default exchange', message('', 'q'), '', 'amq.default', ''],
  ['basic.publish to none', message('nosuch', 'q'), '', 'nosuch', ''],
  ['basic.get', asB('basic.get', { queue: 'q', noAck: true }), '', '', 'q'],
  ['basic.get of none', asB('basic.get', { queue: 'nosuch' }), '', '', 'nosuch'],
  ['basic.consume', asB('basic.consume', { queue: 'q', consumerTag: 't' }), '', '', 'q'],
]

const exactly = (name: string) => (name === '' ? '' : `^${name.replace('.', '\\.')}$`)
const without = (name: string) => (name === '' ? '.*' : `^(?!${name.replace('.', '\\.')}$)`)
const new_ = call('exchange.delete', { exchange: 'new' }, A1)

section('permissions', [
  ...OPERATIONS.flatMap(([name, step, configure, write, read]) => [
    same(
      `${name} with what it needs`,
      ...there,
      ...limited(exactly(configure), exactly(write), exactly(read)),
      step,
      new_,
    ),
    ...((configure && [
      same(`${name} without configure`, ...there, ...limited(without(configure), '.*', '.*'), step, new_),
    ]) ||
      []),
    ...((write && [same(`${name} without write`, ...there, ...limited('.*', without(write), '.*'), step, new_)]) || []),
    ...((read && [same(`${name} without read`, ...there, ...limited('.*', '.*', without(read)), step, new_)]) || []),
  ]),
  same(
    'expressions are not anchored',
    queue('my-queue'),
    ...limited('ue', '', 'que'),
    asB('queue.declare', { queue: 'my-queue' }),
    asB('basic.get', { queue: 'my-queue' }),
  ),
  same('an empty expression is for the empty name', ...limited('', '', ''), asB('queue.declare', { queue: '' })),
  same('a user-id of another', ...there, ...limited('.*', '.*', '.*'), message('x', 'k', B1, 'other')),
  same(
    'a user-id of another, by an impersonator',
    ...there,
    ...limited('.*', '.*', '.*', ['impersonator']),
    message('x', 'k', B1, 'other'),
  ),
  same(
    'topics',
    ...there,
    ...limited('.*', '.*', '.*'),
    admin((broker, vhost) => broker.putTopicPermissions(USER, vhost, { exchange: 'x', write: '^a\\.', read: '^b' })),
    message('x', 'a.b'),
    message('y', 'other'),
    message('x', 'other'),
    asB('queue.bind', { queue: 'q', exchange: 'x', routingKey: 'b' }),
    asB('queue.bind', { queue: 'q', exchange: 'x', routingKey: 'c' }),
  ),
])
