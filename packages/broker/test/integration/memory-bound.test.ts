/**
 * Goal: publishers alone cannot fill the memory. Method: a broker as a process of its own, with a low watermark, and a client that sends
 * far more than that; the process must stay near the watermark, and hand all of it on once somebody consumes.
 */

import { readFileSync } from 'node:fs'
import { eventually, openChannel, startWarren } from '@warrenmq/testkit'
import { expect, it } from 'vitest'

const MB = 1_000_000
const WATERMARK = 200 * MB
/** What may come between two looks at the memory, and what the allocator needs beside. */
const SLACK = 200 * MB
const BODY_SIZE = 100_000
const MESSAGE_COUNT = 6000
const LIMIT_MS = 120_000

function residentBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024
}

it.runIf(process.platform === 'linux')(
  'keeps the memory near the watermark, and loses nothing',
  async () => {
    await using warren = await startWarren(['--memory-high-watermark-bytes', String(WATERMARK)])
    const { pid } = JSON.parse(warren.program.lines[0])
    await using publisher = await openChannel(warren.port)
    const { queue } = await publisher.call(1, 'queue.declare', { autoDelete: true })
    let sent = 0
    let largest = 0
    const look = setInterval(() => {
      largest = Math.max(largest, residentBytes(pid))
    }, 20)
    try {
      const publishing = (async () => {
        for (; sent < MESSAGE_COUNT; sent++) {
          publisher.publish(1, { routingKey: queue }, String(sent).padEnd(BODY_SIZE))
          if (publisher.socket.writableNeedDrain)
            await new Promise((resolve) => publisher.socket.once('drain', resolve))
        }
      })()
      expect(await publisher.expect(0, 'connection.blocked', LIMIT_MS)).toEqual({ reason: 'low on memory' })
      expect(sent).toBeLessThan(MESSAGE_COUNT)
      await using consumer = await openChannel(warren.port)
      await consumer.call(1, 'basic.qos', { prefetchCount: 100 })
      await consumer.call(1, 'basic.consume', { queue })
      for (let number = 0; number < MESSAGE_COUNT; number++) {
        const { args, body } = await consumer.expectContent(1, 'basic.deliver')
        if (Number(body.toString()) !== number)
          throw new Error(`expected message ${number}, got ${body.toString().trim()}`)
        consumer.send(1, 'basic.ack', { deliveryTag: args.deliveryTag })
      }
      await publishing
      await eventually(
        () => publisher.pending.some((text) => text.includes('connection.unblocked')),
        'the end of the block',
      )
      expect(largest).toBeLessThan(WATERMARK + SLACK)
    } finally {
      clearInterval(look)
    }
  },
  LIMIT_MS,
)
