/** Section 3 of the reference of behaviour: channels. */

import { encodeContentHeader, encodeFrame, encodeMethodFrame, FrameType } from '@warrenmq/codec'
import { same, section } from '../src/scenarios.ts'
import { A2, bytes, call, consume, delivered, exchange, fill, get, queue, ready, send, settle } from '../src/steps.ts'

section('channels', [
  same('a method on a channel that was never opened', send('queue.declare', { queue: 'q' }, A2)),
  same('closing a channel that was never opened', send('channel.close', {}, A2)),
  same('close-ok on a channel that was never opened', send('channel.close-ok', {}, A2)),
  same('opening twice', call('channel.open')),
  same('close-ok without a close', call('channel.close-ok')),
  same('flow on', call('channel.flow', { active: true })),
  same('flow off', call('channel.flow', { active: false })),
  same('close with any code', call('channel.close', { replyCode: 404, replyText: 'me' })),
  same('an error ends its channel alone', queue('q'), get('nosuch', true, A2), get('q')),
  same(
    'closing returns what is in hand and ends consumers',
    queue('q'),
    fill('q', ['m1', 'm2']),
    consume('q', 't', {}, {}, A2),
    delivered(2, A2),
    call('channel.close', {}, A2),
    ready('q', 2),
    get('q'),
    get('q'),
  ),
  same(
    'get and deliver share one count of tags, with those that need no ack',
    queue('q'),
    fill('q', ['m1', 'm2', 'm3']),
    get('q', true),
    get('q', false),
    consume('q', 't'),
    delivered(1),
    settle('basic.ack', 2),
  ),
  same(
    'what comes between a close and its answer is ignored',
    queue('q'),
    bytes(
      encodeMethodFrame(1, 'exchange.declare', { exchange: 'nosuch', passive: true }),
      encodeMethodFrame(1, 'exchange.declare', { exchange: 'e1', type: 'direct' }),
      encodeMethodFrame(1, 'basic.publish', { routingKey: 'q' }),
      encodeFrame(FrameType.header, 1, encodeContentHeader(0, {})),
    ),
    exchange('e1', 'direct', { passive: true }, A2),
    ready('q', 0),
  ),
])
