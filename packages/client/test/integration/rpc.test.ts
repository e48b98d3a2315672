/** Requests and answers over direct reply-to. */

import { expect, it } from 'vitest'
import { connectTo, onEachBroker, temporaryQueue } from './support.ts'

onEachBroker((target) => {
  it('brings each answer to who asked', async () => {
    await using connection = await connectTo(target)
    await using server = await connection.openChannel()
    const queue = await temporaryQueue(server)
    await server.serve(queue, async (message) => ({ doubled: (message.value as { n: number }).n * 2 }), {
      concurrency: 10,
    })
    await using client = await connection.createRpcClient()
    const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => client.request(queue, { n })))
    expect(answers.map((answer) => answer.value)).toEqual(Array.from({ length: 100 }, (_, n) => ({ doubled: n * 2 })))
    expect(client.pendingCount).toBe(0)
  })

  it('tells who asked that the handler failed', async () => {
    await using connection = await connectTo(target)
    await using server = await connection.openChannel()
    const queue = await temporaryQueue(server)
    await server.serve(queue, () => {
      throw new Error('out of stock')
    })
    await using client = await connection.createRpcClient()
    await expect(client.request(queue, 'x')).rejects.toMatchObject({ code: 'REMOTE_ERROR', message: 'out of stock' })
  })

  it('fails at once when nobody serves, and after the limit when nobody answers', async () => {
    await using connection = await connectTo(target)
    await using client = await connection.createRpcClient({ timeoutMs: 50 })
    await expect(client.request('no such queue', 'x')).rejects.toMatchObject({
      code: 'MESSAGE_RETURNED',
      replyText: 'NO_ROUTE',
    })
    await using channel = await connection.openChannel()
    const queue = await temporaryQueue(channel)
    await expect(client.request(queue, 'x')).rejects.toMatchObject({ code: 'TIMEOUT' })
    const signal = AbortSignal.abort()
    await expect(client.request(queue, 'x', { signal })).rejects.toMatchObject({ code: 'ABORTED' })
    expect(client.pendingCount).toBe(0)
  })

  it('rejects what is pending when it is closed', async () => {
    await using connection = await connectTo(target)
    await using channel = await connection.openChannel()
    const queue = await temporaryQueue(channel)
    const client = await connection.createRpcClient()
    const pending = client.request(queue, 'x')
    const closing = expect(pending).rejects.toMatchObject({ code: 'CHANNEL_CLOSED' })
    await new Promise((resolve) => setImmediate(resolve))
    await client.close()
    await closing
  })

  it('takes what a handler returns at once, and what comes without a limit', async () => {
    await using connection = await connectTo(target)
    await using server = await connection.openChannel()
    const queue = await temporaryQueue(server)
    await server.serve(queue, (message) => (message.size === 0 ? undefined : message.text().toUpperCase()))
    await using client = await connection.createRpcClient({ timeoutMs: 0 })
    expect((await client.request(queue, 'loud')).text()).toBe('LOUD')
    expect((await client.request(queue, '', { signal: new AbortController().signal })).size).toBe(0)
  })

  it('answers nothing to a message that asks for no answer', async () => {
    await using connection = await connectTo(target)
    await using server = await connection.openChannel()
    const queue = await temporaryQueue(server)
    await using publisher = await connection.createPublisher()
    const seen = new Promise((resolve) => void server.serve(queue, (message) => resolve(message.text())))
    await publisher.sendToQueue(queue, 'told')
    expect(await seen).toBe('told')
  })
})
