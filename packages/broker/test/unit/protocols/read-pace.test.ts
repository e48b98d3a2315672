import { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { ReadGate } from '../../../src/net/read-gate.ts'
import { ReadPace } from '../../../src/protocols/amqp/read-pace.ts'
import { Turn } from '../../../src/scheduler/turn.ts'

const FULL = 64 * 1024

function createReader(backlog: number) {
  return { publishedBacklog: () => backlog, heldByDisk: () => false }
}

/** A gate that counts. */
class CountingGate extends ReadGate {
  closed = 0
  opened = 0

  constructor() {
    super(new Socket())
  }

  override close(): void {
    this.closed++
    super.close()
  }

  override open(): void {
    this.opened++
    super.open()
  }
}

/** Turns until the reader goes on. */
function turnsUntilResumed(backlog: number): number {
  const turn = new Turn(() => {})
  const gate = new CountingGate()
  new ReadPace(createReader(backlog), gate, turn, FULL).chunkDone(FULL)
  expect([gate.closed, gate.shut]).toEqual([1, true])
  let turns = 0
  for (; gate.opened === 0; turns++) turn.run()
  expect(gate.shut).toBe(false)
  return turns
}

describe('ReadPace', () => {
  it('lets a connection that sends little read on', () => {
    const gate = new CountingGate()
    new ReadPace(createReader(100_000), gate, new Turn(() => {}), FULL).chunkDone(FULL - 1)
    expect(gate.closed).toBe(0)
  })

  it('reads one full chunk a turn', () => {
    expect(turnsUntilResumed(0)).toBe(1)
    expect(turnsUntilResumed(4095)).toBe(1)
  })

  it('leaves out more turns the more waits before consumers, and never stops', () => {
    expect(turnsUntilResumed(4096)).toBe(2)
    expect(turnsUntilResumed(20_000)).toBe(5)
    expect(turnsUntilResumed(1e9)).toBe(9)
  })
})
