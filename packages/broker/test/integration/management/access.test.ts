/** Vhosts, users and their rights, limits, over HTTP. */

import { afterAll, beforeAll, describe } from 'vitest'
import { apiPair, itAnswersAlike } from './support.ts'

const MANAGEMENT = 'acc-management:acc-management'
const MONITORING = 'acc-monitoring:acc-monitoring'
const POLICYMAKER = 'acc-policymaker:acc-policymaker'

const pair = apiPair()
const apis = pair.rabbit === undefined ? [pair.warren] : [pair.warren, pair.rabbit]

beforeAll(async () => {
  for (const { target } of apis) {
    for (const name of ['management', 'monitoring', 'policymaker']) {
      await target.admin.putUser(`acc-${name}`, { password: `acc-${name}`, tags: [name] })
    }
  }
})

afterAll(async () => {
  for (const { target } of apis) {
    for (const name of ['management', 'monitoring', 'policymaker']) await target.admin.deleteUser(`acc-${name}`)
  }
})

describe('vhosts', () => {
  itAnswersAlike('come and go', pair, [
    { method: 'PUT', path: '/vhosts/{v}-a', body: '' },
    { method: 'PUT', path: '/vhosts/{v}-a', body: 'null' },
    { method: 'GET', path: '/vhosts/{v}-a' },
    { method: 'PUT', path: '/vhosts/{v}-a', body: { description: 'd', tags: 'a, b', tracing: 'true' } },
    { method: 'GET', path: '/vhosts/{v}-a?columns=name,description,tags,metadata,tracing', compare: 'same' },
    { method: 'PUT', path: '/vhosts/{v}-a', body: { tags: ['x', 'y'] } },
    { method: 'GET', path: '/vhosts/{v}-a?columns=name,description,tags,metadata,tracing', compare: 'same' },
    { method: 'PUT', path: '/vhosts/{v}-a', body: { tracing: false } },
    { method: 'GET', path: '/vhosts/{v}-a?columns=tracing,tags', compare: 'same' },
    { method: 'GET', path: '/vhosts' },
    { method: 'DELETE', path: '/vhosts/{v}-a' },
    { method: 'DELETE', path: '/vhosts/{v}-a' },
    { method: 'GET', path: '/vhosts/{v}-a' },
  ])

  itAnswersAlike('are refused', pair, [
    { method: 'PUT', path: '/vhosts/{v}-a', body: { tracing: 'maybe' } },
    { method: 'PUT', path: '/vhosts/{v}-a', body: '[]' },
    { method: 'PUT', path: '/vhosts/{v}-a', body: '{"a":' },
    { method: 'PUT', path: '/vhosts/{v}-a', body: '"text"' },
    { method: 'PUT', path: '/vhosts/', body: {} },
    { method: 'PUT', path: '/vhosts/{v}-a', body: {}, user: MANAGEMENT },
    { method: 'DELETE', path: '/vhosts/{v}', user: POLICYMAKER },
    { method: 'GET', path: '/vhosts/{v}', user: MONITORING },
    {
      method: 'PUT',
      path: '/vhosts/{v}',
      body: { description: 5 },
      ours: {
        status: 400,
        json: { error: 'bad_request', reason: ['not_string', 'description'] },
        why: 'RabbitMQ keeps the number.',
      },
    },
    {
      method: 'PUT',
      path: '/vhosts/{v}',
      body: { tags: 5 },
      ours: {
        status: 400,
        json: { error: 'bad_request', reason: ['not_a_list', 'tags'] },
        why: 'RabbitMQ fails: 500.',
      },
    },
    {
      method: 'PUT',
      path: '/vhosts/{v}',
      body: { default_queue_type: 'bogus' },
      ours: {
        status: 400,
        json: { error: 'bad_request', reason: 'Unsupported default queue type' },
        why: '3.10 does not know the key.',
      },
    },
  ])

  itAnswersAlike('are started on a node that is there', pair, [
    { method: 'POST', path: '/vhosts/{v}/start/nosuch', body: {} },
    { method: 'POST', path: '/vhosts/{v}/start/nosuch', body: {}, user: MONITORING },
  ])
})

