import { encodeContentFrames, encodeMethodFrame, type FieldTable } from '@warrenmq/codec'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Output } from '../../../src/link/output.ts'
import { PublishWriter } from '../../../src/link/publish-writer.ts'
import type { MessageProperties } from '../../../src/message/properties.ts'
import type { Transport } from '../../../src/transport/transport.ts'

const text = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((value) => Buffer.byteLength(value) < 256)
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
const properties: fc.Arbitrary<MessageProperties> = fc.record({
  contentType: optional(text),
  contentEncoding: optional(text),
  headers: optional(fc.dictionary(text, fc.oneof(fc.integer(), text, fc.boolean())) as fc.Arbitrary<FieldTable>),
  persistent: optional(fc.boolean()),
  priority: optional(fc.integer({ min: 0, max: 255 })),
  correlationId: optional(text),
  replyTo: optional(text),
  expirationMs: optional(fc.integer({ min: 0, max: 2 ** 32 - 1 })),
  messageId: optional(text),
  timestamp: optional(fc.date({ min: new Date(0), noInvalidDate: true })),
  type: optional(text),
  userId: optional(text),
  appId: optional(text),
})
const message = fc.record({
  exchange: text,
  routingKey: text,
  mandatory: fc.boolean(),
  properties,
  size: fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 140_000 })),
})

it('writes what the codec writes, whatever waits', () => {
  const messages = fc.array(message, { maxLength: 8 })
  fc.assert(
    fc.property(messages, fc.boolean(), fc.constantFrom(4096, 131_072), (all, isSlow, frameSizeMax) => {
      const { output, sent } = makeOutput(isSlow)
      const writer = new PublishWriter(output, 5, frameSizeMax)
      const expected: Uint8Array[] = []
      for (const { exchange, routingKey, mandatory, properties, size } of all) {
        const body = new Uint8Array(size).fill(size)
        writer.write(exchange, routingKey, mandatory, false, undefined, properties, body)
        const { persistent, expirationMs, timestamp, ...same } = properties
        expected.push(encodeMethodFrame(5, 'basic.publish', { exchange, routingKey, mandatory }))
        const wire = {
          ...same,
          deliveryMode: persistent ? 2 : undefined,
          expiration: expirationMs === undefined ? undefined : `${expirationMs}`,
          timestamp: timestamp === undefined ? undefined : Math.floor(timestamp.getTime() / 1000),
        }
        expected.push(...encodeContentFrames(5, wire, body, frameSizeMax))
      }
      output.flush()
      expect(Buffer.compare(Buffer.concat(sent()), Buffer.concat(expected))).toBe(0)
    }),
    { numRuns: 200 },
  )
})

it('appends nothing of a message that it refuses', () => {
  const { output, sent } = makeOutput(false)
  const writer = new PublishWriter(output, 1, 4096)
  const refused = () => writer.write('e', 'k', false, false, undefined, { appId: 'x'.repeat(300) }, new Uint8Array(1))
  expect(refused).toThrow(expect.objectContaining({ code: 'VALUE_OUT_OF_RANGE' }))
  expect(() => writer.write('e', 'k'.repeat(300), false, false, undefined, {}, new Uint8Array(1))).toThrow()
  writer.write('e', 'k', false, true, 'text/plain', {}, new Uint8Array(0))
  output.flush()
  const expected = [
    encodeMethodFrame(1, 'basic.publish', { exchange: 'e', routingKey: 'k' }),
    ...encodeContentFrames(1, { contentType: 'text/plain', deliveryMode: 2 }, new Uint8Array(0), 4096),
  ]
  expect(Buffer.concat(sent())).toEqual(Buffer.concat(expected))
})

/** An output whose transport takes everything at once, or is slow and reads what it was given only in the end. */
function makeOutput(isSlow: boolean) {
  const pieces: Uint8Array[] = []
  let waitingSize = 0
  const transport: Transport = {
    get waitingSize() {
      return waitingSize
    },
    write(given) {
      for (const piece of given) {
        pieces.push(isSlow ? piece : piece.slice())
        if (isSlow) waitingSize += piece.length
      }
    },
    pause() {},
    resume() {},
    close() {},
  }
  return { output: new Output(transport), sent: () => pieces }
}
