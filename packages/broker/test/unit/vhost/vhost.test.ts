import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/clock.ts'
import { BrokerEvents } from '../../../src/events/broker-events.ts'
import { TopologyLimits } from '../../../src/limits/topology-limits.ts'
import { noJournal } from '../../../src/log/journal.ts'
import { BlockStore } from '../../../src/log/store/block-store.ts'
import { silentLogger } from '../../../src/logging/logger.ts'
import { Turn } from '../../../src/scheduler/turn.ts'
import { BrokerStatistics } from '../../../src/statistics/broker-statistics.ts'
import { Vhost } from '../../../src/vhost/vhost.ts'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

const FLAGS = { durable: false, autoDelete: false, internal: false, arguments: {} }

describe('Vhost', () => {
  const store = new BlockStore()
  const turn = new Turn((error) => {
    throw error
  })
  afterEach(() => store.close())

  it('forgets an exchange that was bound to a queue that stays', async () => {
    const limits = new TopologyLimits({ queueMax: -1, exchangeMax: -1, vhostMax: -1 }, new Map())
    const vhost = new Vhost('/', {
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
    const settings = { name: 'stays', durable: false, autoDelete: false, arguments: {}, exclusiveOwner: undefined }
    const { queue } = vhost.declareQueue(settings, { forgetQueue() {} })
    const bindAndForget = (): WeakRef<object> => {
      const exchange = vhost.declareExchange({ ...FLAGS, name: 'goes', type: 'fanout' })
      const binding = { destination: queue, routingKey: '', arguments: {} }
      vhost.bind(exchange, binding)
      vhost.unbind(exchange, binding)
      vhost.deleteExchange('goes', false)
      return new WeakRef(exchange)
    }
    const exchange = bindAndForget()
    // A weak reference holds on until the turn of the event loop ends.
    await new Promise((resolve) => setImmediate(resolve))
    collectGarbage()
    expect(exchange.deref()).toBeUndefined()
  })
})
