import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { PassThrough, Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { outputPages, PAGE_SIZE, smallOutputPages } from '../../../src/memory/working-memory.ts'
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

  it('has its page back at once when the socket took what it got', () => {
    const sent: string[] = []
    const output = openOutput((chunk, done) => {
      sent.push(chunk.toString())
      done()
    })
    const before = smallOutputPages.freeCount
    for (const text of ['one', 'two']) {
      output.write(Buffer.from(text))
      output.flush()
      expect(smallOutputPages.freeCount).toBe(before)
    }
    expect(sent).toEqual(['one', 'two'])
  })

  it('has its page back once the socket is done with it, and needs no other one meanwhile', async () => {
    const sent: Buffer[] = []
    const finish: (() => void)[] = []
    const output = openOutput((chunk, done) => {
      sent.push(chunk)
      finish.push(done)
    })
    const before = smallOutputPages.freeCount
    for (const text of ['one', 'two', 'three']) {
      output.write(Buffer.from(text))
      output.flush()
      expect(smallOutputPages.freeCount).toBe(before - 1)
    }
    for (let i = 0; i < 3; i++) {
      finish[i]()
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(smallOutputPages.freeCount).toBe(before)
    // What was behind is in memory of its own; the first is still in its page, which nobody took.
    expect(sent.map(String)).toEqual(['one', 'two', 'three'])
    output.write(Buffer.from('next'))
    expect(sent.map(String)).toEqual(['nex', 'two', 'three'])
    output.close()
  })

  it('has its pages back when the socket breaks', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    const [[peer]] = await Promise.all([once(server, 'connection'), once(socket, 'connect')])
    const turn = new Turn((error) => {
      throw error
    })
    const output = new Output(
      socket,
      turn,
      { outputCongested() {}, outputOverflowing() {}, outputDrained() {} },
      65_536,
    )
    const before = outputPages.freeCount
    // Nobody reads, so that the system takes no more at some point.
    for (let i = 0; i < 1000 && outputPages.freeCount > before - 2; i++) {
      output.write(new Uint8Array(PAGE_SIZE / 2))
      output.flush()
    }
    expect(outputPages.freeCount).toBe(before - 2)
    socket.destroy()
    await once(socket, 'close')
    expect(outputPages.freeCount).toBe(before)
    output.close()
    peer.destroy()
    server.close()
  })
})

/** An output whose socket hands what it gets to `write`. */
function openOutput(write: (chunk: Buffer, done: () => void) => void): Output {
  const turn = new Turn((error) => {
    throw error
  })
  const owner = { outputCongested() {}, outputOverflowing() {}, outputDrained() {} }
  const socket = new Writable({ write: (chunk: Buffer, _encoding, done) => write(chunk, done) })
  return new Output(socket as unknown as Socket, turn, owner, 65_536)
}
