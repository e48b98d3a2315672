/** Section 6 of the reference of behaviour: bindings and what they match. */

import type { FieldTable, FieldValue } from '@warrenmq/codec'
import { same, section } from '../src/scenarios.ts'
import { bind, bindExchange, call, drain, exchange, publish, queue, ready } from '../src/steps.ts'

const PATTERNS = [
  '',
  '#',
  '#.#',
  '*',
  '*.*',
  'a',
  'a.*',
  '*.a',
  'a.#',
  '#.a',
  '#.a.#',
  'a.*.b',
  'a.#.b',
  '*.#',
  '#.*',
  '*.#.*',
  '..',
  'a..b',
  'a#',
  '**',
  '#.b.*',
]
const KEYS = [
  '',
  '.',
  '..',
  'a',
  'b',
  'a.b',
  'b.a',
  'a.a',
  'a.b.c',
  'a.x.b',
  'a..b',
  'a.x.y.b',
  'a#',
  '**',
  '#',
  '*',
  'a.',
  '.a',
  'x.b.y',
]

const VALUES: readonly (readonly [bound: FieldValue, sent: FieldValue])[] = [
  [1, 1],
  [1, 1.5],
  [1, 1n],
  ['1', 1],
  [true, 1],
  [true, true],
  [null, 'any'],
  [null, null],
  ['a', null],
  [
    [1, 2],
    [1, 2],
  ],
  [{ k: 1 }, { k: 1 }],
]

const MATCHES: readonly (readonly [name: string, args: FieldTable, headers: FieldTable])[] = [
  ['all without keys', {}, { a: 1 }],
  ['any without keys', { 'x-match': 'any' }, { a: 1 }],
  ['all with all', { a: 1, b: 2 }, { a: 1, b: 2, c: 3 }],
  ['all with one missing', { a: 1, b: 2 }, { a: 1 }],
  ['any with one', { 'x-match': 'any', a: 1, b: 2 }, { b: 2 }],
  ['any with none', { 'x-match': 'any', a: 1, b: 2 }, { b: 3 }],
  ['all does not look at x-', { a: 1, 'x-b': 2 }, { a: 1 }],
  ['any does not look at x-', { 'x-match': 'any', a: 1, 'x-b': 2 }, { 'x-b': 2 }],
  ['all-with-x does', { 'x-match': 'all-with-x', a: 1, 'x-b': 2 }, { a: 1 }],
  ['any-with-x does', { 'x-match': 'any-with-x', a: 1, 'x-b': 2 }, { 'x-b': 2 }],
]

const DEFAULT = { queue: 'q', exchange: '', routingKey: 'k' }

section('bindings', [
  same(
    'twice is once',
    queue('q'),
    bind('q', 'amq.direct', 'k'),
    bind('q', 'amq.direct', 'k'),
    publish('amq.direct', 'k', 'm'),
    ready('q', 1),
  ),
  same('no source', queue('q'), bind('q', 'nosuch', 'k')),
  same('no destination', bind('nosuch', 'amq.direct', 'k')),
  same('neither', bind('nosuch', 'nosuch', 'k')),
  same('no source exchange', bindExchange('amq.direct', 'nosuch')),
  same('no destination exchange', bindExchange('nosuch', 'amq.direct')),
  same('bind to the default exchange', queue('q'), call('queue.bind', DEFAULT)),
  same('unbind from the default exchange', queue('q'), call('queue.unbind', DEFAULT)),
  same('bind the default exchange', bindExchange('', 'amq.direct', 'k')),
  same(
    'unbind what is not bound',
    queue('q'),
    call('queue.unbind', { queue: 'q', exchange: 'amq.direct', routingKey: 'k' }),
  ),
  same('unbind no queue', call('queue.unbind', { queue: 'nosuch', exchange: 'amq.direct' })),
  same('unbind no exchange', queue('q'), call('queue.unbind', { queue: 'q', exchange: 'nosuch' })),
  same('unbind exchanges that are not bound', call('exchange.unbind', { destination: 'nosuch', source: 'amq.direct' })),
  same(
    'an exchange to itself',
    exchange('e', 'fanout'),
    queue('q'),
    bindExchange('e', 'e'),
    bind('q', 'e'),
    publish('e', '', 'm'),
    ready('q', 1),
  ),
  same(
    'a circle, and one copy',
    exchange('e1', 'fanout'),
    exchange('e2', 'fanout'),
    queue('q'),
    bindExchange('e2', 'e1'),
    bindExchange('e1', 'e2'),
    bind('q', 'e1'),
    bind('q', 'e2'),
    publish('e1', '', 'm'),
    ready('q', 1),
  ),
  same('a bad x-match', queue('q'), bind('q', 'amq.headers', '', { 'x-match': 'foo' })),
  same('an x-match that is no string', queue('q'), bind('q', 'amq.headers', '', { 'x-match': 1 })),
  same(
    'arguments are part of a binding',
    queue('q'),
    bind('q', 'amq.direct', 'k', { a: 1 }),
    bind('q', 'amq.direct', 'k', { a: 2 }),
    call('queue.unbind', { queue: 'q', exchange: 'amq.direct', routingKey: 'k', arguments: { a: 1 } }),
    publish('amq.direct', 'k', 'm'),
    ready('q', 1),
  ),
  same(
    'CR and LF stay in keys',
    queue('q'),
    bind('q', 'amq.direct', 'a\r\n'),
    publish('amq.direct', 'a', 'm1'),
    publish('amq.direct', 'a\r\n', 'm2'),
    drain('q', 2),
  ),
  ...PATTERNS.map((pattern) =>
    same(
      `topic '${pattern}'`,
      exchange('t', 'topic'),
      queue('q'),
      bind('q', 't', pattern),
      ...KEYS.map((key) => publish('t', key, key)),
      drain('q', KEYS.length),
    ),
  ),
  ...VALUES.map(([bound, sent]) =>
    same(
      `headers: ${describe(bound)} bound, ${describe(sent)} sent`,
      queue('q'),
      bind('q', 'amq.headers', '', { h: bound }),
      publish('amq.headers', '', 'm', { headers: { h: sent } }),
      drain('q', 1),
    ),
  ),
  ...MATCHES.map(([name, args, headers]) =>
    same(
      `headers: ${name}`,
      queue('q'),
      bind('q', 'amq.match', '', args),
      publish('amq.match', 'k', 'm', { headers }),
      drain('q', 1),
    ),
  ),
  same(
    'headers: a message without any',
    queue('q'),
    bind('q', 'amq.headers', '', { 'x-match': 'all' }),
    publish('amq.headers', '', 'm'),
    drain('q', 1),
  ),
])

function describe(value: FieldValue): string {
  return typeof value === 'bigint' ? `${value}n` : JSON.stringify(value)
}
