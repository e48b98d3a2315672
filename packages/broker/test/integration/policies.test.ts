/**
 * Policies: which one holds for what, and that they hold at once. The alternate exchange shows it, as a policy can set it and anybody
 * can see where a message went.
 */

import { describe, expect, it } from 'vitest'
import { declareCatcher, inVhost, refusalOf, whoGets } from './policy-support.ts'
import { drain, onEachBroker, sendTo, untilReady } from './support.ts'

/** A policy that nobody accepts, and why. */
const INVALID: readonly [definition: Readonly<Record<string, unknown>>, reason: string][] = [
  [{}, 'no policy provided'],
  [{ 'max-lengt': 1 }, '[{<<"max-lengt">>,1}] are not recognised policy settings'],
  [
    { foo: 1, bar: 'xöä', b: null, c: [1], d: { k: 1.5 } },
    '[{<<"b">>,null},\n {<<"bar">>,<<"xöä">>},\n {<<"c">>,[1]},\n {<<"d">>,#{<<"k">> => 1.5}},\n {<<"foo">>,1}] ' +
      'are not recognised policy settings',
  ],
  [{ 'max-length': -1 }, '-1 is not a valid maximum length'],
  [{ 'max-length': '1' }, '<<"1">> is not a valid maximum length'],
  [{ 'max-length': 1.5 }, '1.5 is not a valid maximum length'],
  [{ 'max-length': null }, 'null is not a valid maximum length'],
  [{ 'max-length': true }, 'true is not a valid maximum length'],
  [{ 'max-length': [1, 'b'] }, '[1,<<"b">>] is not a valid maximum length'],
  [{ 'max-length': { a: 1 } }, '#{<<"a">> => 1} is not a valid maximum length'],
  [{ 'max-length': -1, expires: 0 }, '0 is not a valid queue expiry'],
  [{ 'max-length': -1, foo: 1 }, '-1 is not a valid maximum length'],
  [{ 'max-length-bytes': -1 }, '-1 is not a valid maximum length in bytes'],
  [{ 'max-in-memory-length': -1 }, '-1 is not a valid maximum memory in bytes'],
  [{ 'max-in-memory-bytes': -1 }, '-1 is not a valid maximum memory in bytes'],
  [{ 'message-ttl': -1 }, '-1 is not a valid message TTL'],
  [{ expires: 0 }, '0 is not a valid queue expiry'],
  [{ 'delivery-limit': -1 }, '-1 is not a valid delivery limit'],
  [{ overflow: 'x' }, '<<"x">> is not a valid overflow value'],
  [{ 'queue-mode': 'x' }, '<<"x">> is not a valid queue-mode value'],
  [{ 'queue-version': 3 }, '3 is not a valid queue-version value'],
  [{ 'alternate-exchange': 1 }, '1 is not a valid alternate exchange name'],
  [{ 'dead-letter-exchange': 1 }, '1 is not a valid dead letter exchange name'],
  [{ 'dead-letter-routing-key': 1 }, '1 is not a valid dead letter routing key'],
  [{ 'dead-letter-strategy': 'x' }, '<<"x">> is not a valid dead letter strategy'],
  [{ 'stream-max-segment-size-bytes': 3_000_000_001 }, '3000000001 is not a valid segment size'],
  [{ 'queue-leader-locator': 'x' }, '<<"x">> is not a valid queue leader locator value'],
  [{ 'initial-cluster-size': -1 }, '-1 is not a valid cluster size'],
  [{ 'queue-master-locator': 'x' }, '<<"x">> invalid queue-master-locator value'],
  [{ 'ha-mode': 'x' }, '<<"x">> is not a valid ha-mode value'],
  [{ 'ha-mode': 'exactly' }, 'ha-mode="exactly" takes an integer, none given'],
  [{ 'ha-mode': 'all', 'ha-params': 1 }, 'ha-mode="all" does not take parameters'],
  [{ 'ha-mode': 'nodes', 'ha-params': [] }, 'ha-mode="nodes" list must be non-empty'],
  [{ 'ha-mode': 'nodes', 'ha-params': 1 }, 'ha-mode="nodes" takes a list, 1 given'],
  [{ 'ha-params': 1 }, 'ha-mode must be specified to specify ha-params, ha-sync-mode or ha-promote-on-shutdown'],
  [{ 'ha-mode': 'all', 'ha-sync-mode': 'x' }, 'ha-sync-mode must be "manual" or "automatic", got <<"x">>'],
  [{ 'ha-mode': 'all', 'ha-sync-batch-size': 0 }, 'ha-sync-batch-size takes an integer greater than 0, 0 given'],
  [
    { 'ha-mode': 'all', 'ha-promote-on-shutdown': 'x' },
    'ha-promote-on-shutdown must be "always" or "when-synced", got <<"x">>',
  ],
  [{ 'federation-upstream': 'all' }, '[{<<"federation-upstream">>,<<"all">>}] are not recognised policy settings'],
]

