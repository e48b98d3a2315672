import { describe, expect, it, vi } from 'vitest'
import { Alarms } from '../../../src/alarms/alarms.ts'
import { ResourceMonitor } from '../../../src/alarms/resource-monitor.ts'
import { systemClock } from '../../../src/clock.ts'
import { type BrokerOptions, resolveBrokerOptions } from '../../../src/config/options.ts'

function createMonitor(options: BrokerOptions = {}) {
  const alarms = new Alarms(() => {})
  const figures = {
    resident: 0,
    garbage: 0,
    collections: 0,
    now: 0,
    free: 1e12,
    failure: undefined as Error | undefined,
  }
  const warn = vi.fn()
  const monitor = new ResourceMonitor({
    options: resolveBrokerOptions(options),
    alarms,
    clock: { ...systemClock, now: () => figures.now, setInterval: () => ({ clear() {} }) },
    logger: { debug() {}, info() {}, warn, error() {} },
    probe: {
      totalMemory: () => 1000,
      memory: () => ({ rss: figures.resident, heapTotal: figures.resident, external: 0 }),
      collectGarbage() {
        figures.collections++
        figures.resident -= figures.garbage
        figures.garbage = 0
      },
      async diskFree() {
        if (figures.failure !== undefined) throw figures.failure
        return figures.free
      },
    },
  })
  return { alarms, figures, monitor, warn }
}

describe('ResourceMonitor', () => {
  it('takes a share of the memory as the limit, or bytes', () => {
    expect(createMonitor().monitor.memoryLimit).toBe(600)
    expect(createMonitor({ memoryHighWatermarkBytes: 123 }).monitor.memoryLimit).toBe(123)
    expect(createMonitor().monitor.diskFreeLimit).toBe(50_000_000)
    expect(createMonitor({ diskFreeLimitBytes: 5, diskFreeLimitRelative: 1.5 }).monitor.diskFreeLimit).toBe(1500)
  })

  it('raises and clears the memory alarm', () => {
    const { alarms, figures, monitor } = createMonitor()
    figures.resident = 600
    monitor.checkMemory()
    expect(alarms.reason).toBe('low on memory')
    figures.resident = 599
    monitor.checkMemory()
    expect(alarms.active).toBe(false)
  })

  it('collects garbage before it raises the alarm, and at most once a second', () => {
    const { alarms, figures, monitor } = createMonitor()
    figures.resident = 700
    figures.garbage = 200
    monitor.checkMemory()
    expect([alarms.active, figures.collections]).toEqual([false, 1])
    figures.resident = 700
    figures.garbage = 200
    figures.now = 999
    monitor.checkMemory()
    expect([alarms.active, figures.collections]).toEqual([true, 1])
    figures.now = 1000
    monitor.checkMemory()
    expect([alarms.active, figures.collections]).toEqual([false, 2])
  })

  it('raises and clears the disk alarm, and leaves it as it is when the disk cannot be looked at', async () => {
    const { alarms, figures, monitor, warn } = createMonitor()
    figures.free = 49_999_999
    await monitor.checkDisk()
    expect(alarms.reason).toBe('low on disk')
    figures.failure = new Error('no such folder')
    await monitor.checkDisk()
    await monitor.checkDisk()
    expect(alarms.reason).toBe('low on disk')
    expect(warn).toHaveBeenCalledTimes(2)
    figures.failure = undefined
    figures.free = 50_000_000
    await monitor.checkDisk()
    expect(alarms.active).toBe(false)
  })
})
