/** Section 16 of the reference of behaviour: quorum queues, as one member serves them. */

import type { FieldTable } from '@warrenmq/codec'
import { differs, same, section } from '../src/scenarios.ts'
import { A2, call, consume, fill, get, queue, ready } from '../src/steps.ts'

const DURABLE = { durable: true }
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

section('quorum queues', [
  same('not durable', queue('qq', { 'x-queue-type': 'quorum' })),
  same('exclusive', queue('qq', { 'x-queue-type': 'quorum' }, { durable: true, exclusive: true })),
  same('auto-delete', queue('qq', { 'x-queue-type': 'quorum' }, { durable: true, autoDelete: true })),
  same('without a name', queue('', { 'x-queue-type': 'quorum' }, DURABLE)),
  ...ARGUMENTS.map((args) => same(`refuses ${JSON.stringify(args)}`, quorum(args))),
  same('is no classic queue', quorum(), queue('qq', {}, DURABLE)),
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
])