onEachBroker((target) => {
  it('holds for exchanges that are there, and no more once deleted', () =>
    inVhost(target, 'policies-live', async (admin, peer) => {
      const queue = await declareCatcher(peer, 'other')
      await peer.call(1, 'exchange.declare', { exchange: 'orders.new', type: 'direct' })
      expect(await whoGets(peer, 'orders.new', [queue])).toEqual([])
      await admin.putPolicy('policies-live', 'ae', {
        pattern: '^orders\\.',
        definition: { 'alternate-exchange': 'other' },
        applyTo: 'exchanges',
      })
      expect(await whoGets(peer, 'orders.new', [queue])).toEqual([queue])
      await admin.deletePolicy('policies-live', 'ae')
      expect(await whoGets(peer, 'orders.new', [queue])).toEqual([])
    }))

  it('holds for exchanges declared later', () =>
    inVhost(target, 'policies-later', async (admin, peer) => {
      const queue = await declareCatcher(peer, 'other')
      await admin.putPolicy('policies-later', 'ae', { pattern: 'x', definition: { 'alternate-exchange': 'other' } })
      await peer.call(1, 'exchange.declare', { exchange: 'next', type: 'topic' })
      expect(await whoGets(peer, 'next', [queue])).toEqual([queue])
    }))

  it('changes with the policy', () =>
    inVhost(target, 'policies-change', async (admin, peer) => {
      const queues = [await declareCatcher(peer, 'a'), await declareCatcher(peer, 'b')]
      await peer.call(1, 'exchange.declare', { exchange: 'source', type: 'headers' })
      const put = (exchange: string) =>
        admin.putPolicy('policies-change', 'ae', { pattern: '^s', definition: { 'alternate-exchange': exchange } })
      await put('a')
      expect(await whoGets(peer, 'source', queues)).toEqual(['q-a'])
      await put('b')
      expect(await whoGets(peer, 'source', queues)).toEqual(['q-b'])
    }))

  it('lets the one with the highest priority hold, as a whole', () =>
    inVhost(target, 'policies-priority', async (admin, peer) => {
      const queues = [await declareCatcher(peer, 'a'), await declareCatcher(peer, 'b')]
      await peer.call(1, 'exchange.declare', { exchange: 'source', type: 'direct' })
      const put = (name: string, priority: number, definition: Record<string, unknown>, pattern = 'sour') =>
        admin.putPolicy('policies-priority', name, { pattern, priority, definition })
      await put('low', 1, { 'alternate-exchange': 'a' })
      await put('high', 2.5, { 'alternate-exchange': 'b' })
      expect(await whoGets(peer, 'source', queues)).toEqual(['q-b'])
      await put('higher', 3, { 'max-length': 5 })
      expect(await whoGets(peer, 'source', queues)).toEqual([])
      await put('higher', 3, { 'max-length': 5 }, '^other')
      expect(await whoGets(peer, 'source', queues)).toEqual(['q-b'])
      await admin.deletePolicy('policies-priority', 'high')
      expect(await whoGets(peer, 'source', queues)).toEqual(['q-a'])
    }))

  it('holds for exchanges only where it applies to them', () =>
    inVhost(target, 'policies-apply', async (admin, peer) => {
      const queue = await declareCatcher(peer, 'other')
      await peer.call(1, 'exchange.declare', { exchange: 'source', type: 'direct' })
      const put = (applyTo: string) =>
        admin.putPolicy('policies-apply', 'ae', {
          pattern: '^source$',
          applyTo,
          definition: { 'alternate-exchange': 'other' },
        })
      await put('queues')
      expect(await whoGets(peer, 'source', [queue])).toEqual([])
      await put('all')
      expect(await whoGets(peer, 'source', [queue])).toEqual([queue])
    }))

  it('gives way to an argument', () =>
    inVhost(target, 'policies-argument', async (admin, peer) => {
      const queues = [await declareCatcher(peer, 'a'), await declareCatcher(peer, 'b')]
      await peer.call(1, 'exchange.declare', {
        exchange: 'source',
        type: 'direct',
        arguments: { 'alternate-exchange': 'a' },
      })
      await admin.putPolicy('policies-argument', 'ae', {
        pattern: 'source',
        definition: { 'alternate-exchange': 'b' },
      })
      expect(await whoGets(peer, 'source', queues)).toEqual(['q-a'])
    }))

  it('takes exclusion by a look-ahead, and matches anywhere', () =>
    inVhost(target, 'policies-pattern', async (admin, peer) => {
      const queue = await declareCatcher(peer, 'other')
      await admin.putPolicy('policies-pattern', 'ae', {
        pattern: '^(?!amq\\.).*end',
        definition: { 'alternate-exchange': 'other' },
      })
      await peer.call(1, 'exchange.declare', { exchange: 'at end or not', type: 'direct' })
      await peer.call(1, 'exchange.declare', { exchange: 'not at all', type: 'direct' })
      expect(await whoGets(peer, 'at end or not', [queue])).toEqual([queue])
      expect(await whoGets(peer, 'not at all', [queue])).toEqual([])
      expect(await whoGets(peer, 'amq.direct', [queue])).toEqual([])
    }))

  it('takes settings for mirrored queues, which do nothing', () =>
    inVhost(target, 'policies-mirrors', async (admin, peer) => {
      const definition = { 'ha-mode': 'all', 'ha-sync-mode': 'automatic', 'queue-mode': 'lazy' }
      await admin.putPolicy('policies-mirrors', 'ha', { pattern: '', definition })
      await peer.call(1, 'queue.declare', { queue: 'mirrored', durable: true })
      sendTo(peer, 'mirrored', 'message')
      await untilReady(peer, 'mirrored', 1)
      expect(await drain(peer, 'mirrored')).toEqual(['message'])
    }))

  describe('refuses', () => {
    it.each(INVALID)('the definition %j', (definition, reason) =>
      inVhost(target, 'policies-invalid', async (admin) => {
        const refusal = await refusalOf(admin.putPolicy('policies-invalid', 'p', { pattern: 'a', definition }))
        expect(refusal).toBe(`Validation failed\n\n${reason}\n`)
      }),
    )

    it('several things at once, the last first', () =>
      inVhost(target, 'policies-several', async (admin) => {
        const policy = { pattern: 'a(', definition: { expires: 0 }, applyTo: 'foo', priority: 'x' as unknown as number }
        const lines = (await refusalOf(admin.putPolicy('policies-several', 'p', policy))).split('\n')
        expect(lines).toEqual([
          'Validation failed',
          '',
          '0 is not a valid queue expiry',
          "apply-to 'foo' unrecognised; should be 'queues', 'exchanges' or 'all'",
          expect.stringMatching(/^pattern should be regular expression but is invalid: /),
          'priority should be a number, actually was <<"x">>',
          '',
        ])
      }))

    it('a pattern that is no text', () =>
      inVhost(target, 'policies-no-text', async (admin) => {
        const policy = { pattern: 1 as unknown as string, definition: { expires: 1 } }
        const refusal = await refusalOf(admin.putPolicy('policies-no-text', 'p', policy))
        expect(refusal).toBe('Validation failed\n\npattern should be a binary but was 1\n')
      }))
  })
})
