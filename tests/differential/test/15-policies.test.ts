/** Section 15 of the reference of behaviour: policies and operator policies, and arguments beside them. */

import type { FieldTable } from '@warrenmq/codec'
import type { PolicyInput } from '@warrenmq/testkit'
import type { Step } from '../src/run.ts'
import { same, section } from '../src/scenarios.ts'
import {
  admin,
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
  pause,
  publish,
  queue,
  ready,
  settle,
} from '../src/steps.ts'

const FOUR = ['m1', 'm2', 'm3', 'm4']
const names = ['p1', 'p2', 'o1']

/** Puts a policy of user or operator (names that start with `o`) in force. */
function policy(name: string, definition: PolicyInput['definition'], input: Partial<PolicyInput> = {}): Step {
  const whole = { pattern: '^q', definition, ...input }
  return admin((broker, vhost) =>
    name.startsWith('o') ? broker.putOperatorPolicy(vhost, name, whole) : broker.putPolicy(vhost, name, whole),
  )
}

function without(name: string): Step {
  return admin((broker, vhost) =>
    name.startsWith('o') ? broker.deleteOperatorPolicy(vhost, name) : broker.deletePolicy(vhost, name),
  )
}

/** A scenario whose policies are taken away before and after it. */
function under(name: string, ...steps: readonly Step[]) {
  return same(name, ...names.map(without), ...steps, ...names.map(without))
}

const dead = [exchange('dlx', 'fanout'), queue('dead'), bind('dead', 'dlx')]
const reject = [get('q', false), settle('basic.reject', 0, { requeue: false })]

const quorum = (args: FieldTable) => queue('q', { 'x-queue-type': 'quorum', ...args }, { durable: true })
/** Four messages of which a limit may refuse some. */
const confirmed = [call('confirm.select'), fill('q', FOUR), came('basic.ack', 1)]

