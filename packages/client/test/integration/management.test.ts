/** The client of the HTTP API, on both brokers. What it is asked for most is tested with `amqpctl`, which stands on it. */

import { onEachTarget, startManagedWarren } from '@warrenmq/testkit'
import { expect, it } from 'vitest'
import { eachItem, ManagementClient } from '../../src/management/index.ts'

onEachTarget(startManagedWarren, (target) => {
  it('declares, publishes, fetches and lists page by page', async () => {
    const client = new ManagementClient({ url: target.httpUrl })
    const vhost = `client-${process.pid}`
    await client.vhosts.set(vhost, { description: 'of a test', tags: ['a', 'b'] })
    expect(await client.vhosts.find(vhost)).toMatchObject({ name: vhost, description: 'of a test', tags: ['a', 'b'] })
    const names = ['a/b', 'c d', 'é', '%2F', '?x#y']
    for (const name of names) await client.queues.declare(vhost, name, { durable: true })
    const listed: string[] = []
    for await (const { name } of eachItem((page) => client.queues.page(vhost, { page, pageSize: 2, sort: 'name' }))) {
      listed.push(name)
    }
    expect(listed.sort()).toEqual([...names].sort())
    expect(await client.exchanges.publish(vhost, '', { routing_key: 'a/b', payload: 'hi' })).toBe(true)
    expect(await client.exchanges.publish(vhost, '', { routing_key: 'nosuch', payload: 'hi' })).toBe(false)
    const [message] = await client.queues.get(vhost, 'a/b', { ackmode: 'ack_requeue_false' })
    expect(message).toMatchObject({ payload: 'hi', routing_key: 'a/b', redelivered: false })
    await client.exchanges.declare(vhost, 'x', { type: 'topic' })
    const ends = { vhost, source: 'x', destination: 'c d' }
    await client.bindings.create(ends, 'k.#', { n: 1 })
    const [{ properties_key: key }] = await client.bindings.between(ends)
    await client.bindings.delete(ends, key)
    expect(await client.bindings.between(ends)).toEqual([])
    await client.queues.purge(vhost, 'é')
    await client.vhosts.delete(vhost)
    expect(await client.vhosts.find(vhost)).toBeUndefined()
  })

  it('tells errors apart', async () => {
    const client = new ManagementClient({ url: target.httpUrl })
    const code = (promise: Promise<unknown>) =>
      promise.then(
        () => undefined,
        (error: { code: string }) => error.code,
      )
    expect(await code(client.users.delete('nobody'))).toBe('NOT_FOUND')
    expect(await code(client.policies.set('/', 'p', { pattern: '(', definition: {} }))).toBe('BAD_REQUEST')
    expect(await code(new ManagementClient({ url: target.httpUrl, password: 'x' }).users.list())).toBe(
      'NOT_AUTHENTICATED',
    )
    expect((await client.healthChecks.portListener(9)).status).toBe('failed')
  })
})
