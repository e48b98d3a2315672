import { describe, expect, it } from 'vitest'
import { ReadPace } from '../../../src/protocols/amqp/read-pace.ts'
import { Turn } from '../../../src/scheduler/turn.ts'

const FULL = 64 * 1024

function createReader(backlog = 0) {
  const reader = {
    backlog,
    pauses: 0,
    resumes: 0,
    publishedBacklog: () => reader.backlog,
    pauseReading: () => reader.pauses++,
    resumeReading: () => reader.resumes++,
  }
  return reader
}

/** Turns until the reader goes on. */
function turnsUntilResumed(backlog: number): number {
  const turn = new Turn(() => {})
  const reader = createReader(backlog)
  new ReadPace(reader, turn).chunkDone(FULL)
  expect(reader.pauses).toBe(1)
  let turns = 0
  for (; reader.resumes === 0; turns++) turn.run()
  return turns
}

describe('ReadPace', () => {
  it('lets a connection that sends little read on', () => {
    const reader = createReader(100_000)
    new ReadPace(reader, new Turn(() => {})).chunkDone(FULL - 1)
    expect(reader.pauses).toBe(0)
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
