/** Section 16 of the reference of behaviour: quorum queues, as one member serves them. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { FieldTable } from '@warrenmq/codec'
import { eventually } from '@warrenmq/testkit'
import type { Step } from '../src/run.ts'
import { differs, same, section } from '../src/scenarios.ts'
import {
  A2,
  B1,
  bind,
  call,
  came,
  consume,
  delivered,
  drain,
  exchange,
  fill,
  get,
  gone,
  publish,
  queue,
  ready,
  settle,
} from '../src/steps.ts'

const DURABLE = { durable: true }
const NO_ACK = { noAck: true }
const FOUR = ['m1', 'm2', 'm3', 'm4']
const quorum = (args: FieldTable = {}, name = 'qq') => queue(name, { 'x-queue-type': 'quorum', ...args }, DURABLE)

/** Arguments that a quorum queue takes or refuses. */
const ARGUMENTS: readonly FieldTable[] = [
  { 'x-max-priority': 5 },
  { 'x-queue-mode': 'lazy' },
  { 'x-queue-version': 2 },
  { 'x-max-age': '1h' },
  { 'x-message-ttl': -1 },
  { 'x-message-ttl': 'text' },
  { 'x-expires': 0 },
  { 'x-max-length': -1 },
  { 'x-overflow': 'drop-tail' },
  { 'x-dead-letter-strategy': 'at-once' },
  { 'x-quorum-initial-group-size': 0 },
  { 'x-queue-leader-locator': 'here' },
  { 'x-max-in-memory-length': -1 },
  { 'x-dead-letter-routing-key': 'k' },
  { 'x-single-active-consumer': 'yes' },
]

/** Publishes to the queue until it is gone: to ask for it would put that off, and RabbitMQ looks every five seconds. */
const untilReturned: Step = async (run) => {
  const isReturned = async () => {
    await sleep(100)
    await publish('', 'qq', 'probe', {}, { mandatory: true })(run)
    return run.countOf('A', 1, 'basic.return') > 0
  }
  await eventually(isReturned, 'the end of the queue', 25_000)
}

/** Arguments in the order in which they are compared. */
const COMPARED: readonly FieldTable[] = [
  { 'x-dead-letter-exchange': 'e' },
  { 'x-dead-letter-exchange': 'e', 'x-dead-letter-routing-key': 'k' },
  { 'x-dead-letter-strategy': 'at-most-once' },
  { 'x-expires': 600_000 },
  { 'x-max-length': 1 },
  { 'x-max-length-bytes': 1 },
  { 'x-max-in-memory-length': 1 },
  { 'x-max-in-memory-bytes': 1 },
  { 'x-overflow': 'drop-head' },
  { 'x-single-active-consumer': true },
  {},
  { 'x-quorum-initial-group-size': 1 },
  { 'x-delivery-limit': 1 },
  { 'x-message-ttl': 600_000 },
  { 'x-queue-leader-locator': 'balanced' },
]

