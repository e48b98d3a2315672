/** Section 5 of the reference of behaviour: queues. */

import { type FieldTable, type FieldValue, typed } from '@warrenmq/codec'
import { differs, same, section } from '../src/scenarios.ts'
import {
  A2,
  B1,
  bind,
  call,
  came,
  connection,
  consume,
  delivered,
  fill,
  get,
  gone,
  leave,
  pause,
  publish,
  queue,
  ready,
  settle,
} from '../src/steps.ts'

const TEN_YEARS_MS = 315_360_000_000
const NUMBERS = ['x-message-ttl', 'x-expires', 'x-max-length', 'x-max-length-bytes', 'x-max-priority']
const NO_NUMBERS: readonly FieldValue[] = [
  'text',
  typed('d', 1),
  true,
  typed('T', 1),
  null,
  typed('D', { scale: 0, value: 1 }),
  -1,
]

/** Values that a classic queue refuses, and some that it takes. */
const ARGUMENTS: readonly FieldTable[] = [
  ...NUMBERS.flatMap((name) => NO_NUMBERS.map((value) => ({ [name]: value }))),
  ...[TEN_YEARS_MS, TEN_YEARS_MS + 1, 0].flatMap((value) => [{ 'x-message-ttl': value }, { 'x-expires': value }]),
  ...[0, 255, 256].map((value) => ({ 'x-max-priority': value })),
  ...['b', 's', 'I', 'l'].map((tag) => ({ 'x-max-length': typed(tag as 'I', 5) })),
  ...['drop-head', 'reject-publish', 'reject-publish-dlx', 'drop-tail', 1].map((value) => ({ 'x-overflow': value })),
  ...['', 'nosuch', 1, null].map((value) => ({ 'x-dead-letter-exchange': value })),
  ...['key', 1].map((value) => ({ 'x-dead-letter-routing-key': value })),
  ...['key', 1].map((value) => ({ 'x-dead-letter-exchange': 'e', 'x-dead-letter-routing-key': value })),
  ...['default', 'lazy', 'foo', 1].map((value) => ({ 'x-queue-mode': value })),
  ...[1, 2, 3, 'x'].map((value) => ({ 'x-queue-version': value })),
  ...['classic', 'foo', 1].map((value) => ({ 'x-queue-type': value })),
  ...[true, false, 'true'].map((value) => ({ 'x-single-active-consumer': value })),
  ...['min-masters', 'client-local', 'random'].map((value) => ({ 'x-queue-master-locator': value })),
  { 'x-delivery-limit': 5 },
  { 'x-quorum-initial-group-size': 1 },
  { 'x-max-age': '1h' },
  { 'x-stream-max-segment-size-bytes': 100 },
  { 'x-initial-cluster-size': 1 },
  { 'x-max-in-memory-length': 1 },
  { 'x-cancel-on-ha-failover': true },
  { 'x-unknown': 1 },
]

const shown = (args: FieldTable) =>
  JSON.stringify(args, (_key, value) => (typeof value === 'bigint' ? String(value) : value))

/** Two declarations that differ in their arguments. */
const AGAIN: readonly (readonly [FieldTable, FieldTable])[] = [
  [{}, { 'x-message-ttl': 1000 }],
  [{ 'x-message-ttl': 1000 }, {}],
  [{ 'x-message-ttl': 1000 }, { 'x-message-ttl': 2000 }],
  [{ 'x-message-ttl': 1000 }, { 'x-message-ttl': typed('l', 1000) }],
  [{ 'x-unknown': 1 }, { 'x-unknown': 2 }],
  [{ 'x-queue-type': 'classic' }, {}],
  [{}, { 'x-queue-type': 'classic' }],
  [{ 'x-dead-letter-exchange': 'a' }, { 'x-dead-letter-exchange': 'b' }],
  [{ 'x-single-active-consumer': true }, { 'x-single-active-consumer': false }],
  [{ 'x-max-priority': 1 }, { 'x-max-priority': 2, 'x-max-length': 1 }],
]

