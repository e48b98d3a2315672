/** Policies, operator policies, parameters and what belongs to the whole broker, over HTTP. */

import { afterAll, beforeAll, describe } from 'vitest'
import { apiPair, itAnswersAlike, type Step } from './support.ts'

const MANAGEMENT = 'par-management:par-management'
const MONITORING = 'par-monitoring:par-monitoring'
const POLICYMAKER = 'par-policymaker:par-policymaker'

const pair = apiPair()
const apis = pair.rabbit === undefined ? [pair.warren] : [pair.warren, pair.rabbit]

beforeAll(async () => {
  for (const { target } of apis) {
    for (const name of ['management', 'monitoring', 'policymaker']) {
      await target.admin.putUser(`par-${name}`, { password: `par-${name}`, tags: [name] })
    }
  }
})

afterAll(async () => {
  for (const { target } of apis) {
    for (const name of ['management', 'monitoring', 'policymaker']) await target.admin.deleteUser(`par-${name}`)
  }
})

const GRANTS: Step[] = ['management', 'policymaker'].map((name) => ({
  method: 'PUT',
  path: `/permissions/{v}/par-${name}`,
  body: { configure: '', write: '', read: '' },
}))

const POLICY = { pattern: 'a', definition: { 'max-length': 5 } }

describe.each(['policies', 'operator-policies'])('%s', (segment) => {
  const path = `/${segment}/{v}/p1`

  itAnswersAlike('come and go', pair, [
    ...GRANTS,
    { method: 'PUT', path, body: { ...POLICY, priority: 1.5 } },
    { method: 'PUT', path, body: { ...POLICY, bogus: 5 } },
    { method: 'GET', path, compare: 'same' },
    { method: 'PUT', path, body: { ...POLICY, priority: 3, 'apply-to': 'queues' } },
    { method: 'PUT', path: `/${segment}/{v}/a%2Fb`, body: POLICY },
    { method: 'GET', path: `/${segment}/{v}/a%2Fb`, compare: 'same' },
    { method: 'GET', path: `/${segment}/{v}`, compare: 'same' },
    { method: 'GET', path: `/${segment}` },
    { method: 'GET', path: `/${segment}/{v}`, user: MANAGEMENT, compare: 'same' },
    { method: 'GET', path: `/${segment}`, user: MANAGEMENT },
    { method: 'GET', path: `/${segment}/{v}`, user: MONITORING },
    { method: 'GET', path, user: MANAGEMENT },
    { method: 'PUT', path, body: POLICY, user: MANAGEMENT },
    { method: 'PUT', path: `/${segment}/{v}/p2`, body: POLICY, user: POLICYMAKER },
    { method: 'DELETE', path: `/${segment}/{v}/p2`, user: POLICYMAKER },
    { method: 'PUT', path: `/${segment}/%2F/p2`, body: POLICY, user: POLICYMAKER },
    { method: 'DELETE', path },
    { method: 'DELETE', path },
    { method: 'GET', path },
  ])

  itAnswersAlike('are refused', pair, [
    { method: 'PUT', path, body: {} },
    { method: 'PUT', path, body: { pattern: 'a' } },
    { method: 'PUT', path, body: 'xx' },
    { method: 'PUT', path, body: { pattern: 'a', definition: {} } },
    { method: 'PUT', path, body: { ...POLICY, pattern: 5 } },
    { method: 'PUT', path, body: { pattern: 'a', definition: { bogus: 5 } } },
    { method: 'PUT', path, body: { pattern: 'a', definition: { 'max-length': -5 } } },
    { method: 'PUT', path, body: { pattern: 'a', definition: { 'max-length': 'a<b' } } },
    { method: 'PUT', path, body: { ...POLICY, priority: 'a' } },
    { method: 'PUT', path, body: { ...POLICY, priority: '5' } },
    { method: 'PUT', path, body: { ...POLICY, 'apply-to': 'bogus' } },
    { method: 'PUT', path: `/${segment}/{v}-no/p1`, body: POLICY },
    { method: 'GET', path: `/${segment}/{v}-no` },
    { method: 'GET', path: `/${segment}/{v}/nosuch` },
    { method: 'PUT', path, body: { pattern: 'a', definition: { 'dead-letter-exchange': 5 } } },
    {
      method: 'PUT',
      path,
      body: { ...POLICY, pattern: '(' },
      ours: { status: 400, why: 'The reason is in our words, not in those of PCRE.' },
    },
    {
      method: 'PUT',
      path,
      body: { pattern: 'a', definition: 5 },
      ours: { status: 400, why: 'RabbitMQ fails: 500.' },
    },
    {
      method: 'PUT',
      path,
      body: { ...POLICY, 'apply-to': 5 },
      ours: { status: 400, why: 'RabbitMQ fails: 500.' },
    },
  ])
})

