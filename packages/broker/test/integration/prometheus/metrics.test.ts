/**
 * Metrics: in Prometheus' format, with the names, types and labels of RabbitMQ's plugin, and with figures that move.
 */

import { createBroker } from '@warrenmq/broker'
import { eventually, storageOptions, type Target, targetPair } from '@warrenmq/testkit'
import { describe, expect, it } from 'vitest'
import { declareQueue, untilReady } from '../support.ts'
import { type Family, parseExposition } from './exposition-parser.ts'
import { LEFT_OUT, OTHER_LABELS } from './wanted-differences.ts'

/** RabbitMQ tells its metrics every 5 s. */
const SAMPLED_MS = 25_000

/** What the dashboards RabbitMQ-Overview for 3.10 and for 4.3 ask for, as far as there is something to show. */
const DASHBOARDS = [
  'build_info identity_info queues channels connections consumers channel_consumers queue_messages_ready queue_messages_unacked',
  'process_resident_memory_bytes resident_memory_limit_bytes disk_space_available_bytes disk_space_available_limit_bytes',
  'process_open_fds process_max_fds process_open_tcp_sockets process_max_tcp_sockets erlang_uptime_seconds',
  'connections_opened_total connections_closed_total channels_opened_total channels_closed_total',
  'queues_declared_total queues_created_total queues_deleted_total',
  'global_messages_received_total global_messages_received_confirm_total global_messages_confirmed_total',
  'global_messages_routed_total global_messages_unroutable_dropped_total global_messages_unroutable_returned_total',
  'global_messages_redelivered_total global_messages_acknowledged_total global_messages_delivered_total',
  'global_messages_delivered_consume_auto_ack_total global_messages_delivered_consume_manual_ack_total',
  'global_messages_delivered_get_auto_ack_total global_messages_delivered_get_manual_ack_total global_messages_get_empty_total',
  'global_publishers global_consumers',
].flatMap((names) => names.split(' ').map((name) => `rabbitmq_${name}`))

async function urlOf(target: Target): Promise<string | undefined> {
  const authorization = `Basic ${Buffer.from('guest:guest').toString('base64')}`
  const answer = await fetch(`${target.httpUrl}/api/overview`, { headers: { authorization } })
  const { listeners } = (await answer.json()) as { listeners: { protocol: string; port: number }[] }
  const listener = listeners.find(({ protocol }) => protocol === 'http/prometheus')
  return listener && `http://127.0.0.1:${listener.port}`
}

async function scrape(url: string): Promise<Map<string, Family>> {
  const answer = await fetch(url)
  expect(answer.status, url).toBe(200)
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
  return parseExposition(await answer.text())
}

function sumOf(families: ReadonlyMap<string, Family>, name: string): number {
  return (families.get(name)?.series ?? []).reduce((sum, { value }) => sum + value, 0)
}

function startBroker() {
  return createBroker({
    port: 0,
    managementPort: 0,
    prometheusPort: 0,
    collectStatisticsIntervalMs: 100,
    ...storageOptions(),
  })
}

/** Keeps a load up: connections with something published, delivered, waiting, unroutable, dead. */
async function load(target: Target, queue: string) {
  const peer = await target.openChannel()
  await declareQueue(peer, queue)
  await peer.call(2, 'channel.open')
  await peer.call(2, 'confirm.select')
  for (let i = 0; i < 8; i++) peer.publish(2, { routingKey: queue }, 'x')
  peer.publish(2, { routingKey: 'nowhere' }, 'x')
  await untilReady(peer, queue, 8)
  for (const noAck of [true, false]) {
    peer.send(1, 'basic.get', { queue, noAck })
    await peer.expectContent(1, 'basic.get-ok')
  }
  await peer.call(1, 'basic.qos', { prefetchCount: 3 })
  await peer.call(1, 'basic.consume', { queue, consumerTag: 'a' })
  for (let i = 0; i < 3; i++) await peer.expectContent(1, 'basic.deliver')
  peer.send(1, 'basic.reject', { deliveryTag: 2, requeue: false })
  peer.send(1, 'basic.ack', { deliveryTag: 3, multiple: false })
  await peer.expectContent(1, 'basic.deliver')
  return peer
}