section('policies', [
  under('max-length of a new queue', policy('p1', { 'max-length': 2 }), queue('q'), fill('q', FOUR), drain('q', 2)),
  under(
    'max-length of a queue that is there',
    queue('q'),
    fill('q', FOUR),
    policy('p1', { 'max-length': 2 }),
    ready('q', 2),
    drain('q', 2),
  ),
  under(
    'the lower of policy and argument',
    policy('p1', { 'max-length': 3 }),
    queue('q', { 'x-max-length': 2 }),
    fill('q', FOUR),
    drain('q', 2),
  ),
  under(
    'the lower of argument and policy',
    policy('p1', { 'max-length': 2 }),
    queue('q', { 'x-max-length': 3 }),
    fill('q', FOUR),
    drain('q', 2),
  ),
  under(
    'the higher priority alone',
    policy('p1', { 'max-length': 1 }),
    policy('p2', { 'max-length-bytes': 6 }, { priority: 1 }),
    queue('q'),
    fill('q', FOUR),
    drain('q', 3),
  ),
  under(
    'another pattern',
    policy('p1', { 'max-length': 1 }, { pattern: '^x' }),
    queue('q'),
    fill('q', FOUR),
    drain('q', 4),
  ),
  under(
    'for exchanges alone',
    policy('p1', { 'alternate-exchange': 'e' }, { applyTo: 'exchanges' }),
    queue('q'),
    fill('q', FOUR),
    drain('q', 4),
  ),
  under(
    'with an operator policy, key by key',
    policy('p1', { 'max-length': 3 }),
    policy('o1', { 'max-length': 2 }, { applyTo: 'queues' }),
    queue('q'),
    fill('q', FOUR),
    drain('q', 2),
  ),
  under(
    'with a laxer operator policy',
    policy('p1', { 'max-length': 2 }),
    policy('o1', { 'max-length': 3 }, { applyTo: 'queues' }),
    queue('q'),
    fill('q', FOUR),
    drain('q', 2),
  ),
  under('taken away', policy('p1', { 'max-length': 2 }), queue('q'), without('p1'), fill('q', FOUR), drain('q', 4)),
  under(
    'message-ttl holds for what comes from now on',
    queue('q'),
    fill('q', FOUR),
    policy('p1', { 'message-ttl': 20 }),
    fill('q', ['m5']),
    pause(100),
    ready('q', 5),
    consume('q', 't', {}, { noAck: true }),
    delivered(4),
    ready('q', 0),
  ),
  under(
    'message-ttl 0 keeps nothing, not even behind what lives longer',
    queue('q'),
    fill('q', ['m1']),
    policy('p1', { 'message-ttl': 0 }),
    fill('q', ['m2']),
    ready('q', 1),
    drain('q', 1),
  ),
  under(
    'message-ttl 0 with a dead letter exchange expires at the head',
    ...dead,
    queue('q', { 'x-dead-letter-exchange': 'dlx' }),
    fill('q', ['m1']),
    policy('p1', { 'message-ttl': 0 }),
    fill('q', ['m2']),
    ready('q', 2),
    ready('dead', 0),
  ),
  under(
    'dead-letter-exchange',
    ...dead,
    policy('p1', { 'dead-letter-exchange': 'dlx' }),
    queue('q'),
    fill('q', ['m']),
    ...reject,
    ready('dead', 1),
    drain('dead', 1),
  ),
  under(
    'dead-letter-exchange of a queue that is there',
    ...dead,
    queue('q'),
    fill('q', ['m']),
    policy('p1', { 'dead-letter-exchange': 'dlx' }),
    ...reject,
    ready('dead', 1),
    drain('dead', 1),
  ),
  under(
    'the argument for dead letters wins',
    ...dead,
    policy('p1', { 'dead-letter-exchange': 'nosuch' }),
    queue('q', { 'x-dead-letter-exchange': 'dlx' }),
    fill('q', ['m']),
    ...reject,
    ready('dead', 1),
  ),
  under(
    'the argument for overflow wins',
    policy('p1', { 'max-length': 2, overflow: 'reject-publish' }),
    queue('q', { 'x-overflow': 'drop-head' }),
    fill('q', FOUR),
    drain('q', 2),
  ),
  under(
    'overflow',
    policy('p1', { 'max-length': 2, overflow: 'reject-publish' }),
    queue('q'),
    fill('q', FOUR),
    drain('q', 2),
  ),
  under('expires', queue('q'), policy('p1', { expires: 100 }), pause(600), gone('q')),
  under(
    'alternate-exchange',
    queue('target'),
    exchange('ae', 'fanout'),
    bind('target', 'ae'),
    exchange('q.x', 'direct'),
    policy('p1', { 'alternate-exchange': 'ae' }),
    publish('q.x', 'nowhere', 'm'),
    ready('target', 1),
  ),
  under(
    'the policy for overflow wins with a quorum queue',
    policy('p1', { 'max-length': 2, overflow: 'drop-head' }),
    quorum({ 'x-overflow': 'reject-publish' }),
    ...confirmed,
    drain('q', 2),
  ),
  under(
    'the lower of both lengths of a quorum queue',
    policy('p1', { 'max-length': 2 }),
    quorum({ 'x-max-length': 3 }),
    ...confirmed,
    drain('q', 3),
  ),
  under(
    'message-ttl of a quorum queue',
    policy('p1', { 'message-ttl': 60_000 }),
    ...dead,
    quorum({ 'x-message-ttl': 20, 'x-dead-letter-exchange': 'dlx' }),
    ...confirmed,
    ready('dead', 4),
    ready('q', 0),
  ),
  under(
    'the lower of both delivery limits',
    policy('p1', { 'delivery-limit': 0 }),
    ...dead,
    quorum({ 'x-delivery-limit': 5, 'x-dead-letter-exchange': 'dlx' }),
    fill('q', ['m']),
    ready('q', 1),
    get('q', false),
    settle('basic.reject', 0, { requeue: true }),
    ready('dead', 1),
    drain('dead', 1),
  ),
  under(
    'a delivery limit is not for classic queues, nor what stands beside it',
    policy('p1', { 'delivery-limit': 0, 'max-length': 1 }),
    queue('q'),
    fill('q', FOUR),
    drain('q', 4),
  ),
  under(
    'arguments are not compared with policies',
    policy('p1', { 'max-length': 2 }),
    queue('q'),
    queue('q'),
    queue('q', { 'x-max-length': 2 }),
  ),
])
