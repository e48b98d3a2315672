/** A broker whose definitions came out of another: RabbitMQ's file means here what it meant there. */

import { type Broker, createBroker, type DefinitionsDocument } from '@warrenmq/broker'
import { openChannel, type RawPeer, type Target } from '@warrenmq/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drain, onEachBroker, untilReady } from './support.ts'

const VHOST = 'definitions-file'
const USER = 'definitions-file-user'
const PASSWORD = 'pass phrase'

/** Makes one of everything, as operators and clients do. */
async function furnish(target: Target): Promise<void> {
  const { admin } = target
  await admin.putVhost(VHOST, { description: 'of a test', tags: ['one', 'two'] })
  await admin.putVhostLimit(VHOST, 'max-queues', 50)
  await admin.putUser(USER, { password: PASSWORD, tags: ['monitoring', 'policymaker'] })
  await admin.putUserLimit(USER, 'max-channels', 3)
  await admin.putPermissions(USER, VHOST, { configure: '^own-', write: '.*', read: '.*' })
  await admin.putTopicPermissions(USER, VHOST, { exchange: 'events', write: '^open\\.', read: '.*' })
  await admin.putPolicy(VHOST, 'short', {
    pattern: '^short$',
    definition: { 'max-length': 2, 'dead-letter-exchange': 'graveyard' },
    priority: 7,
    applyTo: 'queues',
  })
  await admin.putOperatorPolicy(VHOST, 'ceiling', {
    pattern: '.*',
    definition: { 'max-length': 1000 },
    applyTo: 'queues',
  })
  await admin.putGlobalParameter(`${VHOST}-motd`, { text: 'hello', list: [1, null, true] })
  await using peer = await target.openChannel({ virtualHost: VHOST })
  await declareExchanges(peer)
  await declareQueues(peer)
  await bind(peer)
}

async function declareExchanges(peer: RawPeer): Promise<void> {
  const declare = (exchange: string, type: string, more = {}) =>
    peer.call(1, 'exchange.declare', { exchange, type, durable: true, ...more })
  await declare('unrouted', 'fanout', { internal: true })
  await declare('events', 'topic', { arguments: { 'alternate-exchange': 'unrouted' } })
  await declare('by-header', 'headers')
  await declare('graveyard', 'fanout', { autoDelete: true, durable: false })
}

async function declareQueues(peer: RawPeer): Promise<void> {
  const declare = (queue: string, args = {}, more = {}) =>
    peer.call(1, 'queue.declare', { queue, durable: true, arguments: args, ...more })
  await declare('all', { 'x-max-priority': 5, 'x-message-ttl': 3_600_000, 'x-overflow': 'reject-publish' })
  await declare('replicated', { 'x-queue-type': 'quorum', 'x-delivery-limit': 5 })
  await declare('short', { 'x-single-active-consumer': true, note: 'früh', nested: { list: [1, 'b', false] } })
  await declare('dead', {}, { durable: false })
  await declare('lost', {}, { autoDelete: true })
}

async function bind(peer: RawPeer): Promise<void> {
  const queueBind = (exchange: string, queue: string, routingKey = '', args = {}) =>
    peer.call(1, 'queue.bind', { exchange, queue, routingKey, arguments: args })
  await queueBind('events', 'all', 'open.#')
  await queueBind('events', 'replicated', 'open.*.b')
  await queueBind('by-header', 'short', '', { 'x-match': 'any', n: 1, s: 'x', t: true })
  await queueBind('graveyard', 'dead')
  await queueBind('unrouted', 'lost')
  await peer.call(1, 'exchange.bind', { source: 'events', destination: 'by-header', routingKey: 'open.header' })
}

async function clear({ admin }: Target): Promise<void> {
  await admin.deleteVhost(VHOST)
  await admin.deleteUser(USER)
  await admin.deleteGlobalParameter(`${VHOST}-motd`)
}

/** The file without what other suites have in it at the moment. */
function ownPart(document: DefinitionsDocument): Record<string, unknown> {
  const isOwn = (item: Record<string, unknown>) =>
    item.vhost === VHOST || item.name === 'guest' || String(item.name).startsWith(VHOST)
  return Object.fromEntries(
    Object.entries(document).map(([key, value]) => [key, Array.isArray(value) ? value.filter(isOwn) : value]),
  )
}

/** All that is defined, in one order. */
function sortedParts(document: DefinitionsDocument): Record<string, string[]> {
  const text = (value: unknown) => JSON.stringify(value, (_key, item) => (isPlain(item) ? sortKeys(item) : item))
  return Object.fromEntries(
    Object.entries(document).flatMap(([key, items]) => (Array.isArray(items) ? [[key, items.map(text).sort()]] : [])),
  )
}

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const sortKeys = (value: object) => Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))

onEachBroker((target) => {
  describe('a file of definitions', () => {
    let file: Record<string, unknown>
    let broker: Broker

    beforeAll(async () => {
      await furnish(target)
      file = ownPart(await target.admin.exportDefinitions())
      broker = await createBroker({ port: 0, definitions: JSON.stringify(file) })
    })
    afterAll(async () => {
      await broker?.close()
      await clear(target)
    })

    const open = (user = USER, password = PASSWORD) => openChannel(broker.port, { user, password, virtualHost: VHOST })

    it('holds all there is', () => {
      const counts = Object.entries(file).flatMap(([key, items]) => (Array.isArray(items) ? [[key, items.length]] : []))
      expect(Object.fromEntries(counts)).toMatchObject({
        users: 2,
        vhosts: 1,
        permissions: 2,
        topic_permissions: 1,
        parameters: 2,
        global_parameters: 1,
        policies: 1,
        queues: 5,
        exchanges: 4,
        bindings: 6,
      })
    })

    it('is exported again as it was', async () => {
      const again = ownPart(await broker.admin.exportDefinitions())
      expect(sortedParts(again)).toEqual(sortedParts(file))
    })

    it('lets its users in, with their rights', async () => {
      await using peer = await open()
      await peer.call(1, 'queue.declare', { queue: 'own-1', exclusive: true })
      peer.send(1, 'queue.declare', { queue: 'other' })
      expect(await peer.outcome()).toContain(`access to queue 'other' in vhost '${VHOST}' refused for user '${USER}'`)
      await peer.call(1, 'channel.open')
      peer.publish(1, { exchange: 'events', routingKey: 'closed.a' }, 'x')
      expect(await peer.outcome()).toContain("access to topic 'closed.a' in exchange 'events'")
    })

    it('leads messages where they went', async () => {
      await using peer = await open()
      peer.publish(1, { exchange: 'events', routingKey: 'open.a.b' }, '1')
      peer.publish(1, { exchange: 'by-header' }, '2', { headers: { n: 1 } })
      for (const body of ['3', '4', '5']) peer.publish(1, { routingKey: 'short' }, body)
      await untilReady(peer, 'replicated', 1)
      await untilReady(peer, 'short', 2)
      await untilReady(peer, 'dead', 2)
      expect(await drain(peer, 'all')).toEqual(['1'])
      expect(await drain(peer, 'replicated')).toEqual(['1'])
      expect(await drain(peer, 'short')).toEqual(['4', '5'])
      expect(await drain(peer, 'dead')).toEqual(['2', '3'])
    })
  })
})