describe('metrics', () => {
  const { warren, rabbit } = targetPair(startBroker)

  it('have what the dashboards of RabbitMQ ask for, and move', { timeout: 60_000 }, async () => {
    const url = `${await urlOf(warren)}/metrics`
    const before = await scrape(url)
    const missing = DASHBOARDS.filter((name) => (before.get(name)?.series.length ?? 0) === 0)
    expect(missing).toEqual([])
    await using _peer = await load(warren, 'dashboards')
    const after = await scrape(url)
    const grown = (name: string) => sumOf(after, `rabbitmq_${name}`) - sumOf(before, `rabbitmq_${name}`)
    expect({
      received: grown('global_messages_received_total'),
      confirmed: grown('global_messages_confirmed_total'),
      routed: grown('global_messages_routed_total'),
      dropped: grown('global_messages_unroutable_dropped_total'),
      delivered: grown('global_messages_delivered_total'),
      consumed: grown('global_messages_delivered_consume_manual_ack_total'),
      got: grown('global_messages_delivered_get_auto_ack_total'),
      acknowledged: grown('global_messages_acknowledged_total'),
      rejected: grown('global_messages_dead_lettered_rejected_total'),
      ready: grown('queue_messages_ready'),
      unacked: grown('queue_messages_unacked'),
      connections: grown('connections'),
      channels: grown('channels'),
      consumers: grown('consumers'),
      queues: grown('queues'),
      created: grown('queues_created_total'),
    }).toEqual({
      received: 9,
      confirmed: 9,
      routed: 8,
      dropped: 1,
      delivered: 6,
      consumed: 4,
      got: 1,
      acknowledged: 1,
      rejected: 1,
      ready: 2,
      unacked: 3,
      connections: 1,
      channels: 2,
      consumers: 1,
      queues: 1,
      created: 1,
    })
    const [identity] = after.get('rabbitmq_identity_info')?.series ?? []
    expect(identity.labels.rabbitmq_cluster_permanent_id).toMatch(/^rabbitmq-cluster-id-[\w-]{22}$/)
    expect([...after.keys()]).toEqual(
      expect.arrayContaining(['nodejs_eventloop_lag_seconds', 'process_cpu_seconds_total']),
    )
  })

  it('have a series for each object, with names escaped', async () => {
    const queue = 'a "b" \\ c'
    await using _peer = await load(warren, queue)
    const url = await urlOf(warren)
    const all = await scrape(`${url}/metrics/per-object`)
    const ready = all.get('rabbitmq_queue_messages_ready')?.series.find(({ labels }) => labels.queue === queue)
    expect(ready).toMatchObject({ labels: { vhost: '/', queue }, value: 2 })
    expect(all.get('rabbitmq_channel_messages_published_total')?.series).toEqual([
      expect.objectContaining({ labels: expect.objectContaining({ vhost: '/', exchange: '' }), value: 9 }),
    ])
    const some = await scrape(`${url}/metrics/detailed?family=queue_coarse_metrics&family=queue_metrics&vhost=/`)
    expect(sumOf(some, 'rabbitmq_detailed_queue_messages')).toBeGreaterThan(0)
    expect(some.has('rabbitmq_detailed_channel_consumers')).toBe(false)
    const none = await scrape(`${url}/metrics/detailed?family=queue_coarse_metrics&vhost=nosuch`)
    expect(none.has('rabbitmq_detailed_queue_messages')).toBe(false)
    const names = await scrape(`${url}/metrics/detailed?family=exchange_names&family=vhost_status`)
    expect(sumOf(names, 'rabbitmq_cluster_vhost_status')).toBe(1)
    expect(sumOf(names, 'rabbitmq_cluster_exchange_name')).toBe(7)
  })

  it('are packed for those who ask, and are nowhere else', async () => {
    const url = await urlOf(warren)
    const answer = await fetch(`${url}/metrics`, { headers: { 'accept-encoding': 'gzip' } })
    expect(answer.headers.get('content-encoding')).toBe('gzip')
    expect(await answer.text()).toContain('rabbitmq_identity_info')
    expect((await fetch(`${url}/`)).status).toBe(404)
    expect((await fetch(`${url}/metrics/nosuch`)).status).toBe(404)
    expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(405)
  })

  it.each([
    '/metrics',
    '/metrics/per-object',
    `/metrics/detailed?${[
      'queue_coarse_metrics',
      'queue_metrics',
      'channel_metrics',
      'channel_exchange_metrics',
      'channel_queue_metrics',
      'channel_queue_exchange_metrics',
      'connection_coarse_metrics',
      'connection_metrics',
      'connection_churn_metrics',
      'node_coarse_metrics',
      'node_metrics',
      'node_persister_metrics',
      'auth_attempt_metrics',
      'vhost_status',
      'exchange_names',
      'exchange_bindings',
    ]
      .map((family) => `family=${family}`)
      .join('&')}`,
  ])('have the names, types and labels of RabbitMQ on %s', { timeout: 90_000 }, async (path) => {
    const rabbitUrl = rabbit && (await urlOf(rabbit))
    if (rabbit === undefined || rabbitUrl === undefined) return
    await using _ours = await load(warren, 'compared')
    await using _theirs = await load(rabbit, 'compared')
    const here = await scrape(`${await urlOf(warren)}${path}`)
    const there = await eventually(
      async () => {
        const scraped = parseExposition(withoutBrokenLines(await (await fetch(rabbitUrl + path)).text()))
        return [...scraped.keys()].some((name) => /connection_incoming_packets/.test(name)) && scraped
      },
      'the metrics of RabbitMQ',
      SAMPLED_MS,
    )
    const differences: string[] = []
    let compared = 0
    for (const { name, type, series } of (there as Map<string, Family>).values()) {
      if (series.length === 0 || LEFT_OUT.some(({ metric }) => metric.test(name))) continue
      compared++
      const ours = here.get(name)
      if (ours === undefined) differences.push(`${name} is missing`)
      else if (ours.type !== type) differences.push(`${name} is a ${ours.type} and not a ${type}`)
      else if (labelNames(ours) !== labelNames({ name, type, series })) {
        differences.push(`${name} has the labels ${labelNames(ours)} and not ${labelNames({ name, type, series })}`)
      }
    }
    expect(differences).toEqual([])
    expect(compared).toBeGreaterThan(40)
  })
})

/** Names of the labels of a family's series, without those that differ on purpose. */
function labelNames({ name, series }: Family): string {
  const ignored = OTHER_LABELS.filter(({ metric }) => metric.test(name)).flatMap(({ labels }) => labels)
  const [first] = series
  return Object.keys(first?.labels ?? {})
    .filter((label) => !ignored.includes(label))
    .sort()
    .join(',')
}

/** RabbitMQ 3.10.8 does not escape quotes in names, and other suites make queues with strange ones. */
function withoutBrokenLines(text: string): string {
  return text
    .split('\n')
    .filter((line) => line === '' || line.startsWith('#') || /^[a-z_:]+(\{([a-z_]+="[^"\\]*",?)*\})? \S+$/.test(line))
    .join('\n')
}
