/** Heartbeats: sent when nothing else is, and missed when nothing comes. One second is the shortest interval of the protocol. */

import { HEARTBEAT_FRAME } from '@warrenmq/codec'
import { eventually } from '@warrenmq/testkit'
import { expect, it } from 'vitest'
import { onEachBroker } from './support.ts'

onEachBroker((target) => {
  it.concurrent('come twice in every interval', async () => {
    await using peer = await target.openConnection({ heartbeat: 1 })
    const start = performance.now()
    const beating = setInterval(() => peer.write(HEARTBEAT_FRAME), 400)
    try {
      await eventually(() => peer.heartbeatCount >= 4, 'four heartbeats')
      expect(performance.now() - start).toBeLessThan(3500)
      expect(peer.ended).toBe(false)
    } finally {
      clearInterval(beating)
    }
  })

  it.concurrent('that fail to come end the connection, without a word', async () => {
    await using peer = await target.openConnection({ heartbeat: 1 })
    const start = performance.now()
    expect(await peer.outcome()).toBe('ended')
    // Two intervals have to pass at least; the broker looks once in each.
    expect(performance.now() - start).toBeGreaterThan(1500)
    expect(performance.now() - start).toBeLessThan(6000)
  })

  it.concurrent('are not needed while other frames come', async () => {
    await using peer = await target.openChannel({ heartbeat: 1 })
    const end = performance.now() + 4000
    await eventually(async () => {
      await peer.call(1, 'channel.flow', { active: true })
      return performance.now() > end
    }, 'four seconds')
    expect(peer.ended).toBe(false)
  })

  it.concurrent('are not exchanged when the client asks for none', async () => {
    await using peer = await target.openChannel({ heartbeat: 0 })
    await using other = await target.openConnection({ heartbeat: 1 })
    // The other one dies of silence meanwhile: time enough to see that this one does not.
    await other.untilEnd()
    await peer.call(1, 'channel.flow', { active: true })
    expect(peer.heartbeatCount).toBe(0)
  })

  it.concurrent('that fail to come give back what the client held', async () => {
    await using peer = await target.openChannel()
    const { queue } = await peer.call(1, 'queue.declare', { autoDelete: true })
    await using silent = await target.openChannel({ heartbeat: 1 })
    await silent.call(1, 'basic.consume', { queue })
    peer.publish(1, { routingKey: queue }, 'held')
    await silent.expectContent(1, 'basic.deliver')
    await peer.call(1, 'basic.consume', { queue, noAck: true })
    const { args, body } = await peer.expectContent(1, 'basic.deliver')
    expect([body.toString(), args.redelivered]).toEqual(['held', true])
  })
})