section('queues', [
  same(
    'a server-named one, and its use by the empty name',
    queue('', {}, { exclusive: true }),
    bind('', 'amq.topic'),
    get(''),
  ),
  ...(['queue.purge', 'queue.delete', 'basic.get', 'basic.consume', 'queue.bind'] as const).map((method) =>
    same(`${method} with no name before`, call(method, { exchange: 'amq.direct' } as object)),
  ),
  same('passive without a name', queue('', {}, { passive: true })),
  same('CR and LF are taken out of names', queue('q\r\n1'), get('q1')),
  same('long and foreign names', queue('ü'.repeat(127)), get('ü'.repeat(127))),
  same('a reserved name', queue('amq.foo')),
  same('a reserved name, passive', queue('amq.foo', {}, { passive: true })),
  same('passive, missing', queue('nosuch', {}, { passive: true })),
  same(
    'passive, whatever else is said',
    queue('q'),
    queue('q', { 'x-max-length': 1 }, { passive: true, durable: true }),
  ),
  same('another durable', queue('q'), queue('q', {}, { durable: true })),
  same('another auto_delete', queue('q'), queue('q', {}, { autoDelete: true })),
  same('exclusive now', queue('q'), queue('q', {}, { exclusive: true })),
  same('exclusive no longer', queue('q', {}, { exclusive: true }), queue('q')),
  same(
    'exclusive and durable',
    queue('q', {}, { exclusive: true, durable: true }),
    queue('q', {}, { exclusive: true }),
  ),
  same(
    'counts ready messages and consumers of all channels',
    queue('q'),
    fill('q', ['m1', 'm2']),
    get('q', false),
    consume('q', 't', {}, {}, A2),
    queue('q', {}, { passive: true }),
  ),
  ...(
    [
      ['queue.declare', { queue: 'x', passive: true }],
      ['queue.declare', { queue: 'x', exclusive: true }],
      ['basic.consume', { queue: 'x' }],
      ['basic.get', { queue: 'x' }],
      ['queue.purge', { queue: 'x' }],
      ['queue.delete', { queue: 'x' }],
      ['queue.bind', { queue: 'x', exchange: 'amq.direct' }],
      ['queue.unbind', { queue: 'x', exchange: 'amq.direct' }],
    ] as const
  ).map(([method, args]) =>
    same(
      `${method} of the exclusive queue of another: ${Object.keys(args)}`,
      queue('x', {}, { exclusive: true }),
      call(method, args, B1),
    ),
  ),
  same(
    'publishing to the exclusive queue of another',
    queue('x', {}, { exclusive: true }),
    publish('', 'x', 'm', {}, {}, B1),
    get('x'),
  ),
  same(
    'an exclusive queue goes with its connection',
    queue('x', {}, { exclusive: true }),
    leave('A'),
    queue('x', {}, { passive: true }, B1),
  ),
  ...ARGUMENTS.map((args) => same(`arguments ${shown(args)}`, queue('bad', args))),
  ...AGAIN.map(([one, other]) => same(`${shown(one)}, then ${shown(other)}`, queue('q', one), queue('q', other))),
  differs('a bad x-queue-master-locator', 'master-locator', queue('bad', { 'x-queue-master-locator': 'foo' })),
  same('deletes what is missing', call('queue.delete', { queue: 'nosuch' })),
  same('purges what is missing', call('queue.purge', { queue: 'nosuch' })),
  same(
    'delete counts the ready, cancels consumers, and later acks are fine',
    queue('q'),
    consume('q', 't', {}, {}, A2),
    call('basic.qos', { prefetchCount: 1 }, A2),
    fill('q', ['m1', 'm2']),
    delivered(2, A2),
    call('queue.delete', { queue: 'q' }),
    came('basic.cancel', 1, A2),
    settle('basic.ack', 0, {}, A2),
    settle('basic.nack', 1, { requeue: true }, A2),
  ),
  same(
    'no cancel for a client that knows none',
    connection('A', { clientProperties: {} }),
    queue('q'),
    consume('q', 't'),
    call('queue.delete', { queue: 'q' }, B1),
  ),
  same('if-empty with messages', queue('q'), fill('q', ['m']), call('queue.delete', { queue: 'q', ifEmpty: true })),
  same(
    'if-empty with messages in hand alone',
    queue('q'),
    fill('q', ['m']),
    get('q', false),
    call('queue.delete', { queue: 'q', ifEmpty: true }),
  ),
  same(
    'if-unused with consumers',
    queue('q'),
    consume('q', 't'),
    call('queue.delete', { queue: 'q', ifUnused: true }, A2),
  ),
  same(
    'purge leaves what is in hand',
    queue('q'),
    fill('q', ['a', 'b', 'c']),
    get('q', false),
    call('queue.purge', { queue: 'q' }),
    settle('basic.nack', 0, { requeue: true }),
    ready('q', 1),
  ),
  same(
    'nothing is dead-lettered by purge and delete',
    ...deadLettering({}),
    fill('q', ['a', 'b']),
    call('queue.purge', { queue: 'q' }),
    fill('q', ['c']),
    call('queue.delete', { queue: 'q' }),
    ready('dead', 0),
  ),
  same(
    'auto-delete by cancel',
    queue('q', {}, { autoDelete: true }),
    consume('q', 't'),
    call('basic.cancel', { consumerTag: 't' }),
    gone('q'),
  ),
  same(
    'auto-delete by the end of a channel',
    queue('q', {}, { autoDelete: true }),
    consume('q', 't', {}, {}, A2),
    call('channel.close', {}, A2),
    gone('q'),
  ),
  same(
    'auto-delete never without a consumer',
    queue('q', {}, { autoDelete: true }),
    fill('q', ['m']),
    get('q'),
    ready('q', 0),
  ),
  same('x-expires', ...deadLettering({ 'x-expires': 100 }), fill('q', ['m']), pause(600), gone('q'), ready('dead', 0)),
  same(
    'x-expires waits for consumers',
    queue('q', { 'x-expires': 50 }),
    consume('q', 't'),
    queue('other', { 'x-expires': 150 }),
    pause(600),
    gone('other'),
    ready('q', 0),
  ),
])

function deadLettering(args: FieldTable) {
  return [queue('dead'), queue('q', { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'dead', ...args })]
}
