/** Section 9 of the reference of behaviour: basic.consume, basic.cancel, direct reply-to. */

import { typed } from '@warrenmq/codec'
import { differs, same, section } from '../src/scenarios.ts'
import { A2, B1, call, consume, delivered, fill, get, publish, queue, ready, settle } from '../src/steps.ts'

const REPLIES = 'amq.rabbitmq.reply-to'
const NO_ACK = { noAck: true }

section('consumers', [
  same('no queue', consume('nosuch', 't')),
  same('a tag made up', queue('q'), consume('q', ''), consume('q', '')),
  same('a tag in use', queue('q'), consume('q', 't'), consume('q', 't')),
  same('the same tag on another channel', queue('q'), consume('q', 't'), consume('q', 't', {}, {}, A2)),
  same('exclusive beside others', queue('q'), consume('q', 't'), consume('q', 'u', {}, { exclusive: true }, A2)),
  same(
    'others beside an exclusive one',
    queue('q'),
    consume('q', 't', {}, { exclusive: true }),
    consume('q', 'u', {}, {}, A2),
  ),
  same(
    'exclusive, then cancelled',
    queue('q'),
    consume('q', 't', {}, { exclusive: true }),
    call('basic.cancel', { consumerTag: 't' }),
    consume('q', 'u', {}, {}, A2),
  ),
  same(
    'exclusive on a single active consumer queue',
    queue('q', { 'x-single-active-consumer': true }),
    consume('q', 't', {}, { exclusive: true }),
  ),
  same('no-local is ignored', queue('q'), consume('q', 't', {}, { noLocal: true }), fill('q', ['m']), delivered(1)),
  ...[1, -5, 'text', true, null, typed('d', 1), typed('b', 1), 2n ** 40n].map((value) =>
    same(`x-priority ${typeof value} ${String(value)}`, queue('q'), consume('q', 't', { 'x-priority': value })),
  ),
  same('unknown arguments', queue('q'), consume('q', 't', { 'x-unknown': 1 })),
  same("a stream's argument", queue('q'), consume('q', 't', { 'x-stream-offset': 'first' })),
  same('cancels what is not there', call('basic.cancel', { consumerTag: 'nosuch' })),
  same(
    'what a cancelled consumer holds stays in hand',
    queue('q'),
    consume('q', 't'),
    fill('q', ['m1']),
    delivered(1),
    call('basic.cancel', { consumerTag: 't' }),
    ready('q', 0),
    fill('q', ['m2']),
    settle('basic.ack', 0),
    get('q'),
  ),
  same('cancel-ok from a client', call('basic.cancel-ok')),
  same(
    'the higher priority first, as long as it can take more',
    queue('q'),
    call('basic.qos', { prefetchCount: 1 }),
    call('basic.qos', { prefetchCount: 2 }, A2),
    consume('q', 'low', { 'x-priority': 0 }),
    consume('q', 'high', { 'x-priority': 5 }, {}, A2),
    fill('q', ['m1', 'm2', 'm3', 'm4'], {}, B1),
    ready('q', 1),
  ),
  same(
    'in turn',
    queue('q'),
    consume('q', 't', {}, NO_ACK),
    consume('q', 'u', {}, NO_ACK, A2),
    fill('q', ['m1', 'm2', 'm3', 'm4'], {}, B1),
    delivered(2),
    delivered(2, A2),
  ),
  same('reply consumer without no-ack', consume(REPLIES, 't')),
  same('two reply consumers', consume(REPLIES, 't', {}, NO_ACK), consume(REPLIES, 'u', {}, NO_ACK)),
  same(
    'reply consumer, then cancelled',
    consume(REPLIES, 't', {}, NO_ACK),
    call('basic.cancel', { consumerTag: 't' }),
    consume(REPLIES, 'u', {}, NO_ACK),
  ),
  same('get from the reply queue', get(REPLIES)),
  same('declare the reply queue', queue(REPLIES, {}, { passive: true })),
  same(
    'a question gets a reply address of its own',
    queue('q'),
    consume(REPLIES, 't', {}, NO_ACK),
    publish('', 'q', 'question', { replyTo: REPLIES, correlationId: '1' }),
    get('q', true, B1),
  ),
  differs(
    'a reply to an address that was made up',
    'reply-address',
    publish('', `${REPLIES}.g1h2AAAAAA.AAAA`, 'answer', {}, { mandatory: true }),
  ),
])
