/**
 * Goal: no bytes of a client reach what only a bug can break. Method: a session that uses every class, with some octets changed, some
 * cut out and some put in; the broker must log no error of its own and go on to serve others.
 */

import { encodeContentFrames, encodeMethodFrame } from '@warrenmq/codec'
import { openChannel, openConnection, type RawPeer } from '@warrenmq/testkit'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createBroker, type Logger } from '../../src/index.ts'

const RUN_COUNT = 500

/** A session as bytes, from `channel.open` on. */
const SESSION = Buffer.concat([
  encodeMethodFrame(1, 'channel.open', {}),
  encodeMethodFrame(1, 'exchange.declare', { exchange: 'ex', type: 'topic', autoDelete: true }),
  encodeMethodFrame(1, 'queue.declare', {
    queue: 'q',
    exclusive: true,
    arguments: { 'x-max-length': 10, list: [1, 'a'] },
  }),
  encodeMethodFrame(1, 'queue.bind', { queue: 'q', exchange: 'ex', routingKey: 'a.*.#', arguments: { k: true } }),
  encodeMethodFrame(1, 'confirm.select', {}),
  encodeMethodFrame(1, 'basic.qos', { prefetchCount: 3 }),
  encodeMethodFrame(1, 'basic.consume', { queue: 'q', consumerTag: 'c' }),
  encodeMethodFrame(1, 'basic.publish', { exchange: 'ex', routingKey: 'a.b', mandatory: true }),
  ...encodeContentFrames(1, { headers: { CC: ['a.c'], n: 1.5 }, expiration: '60000' }, Buffer.from('body'), 4096),
  encodeMethodFrame(1, 'basic.ack', { deliveryTag: 1 }),
  encodeMethodFrame(1, 'basic.nack', { deliveryTag: 0, multiple: true, requeue: true }),
  encodeMethodFrame(1, 'basic.get', { queue: 'q', noAck: true }),
  encodeMethodFrame(1, 'basic.cancel', { consumerTag: 'c' }),
  encodeMethodFrame(2, 'channel.open', {}),
  encodeMethodFrame(2, 'tx.select', {}),
  encodeMethodFrame(2, 'basic.publish', { routingKey: 'q' }),
  ...encodeContentFrames(2, { deliveryMode: 2, userId: 'guest' }, Buffer.from('more'), 4096),
  encodeMethodFrame(2, 'tx.commit', {}),
  encodeMethodFrame(2, 'queue.purge', { queue: 'q' }),
  encodeMethodFrame(2, 'channel.close', { replyCode: 200 }),
  encodeMethodFrame(1, 'queue.delete', { queue: 'q' }),
  encodeMethodFrame(0, 'connection.close', { replyCode: 200 }),
])

interface Change {
  readonly offset: number
  readonly removed: number
  readonly inserted: Uint8Array
}

const change: fc.Arbitrary<Change> = fc.record({
  offset: fc.nat(SESSION.length - 1),
  removed: fc.oneof({ weight: 4, arbitrary: fc.constant(1) }, fc.nat(8)),
  inserted: fc.oneof(
    { weight: 4, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 1 }) },
    fc.uint8Array({ maxLength: 8 }),
  ),
})

function applyChange(bytes: Buffer, { offset, removed, inserted }: Change): Buffer {
  return Buffer.concat([bytes.subarray(0, offset), inserted, bytes.subarray(offset + removed)])
}

/** All that comes until the end, in words. */
async function takeAnswers(peer: RawPeer): Promise<string[]> {
  const answers: string[] = []
  while (answers.at(-1) !== 'ended') answers.push(await peer.outcome())
  return answers
}

it('survives sessions with changed bytes', async () => {
  const errors: unknown[] = []
  const ignore = () => {}
  const logger: Logger = { debug: ignore, info: ignore, warn: ignore, error: (...args) => errors.push(args) }
  await using broker = await createBroker({ port: 0, logger, closeTimeoutMs: 500 })
  await using other = await openChannel(broker.port)
  const answersTo = async (changes: readonly Change[]) => {
    await using peer = await openConnection(broker.port)
    peer.write(changes.reduce(applyChange, SESSION))
    // Time for the broker to read it and to answer: changed input may end amid a frame, whose rest it waits for.
    for (let round = 0; round < 3; round++) await other.call(1, 'channel.flow', { active: true })
    peer.socket.end()
    return takeAnswers(peer)
  }

  expect(await answersTo([])).toEqual(expect.arrayContaining(['tx.commit-ok {}', 'connection.close-ok {}']))
  const property = fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
    await answersTo(changes)
    expect(errors).toEqual([])
  })
  await fc.assert(property, { numRuns: RUN_COUNT })
}, 120_000)