describe('users', () => {
  itAnswersAlike('come and go', pair, [
    { method: 'PUT', path: '/users/{v}', body: { password: 'p', tags: 'a,  b,,c' } },
    { method: 'GET', path: '/users/{v}' },
    { method: 'GET', path: '/users/{v}?columns=name,tags,limits', compare: 'same' },
    { method: 'PUT', path: '/users/{v}', body: { password: 'p', tags: ['management', 'x'] } },
    { method: 'GET', path: '/whoami', user: '{v}:p', compare: 'same' },
    { method: 'PUT', path: '/users/{v}', body: { tags: '', password: 'q', limits: { 'max-connections': 5 } } },
    { method: 'GET', path: '/users/{v}?columns=name,tags,limits', compare: 'same' },
    { method: 'GET', path: '/whoami', user: '{v}:p' },
    { method: 'PUT', path: '/users/{v}', body: { administrator: true } },
    { method: 'GET', path: '/users/{v}?columns=tags', compare: 'same' },
    { method: 'GET', path: '/users' },
    { method: 'GET', path: '/users/without-permissions' },
    { method: 'DELETE', path: '/users/{v}' },
    { method: 'DELETE', path: '/users/{v}' },
    { method: 'GET', path: '/users/{v}' },
  ])

  itAnswersAlike('bring the hash of their password', pair, [
    {
      method: 'PUT',
      path: '/users/{v}',
      body: { password_hash: '90B+YNDl8fkayWIfxwO+/x547DcOl5TlTdOpZQC95rP1DCtB', tags: 'management' },
    },
    { method: 'GET', path: '/users/{v}', compare: 'same' },
    { method: 'PUT', path: '/users/{v}', body: { password_hash: '', tags: 'management' } },
    { method: 'GET', path: '/users/{v}', compare: 'same' },
    { method: 'DELETE', path: '/users/{v}' },
  ])

  itAnswersAlike('are refused', pair, [
    { method: 'PUT', path: '/users/{v}', body: {} },
    { method: 'PUT', path: '/users/{v}', body: 'xx' },
    { method: 'PUT', path: '/users/{v}', body: { tags: '', password: 'a', password_hash: 'b' } },
    { method: 'PUT', path: '/users/{v}', body: { tags: '', password_hash: '!!' } },
    { method: 'PUT', path: '/users/{v}', body: { tags: '' }, user: MONITORING },
    { method: 'GET', path: '/users', user: MANAGEMENT },
    { method: 'GET', path: '/users/guest', user: MONITORING },
    { method: 'DELETE', path: '/users/guest', user: POLICYMAKER },
    ...[
      { body: { tags: 5 }, reason: ['not_a_list', 'tags'] },
      { body: { tags: null }, reason: ['not_a_list', 'tags'] },
      { body: { tags: [5] }, reason: ['not_string', 'tags'] },
      { body: { tags: '', password: 5 }, reason: ['not_string', 'password'] },
      { body: { tags: '', limits: { bogus: 5 } }, reason: 'Unrecognised terms [{<<"bogus">>,5}] in user-limits' },
      {
        body: { tags: '', password_hash: 'abcd', hashing_algorithm: 'bogus' },
        reason: "unknown password hashing algorithm 'bogus'",
      },
      {
        body: { tags: '', password_hash: 'abcd' },
        reason: 'a rabbit_password_hashing_sha256 hash has 36 bytes in base64',
      },
    ].map(({ body, reason }) => ({
      method: 'PUT',
      path: '/users/acc-refused',
      body,
      ours: { status: 400, json: { error: 'bad_request', reason }, why: 'RabbitMQ fails, or keeps it.' },
    })),
    { method: 'GET', path: '/users/{v}' },
  ])

  itAnswersAlike('go together', pair, [
    { method: 'PUT', path: '/users/{v}-1', body: { tags: '' } },
    { method: 'PUT', path: '/users/{v}-2', body: { tags: '' } },
    { method: 'POST', path: '/users/bulk-delete', body: {} },
    { method: 'POST', path: '/users/bulk-delete', body: { users: ['nosuch'] } },
    { method: 'POST', path: '/users/bulk-delete', body: { users: [5] } },
    { method: 'POST', path: '/users/bulk-delete', body: { users: [] } },
    { method: 'GET', path: '/users/bulk-delete' },
    { method: 'POST', path: '/users/bulk-delete', body: { users: ['{v}-1', '{v}-2'] } },
    { method: 'GET', path: '/users/{v}-1' },
  ])
})

