/** Reading sockets: into the working memory, and as Node does it where that cannot be had. */

import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { eventually } from '@warrenmq/testkit'
import { describe, expect, it } from 'vitest'
import { READ_START, workingMemory } from '../../src/memory/working-memory.ts'
import { openPlainInput, openSocketInput, type SocketInput } from '../../src/net/socket-input.ts'

const OPENERS = [
  { name: 'read into the working memory', open: openSocketInput, placed: true },
  { name: 'read as Node does', open: openPlainInput, placed: false },
]

/** A server that has accepted one client, and both ends. */
async function acceptOne(open: (typeof OPENERS)[number]['open']) {
  const server = createServer({ pauseOnConnect: true })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const accepted = once(server, 'connection')
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [socket] = await accepted
  const input: SocketInput = open(socket)
  return { server, client, input }
}

describe.each(OPENERS)('a socket $name', ({ open, placed }) => {
  it('gives every byte in order, tells its addresses, and can answer', async () => {
    const { server, client, input } = await acceptOne(open)
    const received: Buffer[] = []
    const places = new Set<boolean>()
    input.start((chunk) => {
      received.push(Buffer.from(chunk))
      places.add(chunk.buffer === workingMemory.buffer && chunk.byteOffset === READ_START)
    })
    const sent = Buffer.alloc(3_000_000, 'abcdefg')
    client.write(sent)
    await eventually(() => Buffer.concat(received).length === sent.length, 'all bytes sent')
    expect(Buffer.concat(received).equals(sent)).toBe(true)
    expect([...places]).toEqual([placed])
    expect(input.socket.remotePort).toBe((client.address() as AddressInfo).port)
    input.socket.write('answer')
    const [answer] = await once(client, 'data')
    expect(String(answer)).toBe('answer')
    client.destroy()
    input.socket.destroy()
    server.close()
    await once(server, 'close')
  })

  it('reads nothing while it is paused, and all of it afterwards', async () => {
    const { server, client, input } = await acceptOne(open)
    let length = 0
    input.start((chunk) => {
      length += chunk.length
      input.socket.pause()
    })
    client.write(Buffer.alloc(1_000_000))
    await eventually(() => length > 0, 'a first chunk')
    const atPause = length
    await new Promise((resolve) => setImmediate(resolve))
    expect(length).toBe(atPause)
    while (length < 1_000_000) {
      const before = length
      input.socket.resume()
      await eventually(() => length > before, 'a further chunk')
    }
    client.destroy()
    input.socket.destroy()
    server.close()
  })

  it('closes when the client ends or drops the connection', async () => {
    for (const leave of ['end', 'destroy', 'resetAndDestroy'] as const) {
      const { server, client, input } = await acceptOne(open)
      input.socket.on('error', () => {})
      const closed = new Promise((resolve) => input.socket.once('close', resolve))
      input.start(() => {})
      client[leave]()
      await closed
      server.close()
      await once(server, 'close')
    }
  })
})
