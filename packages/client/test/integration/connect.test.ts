/** Connecting, refusals, and the end of a connection. */

import { createServer } from 'node:net'
import { type ClientError, connect } from '@warrenmq/client'
import { freePorts, within } from '@warrenmq/testkit'
import { describe, expect, it } from 'vitest'
import { connectTo, onEachBroker } from './support.ts'

onEachBroker((target) => {
  it('opens a connection, tells what the broker says of itself, and closes it', async () => {
    const connection = await connectTo(target, { name: 'a test' })
    const states: string[] = []
    connection.on('state', ({ from, to }) => states.push(`${from} > ${to}`))
    expect(connection.state).toBe('open')
    expect(connection.serverProperties.product).toEqual(expect.any(String))
    await connection.close()
    await connection.close()
    expect(connection.state).toBe('closed')
    expect(states).toEqual(['open > closing', 'closing > closed'])
    await expect(connection.openChannel()).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' })
  })

  it('refuses a wrong password with LOGIN_REFUSED', async () => {
    const error = await failure(connect(`amqp://guest:wrong@127.0.0.1:${target.port}`))
    expect(error).toMatchObject({ code: 'LOGIN_REFUSED', replyCode: 403 })
    expect(error.message).not.toContain('wrong')
  })

  it('tells which vhost the broker refuses', async () => {
    await expect(connectTo(target, { vhost: 'no such' })).rejects.toMatchObject({
      code: 'CONNECTION_CLOSED',
      replyCode: 530,
      replyName: 'NOT_ALLOWED',
      methodName: 'connection.open',
    })
  })

  it('takes the first of several hosts that answers', async () => {
    const [dead] = await freePorts(1)
    const live = `127.0.0.1:${target.port}`
    await using connection = await connect(`amqp://127.0.0.1:${dead}?heartbeat=10`, { hosts: [live] })
    expect(connection.state).toBe('open')
  })

  it('runs out of channels with CHANNELS_EXHAUSTED, and takes numbers again', async () => {
    await using connection = await connectTo(target, { channelMax: 2 })
    const first = await connection.openChannel()
    await connection.openChannel()
    await expect(connection.openChannel()).rejects.toMatchObject({ code: 'CHANNELS_EXHAUSTED' })
    await first.close()
    await connection.openChannel()
  })

  it('keeps the connection when the broker closes a channel over a mistake', async () => {
    await using connection = await connectTo(target)
    const channel = await connection.openChannel()
    const closed = new Promise((resolve) => channel.on('closed', resolve))
    await expect(channel.checkQueue('no such')).rejects.toMatchObject({
      code: 'CHANNEL_CLOSED',
      replyCode: 404,
      replyText: "NOT_FOUND - no queue 'no such' in vhost '/'",
      classId: 50,
      methodId: 10,
      methodName: 'queue.declare',
    })
    expect(await within(closed, 'closed')).toMatchObject({ error: { code: 'CHANNEL_CLOSED' } })
    expect(channel.state).toBe('closed')
    await expect(channel.declareQueue()).rejects.toMatchObject({ code: 'CHANNEL_CLOSED', replyCode: 404 })
    await (await connection.openChannel()).declareQueue()
  })

  it('gives channels that close and fail at the same time their own answers', async () => {
    await using connection = await connectTo(target)
    for (let i = 0; i < 20; i++) {
      const channel = await connection.openChannel()
      const failing = failure(channel.checkQueue('no such'))
      await channel.close()
      expect((await failing).code).toBe('CHANNEL_CLOSED')
      const next = await connection.openChannel()
      await next.declareQueue()
      await next.close()
    }
  })

  it('disposes of what `await using` holds', async () => {
    let held: { state: string } | undefined
    {
      await using connection = await connectTo(target)
      await using channel = await connection.openChannel()
      held = channel
    }
    expect(held.state).toBe('closed')
  })
})

describe('without a broker', () => {
  it('tells of every host that does not answer', async () => {
    const [first, second] = await freePorts(2)
    const error = await failure(connect([`amqp://127.0.0.1:${first}`, `amqp://127.0.0.1:${second}`]))
    expect(error).toMatchObject({ code: 'CONNECT_FAILED' })
    expect(error.message).toContain(`:${first}`)
    expect(error.message).toContain(`:${second}`)
  })

  it('gives up after connectTimeoutMs when nobody answers, and at once when aborted', async () => {
    const sockets = new Set<{ destroy(): void }>()
    const server = createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as { port: number }
    await expect(connect(`amqp://127.0.0.1:${port}?connection_timeout=50`)).rejects.toMatchObject({ code: 'TIMEOUT' })
    const aborting = new AbortController()
    const connecting = failure(connect(`amqp://127.0.0.1:${port}`, { signal: aborting.signal }))
    aborting.abort()
    expect((await within(connecting, 'the abort')).code).toBe('ABORTED')
    for (const socket of sockets) socket.destroy()
    server.close()
  })

  it('tells when the peer speaks something else', async () => {
    for (const greeting of ['AMQP\x00\x01\x00\x00', 'HTTP/1.1 400 Bad Request\r\n\r\n']) {
      const server = createServer((socket) => socket.on('error', () => {}).end(greeting)).listen(0, '127.0.0.1')
      await new Promise((resolve) => server.once('listening', resolve))
      const { port } = server.address() as { port: number }
      await expect(connect(`amqp://127.0.0.1:${port}`)).rejects.toMatchObject({ code: 'PROTOCOL_ERROR' })
      server.close()
    }
  })
})

async function failure(promise: Promise<unknown>): Promise<ClientError> {
  try {
    await promise
  } catch (error) {
    return error as ClientError
  }
  throw new Error('it did not fail')
}
