import { expect, it } from 'vitest'
import { declareQueue, onEachBroker } from './support.ts'

onEachBroker((target) => {
  it('offers a new vhost with exchanges of its own, until it is deleted', async () => {
    await target.admin.putVhost('vhosts-tmp')
    await using peer = await target.openChannel({ virtualHost: 'vhosts-tmp' })
    await peer.call(1, 'exchange.declare', { exchange: 'amq.topic', type: 'topic', passive: true })
    await declareQueue(peer, 'kept', { exclusive: false, durable: true })
    await target.admin.deleteVhost('vhosts-tmp')
    const close = await peer.expect(0, 'connection.close')
    // RabbitMQ says one or the other, by which of its processes is first.
    const reason = target.isRabbit ? '(down|deleted)' : 'down'
    expect(close.replyCode).toBe(320)
    expect(close.replyText).toMatch(new RegExp(`^CONNECTION_FORCED - vhost 'vhosts-tmp' is ${reason}$`))
    await expect(target.openConnection({ virtualHost: 'vhosts-tmp' })).rejects.toThrow(
      '530 NOT_ALLOWED - vhost vhosts-tmp not found',
    )
  })

  it('keeps nothing of a vhost that was deleted', async () => {
    await target.admin.putVhost('vhosts-again')
    const before = await target.openChannel({ virtualHost: 'vhosts-again' })
    await declareQueue(before, 'gone', { exclusive: false, durable: true })
    await before.close()
    await target.admin.deleteVhost('vhosts-again')
    await target.admin.putVhost('vhosts-again')
    await using peer = await target.openChannel({ virtualHost: 'vhosts-again' })
    peer.send(1, 'queue.declare', { queue: 'gone', passive: true })
    expect(await peer.outcome()).toContain("404 NOT_FOUND - no queue 'gone' in vhost 'vhosts-again'")
    await target.admin.deleteVhost('vhosts-again')
  })
})
