import { encodeFrame, FrameType } from '@warrenmq/codec'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { READ_SIZE, READ_START, workingMemory } from '../../../src/memory/working-memory.ts'
import { FrameInput } from '../../../src/protocols/amqp/frame-input.ts'

/** Puts a chunk where sockets read to. */
function inPlace(chunk: Uint8Array): Uint8Array {
  workingMemory.set(chunk, READ_START)
  return workingMemory.subarray(READ_START, READ_START + chunk.length)
}

class Collector {
  readonly bodies: string[] = []
  readonly input: FrameInput = new FrameInput(this, 131_072)

  frame(_type: number, _channel: number, bytes: Uint8Array, start: number, end: number): number {
    this.bodies.push(Buffer.from(bytes.slice(start, end)).toString('latin1'))
    return end + 1
  }
}

const bodyFrame = (text: string) => encodeFrame(FrameType.body, 1, Buffer.from(text, 'latin1'))

describe('FrameInput', () => {
  it('gives the same frames for chunks that were read into place and chunks that were not, cut anywhere', () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 6 })
    const cuts = fc.array(fc.tuple(fc.integer({ min: 1, max: 2500 }), fc.boolean()), { minLength: 1, maxLength: 10 })
    fc.assert(
      fc.property(sizes, cuts, (lengths, pieces) => {
        const bodies = lengths.map((length, i) => String.fromCharCode(97 + i).repeat(length))
        const stream = Buffer.concat(bodies.map(bodyFrame))
        const collector = new Collector()
        for (let start = 0, i = 0; start < stream.length; i++) {
          const [length, placed] = pieces[i % pieces.length]
          const chunk = Uint8Array.from(stream.subarray(start, start + length))
          collector.input.push(placed ? inPlace(chunk) : chunk)
          start += length
        }
        expect(collector.bodies).toEqual(bodies)
      }),
    )
  })

  it('waits for a frame of the largest size over many chunks, and takes more than fits the input area at once', () => {
    const collector = new Collector()
    const bodies = ['a', 'b', 'c', 'd', 'e'].map((letter) => letter.repeat(131_072))
    const stream = Uint8Array.from(Buffer.concat(bodies.map(bodyFrame)))
    collector.input.push(stream)
    expect(collector.bodies).toEqual(bodies)
    for (let start = 0; start < stream.length; start += READ_SIZE) {
      collector.input.push(inPlace(stream.slice(start, start + READ_SIZE)))
    }
    expect(collector.bodies).toEqual([...bodies, ...bodies])
  })

  it('takes frames of more than lies before the place that sockets read to', () => {
    for (const size of [READ_START, READ_START + 60_000, READ_START + READ_SIZE]) {
      const collector = new Collector()
      collector.input.frameSizeMax = size
      const body = 'abcdefg'.repeat(size / 7)
      const stream = bodyFrame(body)
      for (let start = 0; start < stream.length; start += 50_000) {
        collector.input.push(inPlace(stream.slice(start, start + 50_000)))
      }
      expect(collector.bodies.length).toBe(1)
      expect(collector.bodies[0] === body).toBe(true)
    }
  })

  it('refuses a frame that is too large before the rest of it has come', () => {
    const collector = new Collector()
    const head = Uint8Array.of(FrameType.body, 0, 1, 0, 2, 0, 1)
    collector.input.push(head.subarray(0, 4))
    expect(() => collector.input.push(head.subarray(4))).toThrow('131073')
  })

  it('keeps what must wait until it is released', () => {
    const collector = new Collector()
    const original = collector.frame.bind(collector)
    let holding = true
    collector.frame = (type, channel, bytes, start, end) => {
      const next = original(type, channel, bytes, start, end)
      if (!holding) return next
      collector.input.hold(next)
      return -1
    }
    const stream = Buffer.concat(['1', '2', '3'].map(bodyFrame))
    collector.input.push(inPlace(stream.subarray(0, 20)))
    collector.input.push(inPlace(stream.subarray(20)))
    expect(collector.bodies).toEqual(['1'])
    holding = false
    collector.input.release()
    expect(collector.bodies).toEqual(['1', '2', '3'])
  })

  it('takes nothing once it is closed', () => {
    const collector = new Collector()
    collector.input.close()
    collector.input.push(bodyFrame('x'))
    expect(collector.bodies).toEqual([])
  })
})
