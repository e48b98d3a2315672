/** `x-recent-history`: what is newly bound gets the last messages. */

import type { FieldTable } from '@warrenmq/codec'
import type { RawPeer } from '@warrenmq/testkit'
import { describe, expect, it } from 'vitest'
import { bind, declareExchange, declareQueue, drain, get, itRefuses, onEachBroker, type Refusal } from './support.ts'

const TYPE = 'x-recent-history'
const LENGTH = 'x-recent-history-length'

function declareWith(length: unknown) {
  return (peer: RawPeer) => {
    const args = { [LENGTH]: length } as FieldTable
    peer.send(1, 'exchange.declare', { exchange: 'rh-bad', type: TYPE, arguments: args })
  }
}

function refusal(name: string, length: unknown, term: string): Refusal {
  const text = `Invalid argument ${term}, '${LENGTH}' must be a positive integer`
  return { name, steps: declareWith(length), expected: `ch 406 PRECONDITION_FAILED - ${text} [exchange.declare]` }
}

const REFUSALS: readonly Refusal[] = [
  refusal('refuses length 0', 0, '0'),
  refusal('refuses a negative length', -1, '-1'),
  refusal('refuses a string as length', '5', '<<"5">>'),
  refusal('refuses a bool as length', true, 'true'),
  refusal('refuses an array as length', [1], '[{signedint,1}]'),
  refusal('refuses a fraction as length', 1.5, '1.5'),
]

/** Declares the exchange, not auto-delete: it must live before its first binding and after its last. */
async function declare(peer: RawPeer, exchange: string, args: FieldTable = {}): Promise<void> {
  await peer.call(1, 'exchange.declare', { exchange, type: TYPE, arguments: args })
}

function publishNumbers(peer: RawPeer, exchange: string, from: number, to: number): void {
  for (let i = from; i < to; i++) peer.publish(1, { exchange, routingKey: `key-${i}` }, `${i}`)
}

