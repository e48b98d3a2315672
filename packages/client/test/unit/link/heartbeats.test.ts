import { HEARTBEAT_FRAME } from '@warrenmq/codec'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { startHeartbeats } from '../../../src/link/heartbeats.ts'
import { Output } from '../../../src/link/output.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('sends a heartbeat in every half interval in which nothing else was sent', () => {
  const { sent, output, end } = start(10)
  vi.advanceTimersByTime(5000)
  expect(sent).toEqual([...HEARTBEAT_FRAME])
  vi.advanceTimersByTime(5000)
  expect(sent).toHaveLength(2 * HEARTBEAT_FRAME.length)
  output.write(Uint8Array.of(1))
  output.flush()
  vi.advanceTimersByTime(5000)
  expect(sent).toHaveLength(2 * HEARTBEAT_FRAME.length + 1)
  end()
  vi.advanceTimersByTime(60_000)
  expect(sent).toHaveLength(2 * HEARTBEAT_FRAME.length + 1)
})

it('takes a peer for lost after two silent intervals', () => {
  const { host, end } = start(10)
  vi.advanceTimersByTime(15_000)
  host.received = true
  vi.advanceTimersByTime(20_000)
  expect(host.silences).toBe(0)
  vi.advanceTimersByTime(5000)
  expect(host.silences).toBe(1)
  end()
})

it('does nothing without an interval', () => {
  const { sent, host } = start(0)
  vi.advanceTimersByTime(600_000)
  expect([sent, host.silences]).toEqual([[], 0])
})

function start(intervalSeconds: number) {
  const sent: number[] = []
  const output = new Output({
    waitingSize: 0,
    write: (pieces) => {
      for (const piece of pieces) sent.push(...piece)
    },
    pause() {},
    resume() {},
    close() {},
  })
  const host = {
    output,
    received: false,
    silences: 0,
    takeReceived() {
      const { received } = this
      this.received = false
      return received
    },
    peerSilent() {
      this.silences++
    },
  }
  return { sent, output, host, end: startHeartbeats(intervalSeconds, host) }
}