describe('permissions', () => {
  itAnswersAlike('are given and taken', pair, [
    { method: 'GET', path: '/permissions/{v}/acc-management' },
    { method: 'PUT', path: '/permissions/{v}/acc-management', body: { configure: '.*', write: '.*', read: '' } },
    { method: 'PUT', path: '/permissions/{v}/acc-management', body: { configure: '', write: '.*', read: '.*' } },
    { method: 'GET', path: '/permissions/{v}/acc-management', compare: 'same' },
    { method: 'GET', path: '/vhosts/{v}/permissions', compare: 'same' },
    { method: 'GET', path: '/users/acc-management/permissions', compare: 'same' },
    { method: 'GET', path: '/permissions' },
    { method: 'DELETE', path: '/permissions/{v}/acc-management' },
    { method: 'DELETE', path: '/permissions/{v}/acc-management' },
    { method: 'GET', path: '/permissions/{v}' },
  ])

  itAnswersAlike('are refused', pair, [
    { method: 'PUT', path: '/permissions/{v}/guest', body: { configure: '.*' } },
    { method: 'PUT', path: '/permissions/{v}/guest', body: 'xx' },
    { method: 'PUT', path: '/permissions/{v}-no/guest', body: { configure: '.*', write: '.*', read: '.*' } },
    { method: 'PUT', path: '/permissions/{v}/nosuch', body: { configure: '.*', write: '.*', read: '.*' } },
    { method: 'GET', path: '/permissions/{v}/nosuch' },
    { method: 'GET', path: '/permissions/{v}-no/guest' },
    { method: 'DELETE', path: '/permissions/{v}/nosuch' },
    { method: 'GET', path: '/users/nosuch/permissions' },
    { method: 'GET', path: '/vhosts/{v}-no/permissions' },
    { method: 'GET', path: '/permissions', user: MANAGEMENT },
    { method: 'GET', path: '/vhosts/{v}/permissions', user: MONITORING },
    {
      method: 'PUT',
      path: '/permissions/{v}/guest',
      body: { configure: '.*', write: '.*', read: '(' },
      ours: { status: 400, why: 'The reason is in our words, and a text; RabbitMQ gives lists of character codes.' },
    },
    {
      method: 'PUT',
      path: '/permissions/{v}/guest',
      body: { configure: 5, write: '.*', read: '.*' },
      ours: {
        status: 400,
        json: { error: 'bad_request', reason: ['not_string', 'configure'] },
        why: 'RabbitMQ fails: 500.',
      },
    },
  ])

  const topic = { exchange: 'amq.topic', write: '^a', read: '.*' }
  itAnswersAlike('on routing keys are given and taken', pair, [
    { method: 'PUT', path: '/topic-permissions/{v}/acc-management', body: topic },
    { method: 'PUT', path: '/topic-permissions/{v}/acc-management', body: topic },
    { method: 'PUT', path: '/topic-permissions/{v}/acc-management', body: { ...topic, exchange: 'nosuch' } },
    { method: 'GET', path: '/vhosts/{v}/topic-permissions', compare: 'same' },
    { method: 'GET', path: '/users/acc-management/topic-permissions', compare: 'same' },
    { method: 'GET', path: '/topic-permissions' },
    { method: 'DELETE', path: '/topic-permissions/{v}/acc-management/nosuch' },
    { method: 'GET', path: '/topic-permissions/{v}/acc-management', compare: 'same' },
    { method: 'GET', path: '/topic-permissions/{v}/acc-management/amq.topic', compare: 'same' },
    { method: 'DELETE', path: '/topic-permissions/{v}/acc-management' },
    { method: 'DELETE', path: '/topic-permissions/{v}/acc-management' },
    { method: 'GET', path: '/topic-permissions/{v}/acc-management' },
    { method: 'PUT', path: '/topic-permissions/{v}/acc-management', body: { exchange: 'amq.topic', write: '' } },
    { method: 'PUT', path: '/topic-permissions/{v}/nosuch', body: topic },
    { method: 'PUT', path: '/topic-permissions/{v}-no/guest', body: topic },
    { method: 'GET', path: '/topic-permissions', user: POLICYMAKER },
    { method: 'OPTIONS', path: '/topic-permissions/{v}/guest/amq.topic' },
  ])
})