describe('parameters', () => {
  const path = '/parameters/vhost-limits/{v}/limits'

  itAnswersAlike('of vhosts', pair, [
    ...GRANTS,
    { method: 'GET', path: '/parameters/vhost-limits/{v}', compare: 'same' },
    { method: 'PUT', path, body: { value: { 'max-queues': 5 } } },
    { method: 'PUT', path, body: { value: { 'max-queues': 6 } } },
    { method: 'GET', path, compare: 'same' },
    { method: 'GET', path: '/parameters/vhost-limits/{v}', compare: 'same' },
    { method: 'GET', path: '/parameters' },
    { method: 'GET', path: '/parameters/bogus', compare: 'same' },
    { method: 'GET', path: '/parameters/vhost-limits/{v}-no' },
    { method: 'GET', path: '/parameters/bogus/{v}', compare: 'same' },
    { method: 'GET', path: '/parameters/vhost-limits/{v}', user: POLICYMAKER, compare: 'same' },
    { method: 'GET', path: '/parameters', user: POLICYMAKER },
    { method: 'GET', path: '/parameters', user: MANAGEMENT },
    { method: 'GET', path: '/parameters', user: MONITORING },
    { method: 'PUT', path: '/parameters/bogus/{v}/n', body: { value: {} } },
    { method: 'PUT', path: '/parameters/bogus/{v}/n', body: {} },
    { method: 'PUT', path: '/parameters/policy/{v}/n', body: { value: {} } },
    { method: 'PUT', path: '/parameters/operator_policy/{v}/n', body: { value: POLICY } },
    { method: 'PUT', path: '/parameters/bogus/{v}-no/n', body: { value: {} } },
    { method: 'PUT', path, body: { value: { 'max-queues': 'a' } } },
    { method: 'DELETE', path },
    { method: 'DELETE', path },
    { method: 'GET', path },
  ])

  itAnswersAlike('of the broker', pair, [
    { method: 'PUT', path: '/global-parameters/{v}', body: {} },
    { method: 'PUT', path: '/global-parameters/{v}', body: { value: { a: [1, null, true, 'x'] } } },
    { method: 'GET', path: '/global-parameters/{v}', compare: 'same' },
    { method: 'PUT', path: '/global-parameters/{v}', body: { value: null } },
    { method: 'GET', path: '/global-parameters/{v}', compare: 'same' },
    { method: 'PUT', path: '/global-parameters/{v}', body: { value: 5 }, user: POLICYMAKER },
    { method: 'GET', path: '/global-parameters', user: POLICYMAKER },
    { method: 'GET', path: '/global-parameters', user: MANAGEMENT },
    { method: 'GET', path: '/global-parameters', user: MONITORING },
    { method: 'GET', path: '/global-parameters' },
    { method: 'DELETE', path: '/global-parameters/{v}' },
    { method: 'DELETE', path: '/global-parameters/{v}' },
    { method: 'GET', path: '/global-parameters/{v}' },
  ])
})

describe('the broker', () => {
  itAnswersAlike('has a name', pair, [
    { method: 'GET', path: '/cluster-name' },
    { method: 'PUT', path: '/cluster-name', body: { name: 'a cluster' } },
    { method: 'GET', path: '/cluster-name', user: MANAGEMENT, compare: 'same' },
    { method: 'GET', path: '/global-parameters/cluster_name', compare: 'same' },
    { method: 'PUT', path: '/cluster-name', body: {} },
    { method: 'PUT', path: '/cluster-name', body: { name: 'x' }, user: POLICYMAKER },
    {
      method: 'PUT',
      path: '/cluster-name',
      body: { name: 5 },
      ours: {
        status: 400,
        json: { error: 'bad_request', reason: ['not_string', 'name'] },
        why: 'RabbitMQ fails: 500.',
      },
    },
  ])

  itAnswersAlike('says what it can do', pair, [
    { method: 'GET', path: '/feature-flags' },
    { method: 'PUT', path: '/feature-flags/quorum_queue/enable', body: { name: 'quorum_queue' } },
    { method: 'PUT', path: '/feature-flags/bogus/enable', body: { name: 'bogus' } },
    { method: 'GET', path: '/feature-flags', user: MANAGEMENT },
    { method: 'GET', path: '/extensions', compare: 'same' },
    { method: 'GET', path: '/auth', user: null, compare: 'same' },
    { method: 'GET', path: '/auth', compare: 'same' },
  ])
})
