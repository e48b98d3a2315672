import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/clock.ts'
import { BrokerEvents } from '../../../src/events/broker-events.ts'
import { TopologyLimits } from '../../../src/limits/topology-limits.ts'
import { noJournal } from '../../../src/log/journal.ts'
import { BlockStore } from '../../../src/log/store/block-store.ts'
import { silentLogger } from '../../../src/logging/logger.ts'
import { setParameter } from '../../../src/parameters/parameter-components.ts'
import { Turn } from '../../../src/scheduler/turn.ts'
import { BrokerStatistics } from '../../../src/statistics/broker-statistics.ts'
import { Vhost } from '../../../src/vhost/vhost.ts'

describe('VhostPolicies', () => {
  const store = new BlockStore()
  const turn = new Turn((error) => {
    throw error
  })
  const limits = new TopologyLimits({ queueMax: -1, exchangeMax: -1, vhostMax: -1 }, new Map())
  const createVhost = () =>
    new Vhost('/', {
      store,
      journal: noJournal,
      turn,
      clock: systemClock,
      logger: silentLogger,
      limits,
      chance: Math.random,
      statistics: new BrokerStatistics(),
      events: new BrokerEvents(systemClock),
      handedOut: () => [],
    })
  afterEach(() => store.close())

  const declare = (vhost: Vhost, name: string) => {
    const settings = { name, durable: false, autoDelete: false, arguments: {}, exclusiveOwner: undefined }
    return vhost.declareQueue(settings, { forgetQueue() {} }).queue
  }
  const put = (vhost: Vhost, name: string, pattern: string, definition: Record<string, number>, priority = 0) =>
    setParameter(vhost, 'policy', name, { pattern, definition, priority, 'apply-to': 'queues' })

  it('sets and resets the features of queues that are there', async () => {
    const vhost = createVhost()
    const queue = declare(vhost, 'a')
    await put(vhost, 'p', '^a', { 'max-length': 5 })
    expect(queue.features.maxLength).toBe(5)
    expect(queue.policy.policy?.name).toBe('p')
    await put(vhost, 'p', '^b', { 'max-length': 5 })
    expect(queue.features.maxLength).toBeUndefined()
    expect(queue.policy.policy).toBeUndefined()
  })

  it('sets the features of queues declared later', async () => {
    const vhost = createVhost()
    await put(vhost, 'p', '', { 'message-ttl': 5 })
    expect(declare(vhost, 'a').features.messageTtlMs).toBe(5)
  })

  it('does not touch a queue for which nothing changes', async () => {
    const vhost = createVhost()
    const queue = declare(vhost, 'a')
    await put(vhost, 'p', '^a', { 'max-length': 5 })
    const { features } = queue
    await put(vhost, 'other', '^b', { 'max-length': 6 }, 3)
    await put(vhost, 'p', '^a', { 'max-length': 5 }, 7)
    expect(queue.features).toBe(features)
    expect(queue.policy.policy?.priority).toBe(7)
  })

  it('lets other work have its turn while it goes through many queues', async () => {
    const vhost = createVhost()
    for (let i = 0; i < 10_000; i++) declare(vhost, `queue-${i}`)
    await put(vhost, 'never', '(queue|x)-[1x]+5.*y', { 'max-length': 1 }, 1)
    let turns = 0
    let isDone = false
    const count = () => {
      turns++
      if (!isDone) setImmediate(count)
    }
    setImmediate(count)
    const applied = put(vhost, 'all', 'queue', { 'max-length': 77 }, -1)
    const later = put(vhost, 'later', '5$', { 'max-length': 78 }, -1)
    await Promise.all([applied, later])
    isDone = true
    expect(turns).toBeGreaterThan(1)
    // Of two with one priority the first by name holds.
    expect([...vhost.queues.values()].every((queue) => queue.features.maxLength === 77)).toBe(true)
  })

  it('resolves when queues that a later change met halfway are under the last policies', async () => {
    const vhost = createVhost()
    for (let i = 0; i < 3000; i++) declare(vhost, `queue-${i}`)
    const changes = Array.from({ length: 5 }, (_, i) => put(vhost, 'p', '^(queue|y)', { 'max-length': i + 1 }))
    await Promise.all(changes)
    expect([...vhost.queues.values()].every((queue) => queue.features.maxLength === 5)).toBe(true)
  })
})