describe('limits', () => {
  itAnswersAlike('of vhosts', pair, [
    { method: 'GET', path: '/vhost-limits/{v}', compare: 'same' },
    { method: 'PUT', path: '/vhost-limits/{v}/max-queues', body: { value: 10 } },
    { method: 'PUT', path: '/vhost-limits/{v}/max-connections', body: { value: -1 } },
    { method: 'GET', path: '/vhost-limits/{v}', compare: 'same' },
    { method: 'GET', path: '/vhost-limits/{v}', user: MONITORING, compare: 'same' },
    { method: 'GET', path: '/vhost-limits/{v}', user: MANAGEMENT },
    { method: 'GET', path: '/vhost-limits' },
    { method: 'GET', path: '/parameters/vhost-limits/{v}/limits', compare: 'same' },
    { method: 'PUT', path: '/vhost-limits/{v}/max-queues', body: { value: 'a' } },
    { method: 'PUT', path: '/vhost-limits/{v}/max-queues', body: {} },
    { method: 'PUT', path: '/vhost-limits/{v}/bogus', body: { value: 10 } },
    { method: 'PUT', path: '/vhost-limits/{v}-no/max-queues', body: { value: 10 } },
    { method: 'GET', path: '/vhost-limits/{v}-no' },
    { method: 'PUT', path: '/vhost-limits/{v}/max-queues', body: { value: 10 }, user: POLICYMAKER },
    { method: 'GET', path: '/vhost-limits/{v}/max-queues' },
    { method: 'DELETE', path: '/vhost-limits/{v}/max-queues' },
    { method: 'DELETE', path: '/vhost-limits/{v}/max-queues' },
    { method: 'GET', path: '/vhost-limits/{v}', compare: 'same' },
  ])

  itAnswersAlike('of users', pair, [
    { method: 'PUT', path: '/users/{v}', body: { tags: '' } },
    { method: 'GET', path: '/user-limits/{v}', compare: 'same' },
    { method: 'PUT', path: '/user-limits/{v}/max-channels', body: { value: 7 } },
    { method: 'GET', path: '/user-limits/{v}', compare: 'same' },
    { method: 'GET', path: '/user-limits/{v}', user: MANAGEMENT, compare: 'same' },
    { method: 'GET', path: '/user-limits' },
    { method: 'PUT', path: '/user-limits/{v}/max-channels', body: { value: 'a' } },
    { method: 'PUT', path: '/user-limits/{v}/max-channels', body: {} },
    { method: 'PUT', path: '/user-limits/{v}/bogus', body: { value: 7 } },
    { method: 'PUT', path: '/user-limits/{v}-no/max-channels', body: { value: 7 } },
    { method: 'GET', path: '/user-limits/{v}-no' },
    { method: 'PUT', path: '/user-limits/{v}/max-channels', body: { value: 7 }, user: MONITORING },
    { method: 'DELETE', path: '/user-limits/{v}/max-channels' },
    { method: 'DELETE', path: '/user-limits/{v}/max-channels' },
    { method: 'GET', path: '/user-limits/{v}', compare: 'same' },
    { method: 'DELETE', path: '/users/{v}' },
  ])
})