onEachBroker((target) => {
  describe('refused', () => itRefuses(target, REFUSALS))

  it('replays the last 20 messages to a queue when it is bound, oldest first, and routes what follows', async () => {
    await using peer = await target.openChannel()
    await declare(peer, 'rh-20')
    publishNumbers(peer, 'rh-20', 0, 25)
    const queue = await declareQueue(peer)
    await bind(peer, queue, 'rh-20')
    publishNumbers(peer, 'rh-20', 25, 26)
    expect(await drain(peer, queue)).toEqual(Array.from({ length: 21 }, (_, i) => `${i + 5}`))
    await peer.call(1, 'exchange.delete', { exchange: 'rh-20' })
  })

  it('replays as many as it was told to, as they were published', async () => {
    await using peer = await target.openChannel()
    await declare(peer, 'rh-2', { [LENGTH]: 2 })
    publishNumbers(peer, 'rh-2', 0, 3)
    const queue = await declareQueue(peer)
    await bind(peer, queue, 'rh-2', 'any')
    const first = await get(peer, queue)
    expect(first?.args).toMatchObject({ exchange: 'rh-2', routingKey: 'key-1', redelivered: false, messageCount: 1 })
    expect(await drain(peer, queue)).toEqual(['2'])
    await peer.call(1, 'exchange.delete', { exchange: 'rh-2' })
  })

  it('replays for every new binding, but not for one that is there', async () => {
    await using peer = await target.openChannel()
    await declare(peer, 'rh-again')
    publishNumbers(peer, 'rh-again', 0, 2)
    const queue = await declareQueue(peer)
    await bind(peer, queue, 'rh-again', 'one')
    await bind(peer, queue, 'rh-again', 'one')
    await bind(peer, queue, 'rh-again', 'two')
    expect(await drain(peer, queue)).toEqual(['0', '1', '0', '1'])
    await peer.call(1, 'exchange.delete', { exchange: 'rh-again' })
  })

  it('does not remember what says so, by a true bool', async () => {
    await using peer = await target.openChannel()
    await declare(peer, 'rh-no-store')
    const header = (value: unknown) => ({ headers: { 'x-recent-history-no-store': value } as FieldTable })
    peer.publish(1, { exchange: 'rh-no-store' }, 'true', header(true))
    peer.publish(1, { exchange: 'rh-no-store' }, 'false', header(false))
    peer.publish(1, { exchange: 'rh-no-store' }, 'string', header('true'))
    const queue = await declareQueue(peer)
    await bind(peer, queue, 'rh-no-store')
    peer.publish(1, { exchange: 'rh-no-store' }, 'routed', header(true))
    expect(await drain(peer, queue)).toEqual(['false', 'string', 'routed'])
    await peer.call(1, 'exchange.delete', { exchange: 'rh-no-store' })
  })

  it('remembers what came over a binding and as alternate exchange', async () => {
    await using peer = await target.openChannel()
    await declare(peer, 'rh-inner')
    await declareExchange(peer, 'rh-outer', 'fanout')
    await peer.call(1, 'exchange.bind', { source: 'rh-outer', destination: 'rh-inner' })
    peer.publish(1, { exchange: 'rh-outer', routingKey: 'k' }, 'bound')
    const args = { 'alternate-exchange': 'rh-inner' }
    await peer.call(1, 'exchange.declare', { exchange: 'rh-direct', type: 'direct', arguments: args })
    peer.publish(1, { exchange: 'rh-direct', routingKey: 'k' }, 'alternate')
    const queue = await declareQueue(peer)
    await bind(peer, queue, 'rh-inner')
    expect(await drain(peer, queue)).toEqual(['bound', 'alternate'])
    for (const exchange of ['rh-direct', 'rh-inner']) await peer.call(1, 'exchange.delete', { exchange })
  })

  it('forgets everything with the exchange', async () => {
    await using peer = await target.openChannel()
    await declare(peer, 'rh-gone')
    publishNumbers(peer, 'rh-gone', 0, 3)
    await peer.call(1, 'exchange.delete', { exchange: 'rh-gone' })
    await declare(peer, 'rh-gone')
    const queue = await declareQueue(peer)
    await bind(peer, queue, 'rh-gone')
    expect(await drain(peer, queue)).toEqual([])
    await peer.call(1, 'exchange.delete', { exchange: 'rh-gone' })
  })

  it('returns what nothing is bound for, and remembers it', async () => {
    await using peer = await target.openChannel()
    await declare(peer, 'rh-return')
    peer.publish(1, { exchange: 'rh-return', mandatory: true }, 'returned')
    expect((await peer.expectContent(1, 'basic.return')).args.replyCode).toBe(312)
    const queue = await declareQueue(peer)
    await bind(peer, queue, 'rh-return')
    expect(await drain(peer, queue)).toEqual(['returned'])
    await peer.call(1, 'exchange.delete', { exchange: 'rh-return' })
  })

  if (target.isRabbit) return

  // RabbitMQ 3.10.8 answers 541 INTERNAL_ERROR to such a binding when one of the messages reaches no queue.
  it('replays through an exchange that is bound, by its bindings', async () => {
    await using peer = await target.openChannel()
    await declare(peer, 'rh-source')
    publishNumbers(peer, 'rh-source', 0, 3)
    peer.publish(1, { exchange: 'rh-source', routingKey: 'x' }, 'cc', { headers: { CC: ['key-1'] } })
    await declareExchange(peer, 'rh-filter', 'direct')
    const queue = await declareQueue(peer)
    await bind(peer, queue, 'rh-filter', 'key-1')
    await peer.call(1, 'exchange.bind', { source: 'rh-source', destination: 'rh-filter' })
    expect(await drain(peer, queue)).toEqual(['1', 'cc'])
    await peer.call(1, 'exchange.delete', { exchange: 'rh-source' })
  })

  it('refuses a history that is too long to be replayed in one piece', async () => {
    await using peer = await target.openChannel()
    await declareWith(100_001)(peer)
    const text = `Invalid argument 100001, '${LENGTH}' must not be greater than 100000`
    expect(await peer.outcome()).toBe(`ch 406 PRECONDITION_FAILED - ${text} [exchange.declare]`)
  })

  it('remembers what a transaction publishes when it is committed, and nothing of one that is rolled back', async () => {
    await using peer = await target.openChannel()
    await declare(peer, 'rh-tx')
    await peer.call(1, 'tx.select')
    publishNumbers(peer, 'rh-tx', 0, 2)
    await peer.call(1, 'tx.rollback')
    publishNumbers(peer, 'rh-tx', 2, 4)
    await peer.call(1, 'tx.commit')
    const queue = await declareQueue(peer)
    await bind(peer, queue, 'rh-tx')
    expect(await drain(peer, queue)).toEqual(['2', '3'])
    await peer.call(1, 'exchange.delete', { exchange: 'rh-tx' })
  })
})
