import { describe, expect, it, vi } from 'vitest'
import { collectGarbage, MemoryUse } from '../../../src/alarms/memory-use.ts'

const MB = 1_000_000

function figures(rss: number, heapTotal: number, external: number) {
  return { rss: rss * MB, heapTotal: heapTotal * MB, external: external * MB }
}

describe('MemoryUse', () => {
  it('is the size of the process while that grows with heap and buffers', () => {
    const use = new MemoryUse()
    expect(use.measure(figures(60, 10, 20))).toBe(60 * MB)
    expect(use.measure(figures(460, 10, 420))).toBe(460 * MB)
  })

  it('leaves out what was freed and is still held', () => {
    const use = new MemoryUse()
    use.measure(figures(60, 10, 20))
    use.measure(figures(460, 10, 420))
    expect(use.measure(figures(450, 10, 25))).toBe(65 * MB)
  })

  it('leaves out buffers that nothing was written to', () => {
    expect(new MemoryUse().measure(figures(60, 10, 500))).toBe(60 * MB)
  })
})

it('frees buffers that nothing refers to', async () => {
  const before = process.memoryUsage().arrayBuffers
  const fill = () => Array.from({ length: 100 }, () => new Uint8Array(MB)).length
  expect(fill()).toBe(100)
  // V8 frees their memory on another thread.
  await vi.waitFor(() => {
    collectGarbage()
    expect(process.memoryUsage().arrayBuffers).toBeLessThan(before + 20 * MB)
  }, 5000)
})
