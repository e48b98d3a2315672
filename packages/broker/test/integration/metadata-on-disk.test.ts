/** Metadata in a data directory: what an operator and a client set up is there again after a restart, and after a broker that was killed. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createBroker } from '@warrenmq/broker'
import { openChannel, startWarren } from '@warrenmq/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

describe('a data directory', () => {
  let dataDirectory: string
  beforeEach(async () => (dataDirectory = await mkdtemp(join(tmpdir(), 'warren-metadata-'))))
  afterEach(() => rm(dataDirectory, { recursive: true, force: true }))

  it('brings back everything that was set up', async () => {
    const first = await createBroker({ port: 0, dataDirectory })
    await first.admin.putUser('worker', { password: 'secret', tags: ['monitoring'] })
    await first.admin.putVhost('jobs', { description: 'of the night' })
    await first.admin.putPermissions('worker', 'jobs', { configure: '.*', write: '.*', read: '.*' })
    await first.admin.putTopicPermissions('worker', 'jobs', { exchange: 'amq.topic', write: '^a', read: '.*' })
    await first.admin.putPolicy('jobs', 'short', { pattern: '^q', definition: { 'max-length': 3 } })
    await first.admin.putOperatorPolicy('jobs', 'ttl', { pattern: '.*', definition: { 'message-ttl': 60_000 } })
    await first.admin.putVhostLimit('jobs', 'max-queues', 10)
    await first.admin.putUserLimit('worker', 'max-channels', 5)
    await first.admin.putGlobalParameter('motd', { text: 'hello' })
    const peer = await openChannel(first.port, { user: 'worker', password: 'secret', virtualHost: 'jobs' })
    await peer.call(1, 'exchange.declare', { exchange: 'x', type: 'topic', durable: true })
    await peer.call(1, 'queue.declare', { queue: 'q', durable: true, arguments: { 'x-message-ttl': 5000 } })
    await peer.call(1, 'queue.bind', { queue: 'q', exchange: 'x', routingKey: 'a.#', arguments: { n: 1.5 } })
    await peer.close()
    const definitions = await first.admin.exportDefinitions()
    await first.close()

    const second = await createBroker({ port: 0, dataDirectory })
    expect(await second.admin.exportDefinitions()).toEqual(definitions)
    const again = await openChannel(second.port, { user: 'worker', password: 'secret', virtualHost: 'jobs' })
    await again.close()
    await second.close()
  })

  it('has what was answered before the broker was killed', async () => {
    const args = ['--data-directory', dataDirectory]
    const first = await startWarren(args)
    const peer = await openChannel(first.port)
    const count = 200
    for (let i = 0; i < count; i++) peer.send(1, 'queue.declare', { queue: `q${i}`, durable: true })
    for (let i = 0; i < count; i++) await peer.expect(1, 'queue.declare-ok')
    await peer.call(1, 'queue.delete', { queue: 'q0' })
    first.program.signal('SIGKILL')
    await first.program.exited

    await using second = await startWarren(args)
    const again = await openChannel(second.port)
    for (let i = 1; i < count; i++) await again.call(1, 'queue.declare', { queue: `q${i}`, passive: true })
    again.send(1, 'queue.declare', { queue: 'q0', passive: true })
    expect(await again.outcome()).toContain('404')
    await again.close()
  })
})
