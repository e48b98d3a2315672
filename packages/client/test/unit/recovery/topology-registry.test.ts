import { describe, expect, it } from 'vitest'
import { BackOff } from '../../../src/recovery/back-off.ts'
import { type RecordedBinding, TopologyRegistry } from '../../../src/recovery/topology-registry.ts'

const binding = (destination: string, source = 'e'): RecordedBinding => ({
  kind: 'queue',
  source,
  destination,
  routingKey: 'k',
  arguments: { n: 1n },
})

describe('TopologyRegistry', () => {
  it('keeps one of each, and forgets what hangs on what is deleted', () => {
    const registry = new TopologyRegistry()
    registry.addQueue('q', { queue: 'q' }, false)
    registry.addBinding(binding('q'))
    registry.addBinding(binding('q'))
    registry.addBinding({ ...binding('q'), kind: 'exchange' })
    expect(registry.bindings.size).toBe(2)
    registry.removeQueue('q')
    expect([registry.queues.size, registry.bindings.size]).toEqual([0, 1])
    registry.removeExchange('q')
    expect(registry.bindings.size).toBe(0)
  })

  it('follows queues through their names', () => {
    const registry = new TopologyRegistry()
    registry.addQueue('gen-1', {}, true)
    registry.addBinding(binding('gen-1'))
    registry.renameQueue('gen-1', 'gen-2')
    registry.renameQueue('gen-2', 'gen-3')
    expect([registry.currentName('gen-1'), registry.currentName('gen-2'), registry.currentName('other')]).toEqual([
      'gen-3',
      'gen-3',
      'other',
    ])
    expect([...registry.bindings.values()]).toEqual([binding('gen-3')])
    expect(registry.queues.get('gen-3')?.input.queue).toBe('')
    registry.removeQueue('gen-3')
    expect(registry.currentName('gen-1')).toBe('gen-1')
  })

  it('forgets an auto-delete queue with its last consumer', () => {
    const registry = new TopologyRegistry()
    registry.addQueue('q', { autoDelete: true }, true)
    registry.consumerAdded('q')
    registry.consumerAdded('q')
    registry.renameQueue('q', 'r')
    registry.consumerRemoved('q')
    expect(registry.queues.size).toBe(1)
    registry.consumerRemoved('r')
    expect(registry.queues.size).toBe(0)
  })
})

describe('BackOff', () => {
  it('doubles up to its longest, with a part that is random', () => {
    const low = new BackOff({ initialDelayMs: 100, maxDelayMs: 1000, attemptsMax: 6 }, () => 0)
    const high = new BackOff({ initialDelayMs: 100, maxDelayMs: 1000, attemptsMax: 6 }, () => 1)
    expect(Array.from({ length: 6 }, () => low.next())).toEqual([50, 100, 200, 400, 500, 500])
    expect(Array.from({ length: 6 }, () => high.next())).toEqual([100, 200, 400, 800, 1000, 1000])
    expect(low.isExhausted).toBe(true)
    low.reset()
    expect(low.isExhausted).toBe(false)
  })
})
