/** Exchanges, queues and bindings, over HTTP. */

import { afterAll, beforeAll, describe } from 'vitest'
import { apiPair, itAnswersAlike, type Step } from './support.ts'

/** Who may write and read, and configure nothing. */
const NO_CONFIGURE = 'top-user:top-user'

const pair = apiPair()
const apis = pair.rabbit === undefined ? [pair.warren] : [pair.warren, pair.rabbit]

beforeAll(async () => {
  for (const { target } of apis) {
    await target.admin.putUser('top-user', { password: 'top-user', tags: ['management'] })
    await target.admin.putUser('top-stranger', { password: 'top-stranger', tags: ['management'] })
  }
})

afterAll(async () => {
  for (const { target } of apis) for (const user of ['top-user', 'top-stranger']) await target.admin.deleteUser(user)
})

const ALLOW_USER: Step = {
  method: 'PUT',
  path: '/permissions/{v}/top-user',
  body: { configure: '', write: '.*', read: '.*' },
}

/** What RabbitMQ answers 500, and we 400 with this reason. */
function refuses(method: string, path: string, body: unknown, reason: string | string[]): Step {
  return { method, path, body, ours: { status: 400, json: { error: 'bad_request', reason }, why: 'RabbitMQ fails.' } }
}

describe('exchanges', () => {
  itAnswersAlike('come and go', pair, [
    { method: 'PUT', path: '/exchanges/{v}/x1', body: {} },
    { method: 'PUT', path: '/exchanges/{v}/x1', body: {} },
    { method: 'GET', path: '/exchanges/{v}/x1' },
    {
      method: 'PUT',
      path: '/exchanges/{v}/a%2Fb%20%C3%A4',
      body: { type: 'topic', durable: 'true', auto_delete: 'false' },
    },
    { method: 'GET', path: '/exchanges/{v}/a%2Fb%20%C3%A4?columns=name,type,durable,auto_delete', compare: 'same' },
    {
      method: 'PUT',
      path: '/exchanges/{v}/x2',
      body: { type: 'fanout', internal: true, arguments: { 'alternate-exchange': 'x1', list: [1, { a: 'b' }] } },
    },
    { method: 'GET', path: '/exchanges/{v}/x2?columns=name,internal,arguments', compare: 'same' },
    { method: 'PUT', path: '/exchanges/{v}/x3', body: { arguments: [] } },
    { method: 'GET', path: '/exchanges/{v}/amq.default' },
    { method: 'GET', path: '/exchanges/{v}' },
    {
      method: 'GET',
      path: '/exchanges/{v}?columns=name,vhost,type,durable,auto_delete,internal,arguments',
      compare: 'same',
    },
    { method: 'GET', path: '/exchanges/{v}?page=2&page_size=3&columns=name&name=x', compare: 'same' },
    { method: 'GET', path: '/exchanges/{v}?page=1&columns=name&name=%5EX%5B12%5D&use_regex=true', compare: 'same' },
    { method: 'GET', path: '/exchanges/{v}?page=1&columns=name&name=%5EX%5B12%5D', compare: 'same' },
    { method: 'GET', path: '/exchanges/{v}?page=1&name=(&use_regex=true' },
    { method: 'GET', path: '/exchanges/{v}?sort=type&columns=name,type', compare: 'same' },
    { method: 'GET', path: '/exchanges/{v}?sort=durable&sort_reverse=true&columns=name', compare: 'same' },
    { method: 'GET', path: '/exchanges/{v}?sort=no.such&columns=name', compare: 'same' },
    { method: 'GET', path: '/exchanges' },
    { method: 'DELETE', path: '/exchanges/{v}/x2' },
    { method: 'DELETE', path: '/exchanges/{v}/x2' },
    { method: 'GET', path: '/exchanges/{v}/x2' },
  ])

  itAnswersAlike('are refused', pair, [
    ALLOW_USER,
    { method: 'PUT', path: '/exchanges/{v}/x1', body: {} },
    { method: 'PUT', path: '/exchanges/{v}/x1', body: { type: 'fanout' } },
    { method: 'PUT', path: '/exchanges/{v}/x1', body: { durable: true } },
    { method: 'PUT', path: '/exchanges/{v}/x1', body: { arguments: { 'alternate-exchange': 'a' } } },
    { method: 'PUT', path: '/exchanges/{v}/x2', body: { type: 'nosuchtype-{v}' } },
    { method: 'PUT', path: '/exchanges/{v}/x2', body: { durable: 'maybe' } },
    { method: 'PUT', path: '/exchanges/{v}/x2', body: { durable: 5 } },
    { method: 'PUT', path: '/exchanges/{v}/x2', body: { durable: null } },
    { method: 'PUT', path: '/exchanges/{v}/x2', body: { arguments: { a: null } } },
    { method: 'PUT', path: '/exchanges/{v}/x2', body: { arguments: { a: [{ b: null }] } } },
    { method: 'PUT', path: '/exchanges/{v}/x2', body: { arguments: { 'alternate-exchange': 5 } } },
    { method: 'PUT', path: '/exchanges/{v}/amq.foo', body: {} },
    { method: 'PUT', path: '/exchanges/{v}/amq.direct', body: { durable: true } },
    { method: 'PUT', path: '/exchanges/{v}/amq.default', body: { durable: true } },
    { method: 'PUT', path: '/exchanges/{v}-no/x1', body: {} },
    { method: 'PUT', path: '/exchanges/{v}/x1', body: 'xx' },
    { method: 'GET', path: '/exchanges/{v}/nosuch' },
    { method: 'GET', path: '/exchanges/{v}-no/x1' },
    { method: 'GET', path: '/exchanges/{v}-no' },
    { method: 'DELETE', path: '/exchanges/{v}/amq.direct' },
    { method: 'DELETE', path: '/exchanges/{v}/amq.default' },
    { method: 'DELETE', path: '/exchanges/{v}-no/x1' },
    { method: 'PUT', path: '/exchanges/{v}/x1', body: {}, user: NO_CONFIGURE },
    { method: 'PUT', path: '/exchanges/{v}/x9', body: {}, user: NO_CONFIGURE },
    { method: 'DELETE', path: '/exchanges/{v}/x1', user: NO_CONFIGURE },
    { method: 'GET', path: '/exchanges/{v}/x1?columns=name', user: NO_CONFIGURE, compare: 'same' },
    { method: 'GET', path: '/exchanges/{v}/x1', user: 'top-stranger:top-stranger' },
    { method: 'GET', path: '/exchanges/{v}', user: 'top-stranger:top-stranger' },
    refuses('PUT', '/exchanges/{v}/x9', { arguments: 5 }, ['not_an_object', 'arguments']),
    refuses('PUT', '/exchanges/{v}/x9', { arguments: null }, ['not_an_object', 'arguments']),
    {
      method: 'PUT',
      path: '/exchanges/{v}/x9',
      body: { type: 5 },
      ours: { status: 400, json: { error: 'bad_request', reason: ['not_string', 'type'] }, why: 'A type is a text.' },
    },
  ])
})

