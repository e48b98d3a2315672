/** The description of the API says what the API does. */

import { createBroker } from '@warrenmq/broker'
import { expect, it } from 'vitest'
import { ROUTES } from '../../../src/management/routes.ts'
import { send } from './support.ts'

interface Operation {
  readonly operationId: string
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[]
  readonly security?: readonly unknown[]
  readonly requestBody?: { readonly content: Record<string, { readonly schema: { readonly required: string[] } }> }
  readonly responses: Record<string, { readonly description: string }>
}

interface Description {
  readonly openapi: string
  readonly servers: readonly { readonly url: string }[]
  readonly paths: Record<string, Record<string, Operation>>
}

it('describes every route, and nothing else', async () => {
  await using broker = await createBroker({ port: 0, managementPort: 0, managementPathPrefix: '/x' })
  const base = `http://127.0.0.1:${broker.managementPort}/x/api`
  const { json, status } = await send(`${base}/openapi.json`, 'GET')
  expect(status).toBe(200)
  const description = json as unknown as Description
  expect(description.openapi).toBe('3.1.0')
  expect(description.servers).toEqual([{ url: '/x/api' }])
  const described = Object.entries(description.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  )
  const served = ROUTES.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`)
  expect(described.sort()).toEqual(served.sort())
  expect(served.length).toBeGreaterThan(100)

  const operations = Object.entries(description.paths).flatMap(([path, each]) =>
    Object.values(each).map((operation) => ({ path, operation })),
  )
  const ids = operations.map(({ operation }) => operation.operationId)
  expect(new Set(ids).size).toBe(ids.length)
  for (const { path, operation } of operations) {
    const inPath = operation.parameters.filter((parameter) => parameter.in === 'path')
    expect(inPath.map(({ name }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? [])
    expect(inPath.every(({ required }) => required)).toBe(true)
    expect(Object.values(operation.responses).every((response) => response.description !== '')).toBe(true)
  }
  const policy = description.paths['/policies/{vhost}/{name}'].put
  expect(policy.requestBody?.content['application/json'].schema.required).toEqual(['pattern', 'definition'])
  expect(description.paths['/auth'].get.security).toEqual([])
})

it('asks everybody but a few paths for a login', async () => {
  await using broker = await createBroker({ port: 0, managementPort: 0 })
  const base = `http://127.0.0.1:${broker.managementPort}/api`
  const open: string[] = []
  for (const { method, path } of ROUTES) {
    const filled = path.replaceAll(/:\w+/g, '%2F')
    const { status } = await send(base + filled, method, { user: null, ...(method === 'GET' ? {} : { body: '' }) })
    if (status !== 401) open.push(`${method} ${path}`)
  }
  // A login without a name is refused with 401, too.
  expect(open).toEqual(['POST /logout', 'GET /auth'])
})

it('asks for the tag that each route needs', async () => {
  await using broker = await createBroker({ port: 0, managementPort: 0 })
  const base = `http://127.0.0.1:${broker.managementPort}/api`
  for (const tag of ['management', 'monitoring', 'policymaker']) {
    await broker.admin.putUser(tag, { password: tag, tags: [tag] })
    await broker.admin.putPermissions(tag, '/', { configure: '', write: '', read: '' })
  }
  const allowed: Record<string, readonly string[]> = {
    administrator: [],
    monitoring: ['monitoring'],
    policymaker: ['policymaker'],
    'global-policymaker': ['policymaker'],
  }
  for (const { method, path, access } of ROUTES.filter(({ access }) => Object.hasOwn(allowed, access))) {
    const filled = path.replaceAll(':vhost', '%2F').replaceAll(/:\w+/g, 'x')
    for (const tag of ['management', 'monitoring', 'policymaker']) {
      const options = { user: `${tag}:${tag}`, ...(method === 'GET' ? {} : { body: '' }) }
      const { status } = await send(base + filled, method, options)
      const what = `${method} ${path} as ${tag}`
      if (allowed[access].includes(tag)) expect(status, what).not.toBe(401)
      else expect(status, what).toBe(401)
    }
  }
})
