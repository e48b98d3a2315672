/** Runtime parameters: which components there are, and what values they take. */

import { createBroker } from '@warrenmq/broker'
import { expect, it } from 'vitest'
import { inVhost, refusalOf } from './policy-support.ts'
import { onEachBroker } from './support.ts'

onEachBroker((target) => {
  it.each(['shovel', 'federation-upstream', 'constructor'])('knows no component %s', (component) =>
    inVhost(target, 'parameters-unknown', async (admin) => {
      const put = admin.putParameter(component, 'parameters-unknown', 'x', { uri: 'amqp://' })
      expect(await refusalOf(put)).toBe(`Validation failed\n\ncomponent ${component} not found\n`)
    }),
  )

  it('does not set policies this way', () =>
    inVhost(target, 'parameters-policy', async (admin) => {
      const value = { pattern: 'a', definition: { expires: 1 }, priority: 0 }
      const put = admin.putParameter('policy', 'parameters-policy', 'x', value)
      expect(await refusalOf(put)).toBe('policies may not be set using this method')
    }))

  it.each([
    [5, 'limits not a list 5'],
    [{ 'max-queues': 'x' }, 'max-queues should be a number, actually was <<"x">>'],
    [{ 'max-queues': 1.5 }, 'max-queues should be a number, actually was 1.5'],
    [{ 'max-queue': 3 }, 'Unrecognised terms [{<<"max-queue">>,3}] in limits'],
  ])('refuses limits of a vhost that are %j', (value, reason) =>
    inVhost(target, 'parameters-limits', async (admin) => {
      const put = admin.putParameter('vhost-limits', 'parameters-limits', 'limits', value)
      expect(await refusalOf(put)).toBe(`Validation failed\n\n${reason}\n`)
    }),
  )

  it('keeps global parameters of any shape, and forgets them', async () => {
    const { admin } = target
    for (const value of [null, 1, 'text', [1], { text: 'hello', deep: { a: [null] } }]) {
      await admin.putGlobalParameter('parameters-global', value)
    }
    await admin.deleteGlobalParameter('parameters-global')
    await admin.deleteGlobalParameter('parameters-global')
  })
})

it('lists what was set, as it was set', async () => {
  await using broker = await createBroker({ port: 0 })
  const { admin } = broker
  const value = { pattern: 'a', definition: { 'max-length': 1 }, priority: 0 }
  await admin.putParameter('operator_policy', '/', 'op', value)
  await admin.putVhostLimit('/', 'max-queues', 5)
  await admin.putPolicy('/', 'low', { pattern: 'b', definition: { expires: 5 }, applyTo: 'queues' })
  await admin.putPolicy('/', 'lowest', { pattern: 'c', definition: { expires: 6 }, priority: -1 })
  expect(await admin.parameters('/')).toEqual([
    { component: 'operator_policy', name: 'op', value },
    { component: 'vhost-limits', name: 'limits', value: { 'max-queues': 5 } },
  ])
  expect((await admin.policies('/')).map(({ name }) => name)).toEqual(['lowest', 'low'])
  expect(await admin.operatorPolicies('/')).toEqual([
    { name: 'op', pattern: 'a', definition: { 'max-length': 1 }, priority: 0, applyTo: 'all' },
  ])
  await admin.putGlobalParameter('__proto__', { a: 1 })
  expect([...(await admin.globalParameters())]).toEqual([['__proto__', { a: 1 }]])
})

it('names the vhost that does not exist', async () => {
  await using broker = await createBroker({ port: 0 })
  await expect(broker.admin.putPolicy('nope', 'p', { pattern: 'a', definition: {} })).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: "vhost 'nope' does not exist",
  })
})

it('refuses values that JSON cannot say', async () => {
  await using broker = await createBroker({ port: 0 })
  const deep = JSON.parse(`${'['.repeat(100)}${']'.repeat(100)}`)
  for (const value of [1n, Number.NaN, () => {}, deep]) {
    await expect(broker.admin.putGlobalParameter('x', value)).rejects.toMatchObject({ code: 'INVALID' })
  }
})
