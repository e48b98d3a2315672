/** Section 7 of the reference of behaviour: basic.publish. */

import type { BasicProperties } from '@warrenmq/codec'
import { same, section } from '../src/scenarios.ts'
import { bind, call, drain, exchange, publish, queue } from '../src/steps.ts'

const EXPIRATIONS = ['abc', '1.5', ' 5', '', '5 ', '-1', '315360000001', '+5000000', '60000', '1e3', '0x10', '00060000']
const DELIVERY_MODES = [0, 1, 2, 3, 255]
const MANDATORY = { mandatory: true }

/** What a consumer gets to see. */
const PROPERTIES: BasicProperties = {
  contentType: 'text/plain',
  contentEncoding: 'gzip',
  headers: { text: 'x', number: 1, nested: { list: [1, 'two', null, true] } },
  deliveryMode: 2,
  priority: 9,
  correlationId: 'c',
  replyTo: 'r',
  expiration: '600000',
  messageId: 'm',
  timestamp: 1,
  type: 't',
  userId: 'guest',
  appId: 'a',
  clusterId: 'k',
}

section('publishing', [
  same('immediate', publish('', 'q', 'm', {}, { immediate: true })),
  same('no exchange', publish('nosuch', 'k', 'm')),
  same('no exchange, in confirm mode', call('confirm.select'), publish('nosuch', 'k', 'm')),
  same('amq.default is no other name of the default exchange', publish('amq.default', 'q', 'm')),
  same('an internal exchange', exchange('in', 'direct', { internal: true }), publish('in', 'k', 'm')),
  same('the user-id of another', publish('', 'q', 'm', { userId: 'other' })),
  same('an empty user-id', publish('', 'q', 'm', { userId: '' })),
  ...EXPIRATIONS.map((expiration) =>
    same(`expiration '${expiration}'`, queue('q'), publish('', 'q', 'm', { expiration }), drain('q', 1)),
  ),
  ...DELIVERY_MODES.map((deliveryMode) =>
    same(`delivery-mode ${deliveryMode}`, queue('q'), publish('', 'q', 'm', { deliveryMode }), drain('q', 1)),
  ),
  ...['CC', 'BCC'].flatMap((name) => [
    same(`${name} that is no array`, publish('', 'q', 'm', { headers: { [name]: 'q' } })),
    same(
      `${name} with others than strings`,
      queue('q'),
      publish('', 'x', 'm', { headers: { [name]: [1, 'q', null] } }),
      drain('q', 1),
    ),
    same(
      `${name} makes it routed`,
      queue('q'),
      publish('', 'x', 'm', { headers: { [name]: ['q'] } }, MANDATORY),
      drain('q', 1),
    ),
    same(
      `${name} on a topic exchange`,
      queue('q'),
      bind('q', 'amq.topic', 'a.*'),
      publish('amq.topic', 'x', 'm', { headers: { [name]: ['a.b'], k: 1 } }),
      drain('q', 1),
    ),
  ]),
  same(
    'one copy for key, CC and BCC',
    queue('q'),
    publish('', 'q', 'm', { headers: { CC: ['q'], BCC: ['q', 'q'] } }),
    drain('q', 1),
  ),
  same('all properties', queue('q'), publish('', 'q', 'm', PROPERTIES), drain('q', 1)),
  same('an empty body', queue('q'), publish('', 'q', ''), drain('q', 1)),
  same('unroutable', publish('', 'nosuch', 'm')),
  same('unroutable and mandatory', publish('', 'nosuch', 'm', PROPERTIES, MANDATORY)),
  same('unroutable and mandatory, with BCC', publish('', 'nosuch', 'm', { headers: { BCC: ['x'] } }, MANDATORY)),
  same(
    'unroutable and mandatory in confirm mode',
    call('confirm.select'),
    publish('amq.direct', 'k', 'm', {}, MANDATORY),
  ),
  same('a reply address without a reply consumer', publish('', 'q', 'm', { replyTo: 'amq.rabbitmq.reply-to' })),
])
