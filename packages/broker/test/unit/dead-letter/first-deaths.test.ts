/** The short way of making dead letters against the long one. */

import { type BasicProperties, encodeContentHeaderFrame, PropertyFlag, type TypedTable, typed } from '@warrenmq/codec'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDeadLetter } from '../../../src/dead-letter/dead-letter.ts'
import { deathQueues } from '../../../src/dead-letter/deaths.ts'
import { FirstDeaths } from '../../../src/dead-letter/first-deaths.ts'
import { LETTER_SIZE, storeBlocks, workingMemory } from '../../../src/memory/working-memory.ts'
import { Message } from '../../../src/queue/message.ts'
import type { Queue } from '../../../src/queue/queue.ts'
import { DeathReason } from '../../../src/queue/queue-environment.ts'
import { resolveQueueFeatures } from '../../../src/queue/queue-features.ts'

let block: number
beforeAll(() => {
  block = storeBlocks.take()
})
afterAll(() => storeBlocks.release(block))

/** At most 255 bytes. */
const name = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.constant('\ufeffx'),
)
const shortName = name.filter((text) => Buffer.byteLength(text) <= 255)
const properties: fc.Arbitrary<BasicProperties> = fc.record(
  {
    contentType: shortName,
    contentEncoding: shortName,
    deliveryMode: fc.constantFrom(1, 2),
    priority: fc.nat(255),
    correlationId: shortName,
    replyTo: shortName,
    expiration: fc.nat().map(String),
    messageId: shortName,
    timestamp: fc.maxSafeNat(),
    type: shortName,
    userId: shortName,
    appId: shortName,
    clusterId: shortName,
  },
  { requiredKeys: [] },
)
const published = fc.record({
  exchange: shortName,
  routingKey: shortName,
  properties,
  body: fc.uint8Array({ maxLength: 40 }),
})

/** A message, in the working memory or in bytes of its own. */
function place({ exchange, routingKey, properties: set, body }: Published, inWorkingMemory: boolean): Message {
  const route = [exchange, routingKey].flatMap((text) => [Buffer.byteLength(text), ...Buffer.from(text)])
  const bodyFrame = [Uint8Array.of(3, 0, 1, 0, 0, body.length >> 8, body.length), body, Uint8Array.of(206)]
  const bytes = Buffer.concat([
    Uint8Array.from(route),
    Uint8Array.of(0, 206),
    encodeContentHeaderFrame(1, body.length, set),
    ...(body.length === 0 ? [] : bodyFrame),
  ])
  const [target, offset] = inWorkingMemory ? [workingMemory, block + 3] : [new Uint8Array(bytes.length + 5), 5]
  target.set(bytes, offset)
  const message = new Message()
  message.point(target, offset, offset + route.length, offset + bytes.length)
  return message
}

interface Published {
  readonly exchange: string
  readonly routingKey: string
  readonly properties: BasicProperties
  readonly body: Uint8Array
}

/** As much of a queue as its dead letters need. */
function queueOf(queue: string, exchange: string, routingKey: string | undefined): Queue {
  const table: TypedTable = {
    'x-dead-letter-exchange': typed('S', exchange),
    ...(routingKey === undefined ? {} : { 'x-dead-letter-routing-key': typed('S', routingKey) }),
  }
  return { name: queue, features: resolveQueueFeatures(table) } as Queue
}

/** Route and content, but for the channel number in the frames, which whoever delivers a message sets. */
function bytesOf({ bytes, routeStart, bodyStart, end, routeEnd }: Message): Uint8Array {
  const copy = bytes.slice(routeStart, end)
  copy.fill(0, routeEnd + 3 - routeStart, routeEnd + 5 - routeStart)
  if (bodyStart < end) copy.fill(0, bodyStart + 1 - routeStart, bodyStart + 3 - routeStart)
  return copy
}

const longText = 'k'.repeat(300)

describe('FirstDeaths', () => {
  it('makes the dead letters that the long way makes', () => {
    const deaths = new FirstDeaths()
    fc.assert(
      fc.property(
        fc.array(published, { minLength: 1, maxLength: 3 }),
        shortName,
        fc.constantFrom(...Object.values(DeathReason)),
        shortName,
        fc.option(fc.oneof(name, fc.constant(longText)), { nil: undefined }),
        fc.oneof(fc.nat(), fc.integer({ min: 2 ** 32 - 2, max: 2 ** 34 })),
        fc.boolean(),
        (messages, queueName, reason, exchange, routingKey, timeSeconds, inWorkingMemory) => {
          const queue = queueOf(queueName, exchange, routingKey)
          for (const each of messages) {
            const [short, long] = [new Message(), new Message()]
            const letter = deaths.create(place(each, inWorkingMemory), queue, reason, timeSeconds, short)
            // The next dead letter lies in the same place.
            const bytes = Buffer.from(bytesOf(short)).toString('hex')
            const request = { queue: queueName, reason, timeSeconds, exchange, routingKey }
            const expected = createDeadLetter(place(each, inWorkingMemory), request, long)
            expect(bytes).toBe(Buffer.from(bytesOf(long)).toString('hex'))
            expect(short.routeEnd - short.routeStart).toBe(long.routeEnd - long.routeStart)
            expect([short.bodySize, short.propertyFlags, short.owned, short.position]).toEqual([
              long.bodySize,
              long.propertyFlags,
              false,
              -1,
            ])
            expect(letter?.routingKeys).toEqual(expected.routingKeys)
            expect(deathQueues(letter?.deaths ?? [])).toEqual(deathQueues(expected.deaths))
          }
        },
      ),
    )
  })

  it('follows its queue when that gets other features', () => {
    const deaths = new FirstDeaths()
    const plain = { exchange: '', routingKey: 'q', properties: {}, body: Uint8Array.of(1) }
    const queue = { ...queueOf('q', 'one', 'a') }
    const into = new Message()
    const send = () => deaths.create(place(plain, false), queue as Queue, DeathReason.expired, 1, into)
    expect(send()?.routingKeys).toEqual(['a'])
    Object.assign(queue, { features: queueOf('q', 'two', undefined).features })
    expect(send()?.routingKeys).toEqual(['q'])
    expect(Buffer.from(into.bytes.slice(into.routeStart, into.routeEnd)).toString()).toBe('\x03two\x01q')
  })

  it.each([
    { what: 'has headers', properties: { headers: {} }, size: 1 },
    { what: 'is large', properties: {}, size: LETTER_SIZE },
  ])('leaves a message alone that $what', ({ properties: set, size }) => {
    const message = place({ exchange: '', routingKey: 'q', properties: set, body: new Uint8Array(0) }, false)
    message.end += size
    expect(
      new FirstDeaths().create(message, queueOf('q', '', 'a'), DeathReason.maxlen, 1, new Message()),
    ).toBeUndefined()
    expect((message.propertyFlags & PropertyFlag.headers) !== 0).toBe('headers' in set)
  })
})
