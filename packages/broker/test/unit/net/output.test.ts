import type { Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { smallOutputPages } from '../../../src/memory/working-memory.ts'
import { Output } from '../../../src/net/output.ts'
import { Turn } from '../../../src/scheduler/turn.ts'

describe('Output', () => {
  it('keeps no page of what is written after its end', () => {
    const turn = new Turn((error) => {
      throw error
    })
    const owner = { outputCongested() {}, outputOverflowing() {}, outputDrained() {} }
    const stream = new PassThrough()
    const output = new Output(stream as unknown as Socket, turn, owner, 65_536)
    const before = smallOutputPages.freeCount
    output.close()
    output.write(Uint8Array.of(1, 2, 3))
    turn.run()
    expect(smallOutputPages.freeCount).toBe(before)
    expect(stream.read()).toBeNull()
  })
})