describe('queues', () => {
  itAnswersAlike('come and go', pair, [
    { method: 'PUT', path: '/queues/{v}/q1', body: {} },
    { method: 'PUT', path: '/queues/{v}/q1', body: {} },
    { method: 'GET', path: '/queues/{v}/q1?disable_stats=true' },
    {
      method: 'PUT',
      path: '/queues/{v}/q%2F2',
      body: { durable: 'true', auto_delete: true, arguments: { 'x-max-length': 5, other: [true, 1.5, {}] } },
    },
    {
      method: 'GET',
      path: '/queues/{v}/q%2F2?disable_stats=true&columns=name,vhost,durable,auto_delete,exclusive,arguments,type,state',
      compare: 'same',
    },
    { method: 'PUT', path: '/queues/{v}/q3', body: { durable: true, arguments: { 'x-queue-type': 'quorum' } } },
    { method: 'GET', path: '/queues/{v}?disable_stats=true' },
    { method: 'GET', path: '/queues/{v}?disable_stats=true&columns=name,type,arguments', compare: 'same' },
    { method: 'GET', path: '/queues/{v}?disable_stats=true&enable_queue_totals=true' },
    { method: 'GET', path: '/queues/{v}?page=1&page_size=2&columns=name&sort_reverse=true', compare: 'same' },
    { method: 'GET', path: '/queues/{v}?page=3&page_size=2&columns=name' },
    { method: 'PUT', path: '/queues/{v}/q4', body: { exclusive: true } },
    { method: 'GET', path: '/queues/{v}/q4?disable_stats=true&columns=exclusive', compare: 'same' },
    { method: 'POST', path: '/queues/{v}/q1/actions', body: { action: 'sync' } },
    { method: 'POST', path: '/queues/{v}/q1/actions', body: { action: 'cancel_sync' } },
    { method: 'DELETE', path: '/queues/{v}/q1/contents' },
    { method: 'DELETE', path: '/queues/{v}/q1?if-unused=true' },
    { method: 'DELETE', path: '/queues/{v}/q1' },
    { method: 'GET', path: '/queues/{v}/q1' },
    { method: 'DELETE', path: '/queues/{v}/q%2F2' },
    { method: 'DELETE', path: '/queues/{v}/q3' },
  ])

  const argument = (name: string, value: unknown): Step => ({
    method: 'PUT',
    path: '/queues/{v}/q2',
    body: { arguments: { [name]: value } },
  })
  itAnswersAlike('are refused for their arguments', pair, [
    argument('x-message-ttl', null),
    argument('x-message-ttl', -1),
    argument('x-max-priority', 300),
    argument('x-queue-type', 'bogus'),
    argument('x-queue-type', 'quorum'),
    argument('x-overflow', 'bogus'),
    argument('x-dead-letter-exchange', 5),
    ...['a', 1.5, true, {}, []].map((value) => argument('x-message-ttl', value)),
  ])

  itAnswersAlike('are refused', pair, [
    ALLOW_USER,
    { method: 'PUT', path: '/queues/{v}/q1', body: {} },
    { method: 'PUT', path: '/queues/{v}/q1', body: { durable: true } },
    { method: 'PUT', path: '/queues/{v}/q1', body: { durable: 'maybe' } },
    { method: 'PUT', path: '/queues/{v}/q1', body: 'xx' },
    { method: 'PUT', path: '/queues/{v}/q2', body: { node: 'nosuch@host' } },
    { method: 'PUT', path: '/queues/{v}/amq.foo', body: {} },
    { method: 'PUT', path: '/queues/{v}/', body: {} },
    { method: 'PUT', path: '/queues/{v}-no/q2', body: {} },
    { method: 'PUT', path: '/queues/{v}/q1', body: {}, user: NO_CONFIGURE },
    { method: 'PUT', path: '/queues/{v}/q9', body: {}, user: NO_CONFIGURE },
    { method: 'DELETE', path: '/queues/{v}/q1', user: NO_CONFIGURE },
    { method: 'DELETE', path: '/queues/{v}/q1/contents', user: NO_CONFIGURE },
    { method: 'GET', path: '/queues/{v}/q1', user: 'top-stranger:top-stranger' },
    { method: 'DELETE', path: '/queues/{v}/nosuch' },
    { method: 'DELETE', path: '/queues/{v}/nosuch/contents' },
    { method: 'DELETE', path: '/queues/{v}-no/q1' },
    { method: 'GET', path: '/queues/{v}/nosuch' },
    { method: 'GET', path: '/queues/{v}/q1/contents' },
    { method: 'OPTIONS', path: '/queues/{v}/q1/contents' },
    { method: 'OPTIONS', path: '/queues/{v}/q1/actions' },
    { method: 'POST', path: '/queues/{v}/q1/actions', body: { action: 'bogus' } },
    { method: 'POST', path: '/queues/{v}/q1/actions', body: {} },
    { method: 'POST', path: '/queues/{v}/q1/actions', body: { action: 'sync' }, user: NO_CONFIGURE },
    {
      method: 'POST',
      path: '/queues/{v}/nosuch/actions',
      body: { action: 'sync' },
      ours: { status: 404, json: { error: 'Object Not Found', reason: 'Not Found' }, why: 'RabbitMQ fails: 500.' },
    },
    refuses('PUT', '/queues/{v}/q9', { node: 5 }, ['not_string', 'node']),
    refuses('PUT', `/queues/{v}/${'x'.repeat(256)}`, {}, 'the name of a queue has 256 bytes; at most 255 are taken'),
  ])
})

