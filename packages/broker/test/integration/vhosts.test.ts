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

  it("makes queues of the vhost's default type where a client names none", async ({ skip }) => {
    if (target.isRabbit) skip('RabbitMQ does so from 3.11 on')
    await target.admin.putVhost('vhosts-quorum', { defaultQueueType: 'quorum' })
    await using peer = await target.openChannel({ virtualHost: 'vhosts-quorum' })
    await declareQueue(peer, 'durable', { exclusive: false, durable: true })
    await declareQueue(peer, 'durable', { exclusive: false, durable: true })
    await declareQueue(peer, 'durable', {
      exclusive: false,
      durable: true,
      arguments: { 'x-queue-type': 'quorum' },
    })
    await declareQueue(peer, 'asked', { exclusive: false, durable: true, arguments: { 'x-queue-type': 'classic' } })
    await declareQueue(peer, 'transient', { exclusive: false, durable: false })
    await declareQueue(peer, 'auto-delete', { exclusive: false, durable: true, autoDelete: true })
    await declareQueue(peer, 'exclusive', { exclusive: true, durable: true })
    const { queues } = await target.admin.exportDefinitions('vhosts-quorum')
    const types = (queues as { name: string; arguments: Record<string, unknown> }[]).map((queue) => [
      queue.name,
      queue.arguments['x-queue-type'] ?? 'none',
    ])
    expect(Object.fromEntries(types)).toEqual({
      durable: 'quorum',
      asked: 'classic',
      transient: 'none',
      'auto-delete': 'none',
    })
    await target.admin.deleteVhost('vhosts-quorum')
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
