import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { beforeEach, describe, expect, it } from 'vitest'
import { EventStream } from '../../../../src/management/streams/event-stream.ts'
import { EventStreams, STREAMS_MAX } from '../../../../src/management/streams/event-streams.ts'
import { ManualClock } from '../../queue/manual-clock.ts'

class SlowResponse extends EventEmitter {
  readonly written: string[] = []
  writableLength = 0
  ended = false
  writeHead(): void {}
  flushHeaders(): void {}
  write(text: string): void {
    this.written.push(text)
    this.writableLength += text.length
  }
  end(): void {
    this.ended = true
  }
  drain(): void {
    this.writableLength = 0
    this.emit('drain')
  }
}

const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))

describe('an event stream', () => {
  let response: SlowResponse
  let stream: EventStream
  let clock: ManualClock

  beforeEach(() => {
    response = new SlowResponse()
    clock = new ManualClock()
    stream = new EventStream(response as unknown as ServerResponse, clock)
  })

  it('sends what happens in a turn in one write', async () => {
    stream.send('a', { n: 1 })
    stream.send('b', 'x\ny')
    await turn()
    expect(response.written).toEqual(['event: a\ndata: {"n":1}\n\nevent: b\ndata: "x\\ny"\n\n'])
  })

  it('drops what a slow client has no room for, and says how much where it is missing', async () => {
    const big = 'x'.repeat(300_000)
    for (let i = 0; i < 10; i++) stream.send('big', big)
    await turn()
    expect(stream.dropped).toBe(6)
    stream.send('small', 1)
    expect(stream.dropped).toBe(7)
    response.drain()
    await turn()
    stream.send('small', 2)
    await turn()
    expect(response.written.slice(1).join('')).toBe('event: dropped\ndata: {"count":7}\n\nevent: small\ndata: 2\n\n')
  })

  it('sends something now and then', async () => {
    clock.advance(15_000)
    await turn()
    expect(response.written).toEqual([': heartbeat\n\n'])
  })

  it('tells once that it ended, and leaves no timer', async () => {
    let ends = 0
    stream.onEnd(() => ends++)
    stream.send('a', 1)
    stream.close()
    response.emit('close')
    stream.send('b', 1)
    await turn()
    expect([ends, response.written.length, response.ended, clock.timerCount]).toEqual([1, 1, true, 0])
    stream.onEnd(() => ends++)
    expect(ends).toBe(2)
  })

  it('is one of so many at most', () => {
    const streams = new EventStreams(clock)
    const open = () => streams.open(new SlowResponse() as unknown as ServerResponse)
    const first = open()
    for (let i = 1; i < STREAMS_MAX; i++) open()
    expect(() => streams.assertRoom()).toThrow('too_many_streams')
    first.close()
    streams.assertRoom()
  })
})
