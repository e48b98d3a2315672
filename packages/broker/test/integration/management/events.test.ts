/** `GET /api/events`: what happens, as it happens, for those who may see it. */

import { createBroker } from '@warrenmq/broker'
import { eventually } from '@warrenmq/testkit'
import { expect, it } from 'vitest'
import { EventReader } from './sse.ts'
import { apiOf } from './support.ts'
import { onWarrenApi } from './support-beyond.ts'

onWarrenApi(
  (api) => {
    const { target } = api

    it('tells of connections, channels, queues, bindings and consumers, from the first to the last', async () => {
      await using reader = await EventReader.open(api, '/events')
      await using peer = await target.openChannel()
      const opened = await reader.named('connection.created')
      expect(opened.data).toMatchObject({ event: 'connection.created', user: 'guest', vhost: '/', ssl: false })
      const connection = opened.data.name
      expect((await reader.named('channel.created')).data).toMatchObject({ connection, number: 1 })
      await peer.call(1, 'exchange.declare', { exchange: 'events-x', type: 'topic', autoDelete: true })
      expect((await reader.named('exchange.created')).data).toMatchObject({ name: 'events-x', type: 'topic' })
      await peer.call(1, 'queue.declare', { queue: 'events-q', arguments: { 'x-max-length': 5 } })
      expect((await reader.named('queue.created')).data).toMatchObject({
        name: 'events-q',
        vhost: '/',
        durable: false,
        arguments: { 'x-max-length': 5 },
        timestamp: expect.any(Number),
      })
      await peer.call(1, 'queue.bind', { queue: 'events-q', exchange: 'events-x', routingKey: 'a.*' })
      const binding = { source_name: 'events-x', destination_name: 'events-q', routing_key: 'a.*' }
      expect((await reader.named('binding.created')).data).toMatchObject(binding)
      await peer.call(1, 'basic.consume', { queue: 'events-q', consumerTag: 'tag' })
      expect((await reader.named('consumer.created')).data).toMatchObject({
        consumer_tag: 'tag',
        queue: 'events-q',
        ack_required: true,
        connection,
      })
      await peer.call(1, 'basic.cancel', { consumerTag: 'tag' })
      await reader.named('consumer.deleted')
      await peer.call(1, 'queue.delete', { queue: 'events-q' })
      const gone = new Map<string, unknown>()
      await reader.next(({ event, data }) => {
        gone.set(event, data)
        return ['binding.deleted', 'queue.deleted', 'exchange.deleted'].every((name) => gone.has(name))
      })
      expect(gone.get('binding.deleted')).toMatchObject(binding)
      await peer.call(1, 'channel.close', {})
      expect((await reader.named('channel.closed')).data).toMatchObject({ connection, number: 1 })
      peer.socket.destroy()
      expect((await reader.named('connection.closed')).data).toMatchObject({ name: connection })
    })

    it('tells of users, rights, policies, parameters, vhosts and alarms', async () => {
      await using reader = await EventReader.open(api, '/events')
      const { admin } = target
      await admin.putVhost('events-v')
      expect((await reader.named('vhost.created')).data).toMatchObject({ name: 'events-v' })
      await admin.putUser('events-u', { password: 'secret', tags: [] })
      expect((await reader.named('user.created')).data).toEqual({
        event: 'user.created',
        timestamp: expect.any(Number),
        name: 'events-u',
        tags: [],
      })
      await admin.putPermissions('events-u', 'events-v', { configure: '', write: 'a', read: '.*' })
      expect((await reader.named('permission.created')).data).toMatchObject({ user: 'events-u', write: 'a' })
      await admin.putPolicy('events-v', 'p', { pattern: '^x', definition: { 'max-length': 1 } })
      expect((await reader.named('policy.set')).data).toMatchObject({ name: 'p', vhost: 'events-v', pattern: '^x' })
      await admin.deletePolicy('events-v', 'p')
      await reader.named('policy.cleared')
      await admin.deleteUser('events-u')
      await reader.named('user.deleted')
      await admin.deleteVhost('events-v')
      await reader.named('vhost.deleted')
      expect(JSON.stringify(reader.events)).not.toContain('secret')
    })

    it('has what was asked for only', async () => {
      await using reader = await EventReader.open(api, '/events?events=queue.*,vhost.created')
      await using peer = await target.openChannel()
      await peer.call(1, 'queue.declare', { queue: 'events-filter', exclusive: true })
      await peer.call(1, 'queue.delete', { queue: 'events-filter' })
      await target.admin.putVhost('events-filter')
      await reader.named('vhost.created')
      await target.admin.deleteVhost('events-filter')
      await peer.call(1, 'queue.declare', { queue: 'events-filter', exclusive: true })
      await reader.named('queue.created')
      expect(reader.events).toEqual([])
      await expect(EventReader.open(api, '/events?events=nosuch.*')).rejects.toThrow(/400 .*no event is called/)
    })

    it('shows everybody what is theirs', async () => {
      const { admin } = target
      await admin.putUser('events-own', { password: 'x', tags: ['management'] })
      await admin.putVhost('events-mine')
      await admin.putPermissions('events-own', 'events-mine', { configure: '.*', write: '.*', read: '.*' })
      await using reader = await EventReader.open(api, '/events', 'events-own:x')
      await using stranger = await target.openChannel()
      await stranger.call(1, 'queue.declare', { queue: 'events-hidden', exclusive: true })
      await using guest = await target.openChannel({ virtualHost: 'events-mine' })
      await guest.call(1, 'queue.declare', { queue: 'events-shown', exclusive: true })
      await using own = await target.openChannel({ virtualHost: 'events-mine', user: 'events-own', password: 'x' })
      await own.call(1, 'queue.declare', { queue: 'events-last', exclusive: true })
      const seen: string[] = []
      await reader.next(({ event, data }) => {
        const text = `${event} ${data.user ?? data.name}`
        if (!seen.includes(text)) seen.push(text)
        return data.name === 'events-last'
      })
      expect(seen).toEqual([
        'queue.created events-shown',
        'connection.created events-own',
        'channel.created events-own',
        'queue.created events-last',
      ])
      // Rights that are taken away take effect for what happens from then on.
      await admin.deletePermissions('events-own', 'events-mine')
      await guest.call(1, 'queue.declare', { queue: 'events-late', exclusive: true })
      await admin.putPermissions('events-own', 'events-mine', { configure: '.*', write: '.*', read: '.*' })
      await guest.call(1, 'queue.declare', { queue: 'events-again', exclusive: true })
      await reader.next(({ data }) => data.name === 'events-again')
      expect(JSON.stringify(reader.events)).not.toContain('events-late')
    })

    it('tells rates with every sample, of what is visible', async () => {
      const { admin } = target
      await admin.putUser('events-rates', { password: 'x', tags: ['management'] })
      await admin.putVhost('events-rated')
      await admin.putPermissions('events-rates', 'events-rated', { configure: '.*', write: '.*', read: '.*' })
      await using all = await EventReader.open(api, '/events?events=rates')
      await using some = await EventReader.open(api, '/events?events=rates', 'events-rates:x')
      await using peer = await target.openChannel({ virtualHost: 'events-rated' })
      await peer.call(1, 'queue.declare', { queue: 'rated', exclusive: true })
      for (let i = 0; i < 50; i++) peer.publish(1, { routingKey: 'rated' }, 'x')
      await peer.call(1, 'queue.declare', { queue: 'rated', passive: true })
      const ofVhost = ({ vhosts }: Record<string, unknown>) =>
        (vhosts as { name: string; message_stats?: { publish: number } }[]).find(({ name }) => name === 'events-rated')
      const seen = await all.next(({ data }) => ofVhost(data)?.message_stats?.publish === 50)
      expect(seen.data).toMatchObject({
        event: 'rates',
        message_stats: { publish: expect.any(Number), publish_details: { rate: expect.any(Number) } },
        object_totals: { queues: expect.any(Number) },
      })
      expect(ofVhost(seen.data)).toMatchObject({ messages: 50, messages_ready: 50 })
      const { data } = await some.next(({ data }) => ofVhost(data)?.message_stats?.publish === 50)
      expect((data.vhosts as unknown[]).length).toBe(1)
      expect(data.message_stats).toMatchObject({ publish: 50 })
    })

    it('is for those who log in, and read events', async () => {
      await expect(EventReader.open(api, '/events', 'guest:wrong')).rejects.toThrow('401')
      expect((await api.send('GET', '/events', { headers: { accept: 'application/json' } })).status).toBe(406)
      const head = await api.send('HEAD', '/events')
      expect([head.status, head.headers.get('content-type')]).toEqual([200, 'text/event-stream'])
    })
  },
  { collectStatisticsIntervalMs: 200 },
)

it('tells of alarms to everybody, and ends with its broker', async () => {
  const broker = await createBroker({ port: 0, managementPort: 0 })
  const api = apiOf({ httpUrl: `http://127.0.0.1:${broker.managementPort}` } as never)
  await using reader = await EventReader.open(api, '/events?events=alarm.*')
  broker.alarms.raise('memory')
  expect((await reader.named('alarm.set')).data).toMatchObject({ resource: 'memory' })
  broker.alarms.clear('memory')
  await reader.named('alarm.cleared')
  await broker.close()
  await eventually(() => reader.ended, 'the end of the stream')
})