describe('bindings', () => {
  const topology: Step[] = [
    ALLOW_USER,
    { method: 'PUT', path: '/exchanges/{v}/t1', body: { type: 'topic' } },
    { method: 'PUT', path: '/exchanges/{v}/x1', body: {} },
    { method: 'PUT', path: '/queues/{v}/q1', body: {} },
  ]
  const path = '/bindings/{v}/e/t1/q/q1'

  itAnswersAlike('come and go', pair, [
    ...topology,
    { method: 'POST', path, body: { routing_key: 'a.#' } },
    { method: 'POST', path, body: { routing_key: 'a.#' } },
    { method: 'POST', path, body: {} },
    { method: 'POST', path, body: '' },
    { method: 'POST', path, body: { routing_key: 'k~x' } },
    { method: 'POST', path, body: { routing_key: '~' } },
    { method: 'POST', path, body: { routing_key: "k/x ?&=+%_-.!*'()" } },
    { method: 'POST', path: '/bindings/{v}/e/t1/e/x1', body: { routing_key: 'kk' } },
    { method: 'POST', path, body: { routing_key: 'zzz' }, user: NO_CONFIGURE },
    { method: 'GET', path, compare: 'same' },
    { method: 'GET', path: '/bindings/{v}/e/t1/e/x1', compare: 'same' },
    { method: 'GET', path: '/bindings/{v}/e/amq.default/q/q1', compare: 'same' },
    { method: 'GET', path: '/queues/{v}/q1/bindings', compare: 'same' },
    { method: 'GET', path: '/exchanges/{v}/t1/bindings/source', compare: 'same' },
    { method: 'GET', path: '/exchanges/{v}/x1/bindings/destination', compare: 'same' },
    { method: 'GET', path: '/exchanges/{v}/amq.default/bindings/source', compare: 'same' },
    { method: 'GET', path: '/bindings/{v}', compare: 'same' },
    { method: 'GET', path: '/bindings' },
    { method: 'GET', path: `${path}/a.%23`, compare: 'same' },
    { method: 'GET', path: `${path}/a.%2523`, compare: 'same' },
    { method: 'GET', path: `${path}/~`, compare: 'same' },
    { method: 'GET', path: `${path}/k%257Ex`, compare: 'same' },
    { method: 'GET', path: `${path}/k%7Ex` },
    { method: 'GET', path: '/bindings/{v}/e/amq.default/q/q1/q1', compare: 'same' },
    { method: 'DELETE', path: `${path}/~` },
    { method: 'DELETE', path: `${path}/a.%23` },
    { method: 'DELETE', path: `${path}/k%257Ex` },
    { method: 'DELETE', path: `${path}/nosuch` },
    { method: 'DELETE', path: '/exchanges/{v}/t1?if-unused=true' },
    { method: 'GET', path, compare: 'same' },
    { method: 'DELETE', path: '/exchanges/{v}/t1' },
  ])

  itAnswersAlike('are refused', pair, [
    ...topology,
    { method: 'POST', path: '/bindings/{v}/e/t1/q/nosuch', body: { routing_key: 'k' } },
    { method: 'POST', path: '/bindings/{v}/e/nosuch/q/q1', body: { routing_key: 'k' } },
    { method: 'POST', path: '/bindings/{v}/e/t1/e/nosuch', body: { routing_key: 'k' } },
    { method: 'POST', path: '/bindings/{v}/e/amq.default/q/q1', body: { routing_key: 'k' } },
    { method: 'POST', path: '/bindings/{v}/e/t1/e/amq.default', body: { routing_key: 'k' } },
    { method: 'POST', path: '/bindings/{v}/x/t1/q/q1', body: { routing_key: 'k' } },
    { method: 'POST', path: '/bindings/{v}-no/e/t1/q/q1', body: { routing_key: 'k' } },
    refuses('POST', path, 'xx', 'not_json'),
    refuses('POST', path, { arguments: { a: null } }, 'null_not_allowed'),
    { method: 'GET', path: '/bindings/{v}/e/t1/q/nosuch', compare: 'same' },
    { method: 'GET', path: '/bindings/{v}/e/nosuch/q/q1', compare: 'same' },
    { method: 'GET', path: '/bindings/{v}-no' },
    { method: 'GET', path: '/exchanges/{v}/nosuch/bindings/source', compare: 'same' },
    { method: 'GET', path: '/exchanges/{v}/t1/bindings/bogus' },
    { method: 'GET', path: `${path}/nosuch` },
    { method: 'DELETE', path: '/bindings/{v}/e/amq.default/q/q1/q1' },
    { method: 'DELETE', path: '/bindings/{v}/e/t1/q/nosuch/a' },
    { method: 'GET', path: '/bindings/{v}', user: 'top-stranger:top-stranger' },
    refuses('POST', path, { arguments: 5 }, ['not_an_object', 'arguments']),
    refuses('POST', path, { routing_key: 'x'.repeat(256) }, 'the routing key has 256 bytes; at most 255 are taken'),
    {
      method: 'POST',
      path,
      body: { routing_key: 5 },
      ours: {
        status: 400,
        json: { error: 'bad_request', reason: ['not_string', 'routing_key'] },
        why: 'A key is a text.',
      },
    },
    {
      method: 'GET',
      path: '/queues/{v}/nosuch/bindings',
      ours: { status: 200, json: [], why: 'RabbitMQ shows a binding of a queue that is not there.' },
    },
    {
      method: 'GET',
      path: '/bindings/{v}/e/t1/z/q1',
      ours: { status: 404, why: 'RabbitMQ fails: 500.' },
    },
  ])
})