section('quorum queues', [
  same('not durable', queue('qq', { 'x-queue-type': 'quorum' })),
  same('exclusive', queue('qq', { 'x-queue-type': 'quorum' }, { durable: true, exclusive: true })),
  same('auto-delete', queue('qq', { 'x-queue-type': 'quorum' }, { durable: true, autoDelete: true })),
  same('without a name', queue('', { 'x-queue-type': 'quorum' }, DURABLE)),
  ...ARGUMENTS.map((args) => same(`refuses ${JSON.stringify(args)}`, quorum(args))),
  same('is no classic queue', quorum(), queue('qq', {}, DURABLE)),
  same('is not what a classic queue was', queue('qq', { 'x-max-length': 1 }, DURABLE), quorum()),
  ...COMPARED.map((args, index) => {
    const others = Object.assign({}, ...COMPARED.slice(index))
    const names = Object.keys(args).join(' and ')
    return same(
      `compares ${names || 'the type'} before what follows`,
      quorum(others),
      queue('qq', args, DURABLE),
      quorum(args),
    )
  }),
  same('if-unused', quorum(), call('queue.delete', { queue: 'qq', ifUnused: true })),
  same('if-empty', quorum(), call('queue.delete', { queue: 'qq', ifEmpty: true })),
  same(
    'no limit for the whole channel',
    quorum(),
    call('basic.qos', { prefetchCount: 1, global: true }),
    consume('qq', 't'),
  ),
  same('no get with a single active consumer', quorum({ 'x-single-active-consumer': true }), get('qq')),
  differs(
    'delivers',
    'delivery-count',
    quorum(),
    fill('qq', ['m1', 'm2']),
    ready('qq', 2),
    get('qq'),
    get('qq', false, A2),
  ),
  same(
    'in order, and what is acknowledged is gone',
    quorum(),
    call('confirm.select'),
    fill('qq', FOUR),
    came('basic.ack', 1),
    ready('qq', 4),
    call('basic.qos', { prefetchCount: 2 }, A2),
    consume('qq', 't', {}, {}, A2),
    delivered(2, A2),
    call('basic.cancel', { consumerTag: 't' }, A2),
    settle('basic.ack', 1, { multiple: true }, A2),
    call('channel.close', {}, A2),
    // Counts are not asked for: when a cancelled consumer is no longer counted is RabbitMQ's affair.
    drain('qq', 2),
  ),
  same(
    'a prefetch for each consumer',
    quorum(),
    call('basic.qos', { prefetchCount: 2 }),
    consume('qq', 't'),
    fill('qq', FOUR, {}, B1),
    delivered(2),
    ready('qq', 2),
    settle('basic.ack', 0),
    delivered(3),
    ready('qq', 1),
  ),
  same('consumers that need no ack', quorum(), consume('qq', 't', {}, NO_ACK), fill('qq', FOUR, {}, B1), delivered(4)),
  same(
    'the higher priority first',
    quorum(),
    call('basic.qos', { prefetchCount: 1 }),
    call('basic.qos', { prefetchCount: 2 }, A2),
    consume('qq', 'low'),
    consume('qq', 'high', { 'x-priority': 5 }, {}, A2),
    fill('qq', FOUR, {}, B1),
    ready('qq', 1),
  ),
  same(
    'one consumer at a time, and the next when its channel closes',
    quorum({ 'x-single-active-consumer': true }),
    consume('qq', 't'),
    consume('qq', 'u', {}, {}, A2),
    fill('qq', FOUR, {}, B1),
    delivered(4),
    settle('basic.ack', 0),
    call('channel.close'),
    delivered(3, A2),
  ),
  same(
    'what is in hand is not purged, nor counted by a delete',
    quorum(),
    call('basic.qos', { prefetchCount: 1 }, A2),
    consume('qq', 't', {}, {}, A2),
    fill('qq', FOUR),
    ready('qq', 3),
    call('queue.purge', { queue: 'qq' }),
    fill('qq', ['m5']),
    ready('qq', 1),
    call('queue.delete', { queue: 'qq' }),
  ),
  same(
    'tells its consumers when it is deleted',
    quorum(),
    consume('qq', 't', {}, {}, A2),
    call('queue.delete', { queue: 'qq' }),
    came('basic.cancel', 1, A2),
  ),
  same(
    'rejected',
    ...dying(),
    fill('qq', ['m'], { headers: { a: 1 }, expiration: '60000' }),
    ready('qq', 1),
    get('qq', false),
    settle('basic.reject', 0, { requeue: false }),
    ready('dead', 1),
    drain('dead', 1),
  ),
  same(
    'dead-letters at least once, which needs refusal by length',
    ...dying({ 'x-dead-letter-strategy': 'at-least-once', 'x-overflow': 'reject-publish' }),
    fill('qq', FOUR),
    ready('qq', 4),
    get('qq', false),
    get('qq', false),
    settle('basic.nack', 1, { multiple: true, requeue: false }),
    ready('dead', 2),
    drain('dead', 2),
  ),
  same('x-message-ttl', ...dying({ 'x-message-ttl': 50 }), fill('qq', FOUR), ready('dead', 4), drain('dead', 4)),
  same(
    'an expiration',
    ...dying({ 'x-message-ttl': 60_000 }),
    fill('qq', ['m'], { expiration: '50' }),
    ready('dead', 1),
    drain('dead', 1),
  ),
  same(
    'only the head expires',
    ...dying(),
    fill('qq', ['long']),
    fill('qq', ['short'], { expiration: '1' }),
    ready('qq', 2),
    consume('qq', 't', {}, NO_ACK),
    delivered(1),
    ready('dead', 1),
    ready('qq', 0),
  ),
  same('x-expires', quorum({ 'x-expires': 100 }), untilReturned, gone('qq')),
  ...['drop-head', 'reject-publish-dlx'].map((overflow) =>
    same(
      `${overflow} drops the head`,
      ...dying({ 'x-max-length': 2, 'x-overflow': overflow }),
      fill('qq', FOUR),
      ready('dead', 2),
      drain('qq', 2),
      drain('dead', 2),
    ),
  ),
  same(
    'drops by bytes',
    ...dying({ 'x-max-length-bytes': 4 }),
    fill('qq', FOUR),
    ready('dead', 2),
    drain('qq', 2),
    drain('dead', 2),
  ),
  same(
    'given up after too many failed deliveries',
    ...dying({ 'x-delivery-limit': 1 }),
    fill('qq', ['poison'], { headers: { a: 1 } }),
    ready('qq', 1),
    get('qq', false),
    settle('basic.reject', 0, { requeue: true }),
    ready('qq', 1),
    get('qq', false),
    settle('basic.reject', 1, { requeue: true }),
    ready('dead', 1),
    drain('dead', 1),
  ),
  differs(
    'refuses what is over its limit',
    'quorum-reject',
    quorum({ 'x-max-length': 2, 'x-overflow': 'reject-publish' }),
    call('confirm.select'),
    fill('qq', ['m1', 'm2']),
    ready('qq', 2),
    fill('qq', ['m3']),
    ready('qq', 3, 2),
    fill('qq', ['m4']),
    came('basic.nack', 1),
    ready('qq', 3, 2),
  ),
  differs(
    'drops in order what comes back and is too much',
    'quorum-drop',
    ...dying({ 'x-max-length': 1 }),
    consume('qq', 't', {}, {}, A2),
    fill('qq', FOUR),
    delivered(4, A2),
    call('channel.close', {}, A2),
    ready('dead', 3),
    drain('dead', 3),
  ),
  differs(
    'comes back to its place',
    'quorum-requeue',
    quorum(),
    fill('qq', FOUR),
    ready('qq', 4),
    get('qq', false),
    settle('basic.reject', 0, { requeue: true }),
    ready('qq', 4),
    drain('qq', 4),
  ),
  differs(
    'basic.nack is no failure',
    'delivery-limit',
    ...dying({ 'x-delivery-limit': 0 }),
    fill('qq', ['m']),
    ready('qq', 1),
    get('qq', false),
    settle('basic.nack', 0, { requeue: true }),
    ready('dead', 1, 0),
    ready('qq', 0, 1),
  ),
  differs('a delivery limit that is no number', 'delivery-limit-type', quorum({ 'x-delivery-limit': 'text' })),
  differs(
    'others beside an exclusive consumer',
    'quorum-exclusive-consumer',
    quorum(),
    consume('qq', 't', {}, { exclusive: true }),
    consume('qq', 'u', {}, {}, A2),
  ),
  differs(
    'a cancelled consumer that holds messages is no longer counted',
    'quorum-consumer-count',
    quorum(),
    consume('qq', 't'),
    fill('qq', ['m'], {}, B1),
    delivered(1),
    call('basic.cancel', { consumerTag: 't' }),
    ready('qq', 0),
    settle('basic.ack', 0),
    ready('qq', 0),
  ),
])

/** `qq` with these arguments and `dead`, where it sends what dies. */
function dying(args: FieldTable = {}): Step[] {
  return [
    exchange('dlx', 'fanout'),
    queue('dead'),
    bind('dead', 'dlx'),
    quorum({ 'x-dead-letter-exchange': 'dlx', ...args }),
  ]
}
