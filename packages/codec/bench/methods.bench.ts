/**
 * Nanoseconds of one method: `npx vitest bench packages/codec/bench/methods.bench.ts`.
 *
 * Calls between modules cost more under vitest than in the build: compare the figures with each other.
 */

import { bench, describe } from 'vitest'
import { decodeMethod, encodeMethod, encodeMethodFrame, type MethodInput, writeMethodFrame } from '../src/index.ts'

const publish: MethodInput<'basic.publish'> = { exchange: 'amq.topic', routingKey: 'orders.eu.paid' }
const deliver: MethodInput<'basic.deliver'> = { consumerTag: 'ctag1.0123', deliveryTag: 77, ...publish }
const declare: MethodInput<'queue.declare'> = { queue: 'orders', durable: true, arguments: { 'x-max-length': 10 } }

describe('decodeMethod', () => {
  const ackPayload = encodeMethod('basic.ack', { deliveryTag: 123456 })
  bench('basic.ack', () => {
    decodeMethod(ackPayload)
  })

  const publishPayload = encodeMethod('basic.publish', publish)
  bench('basic.publish', () => {
    decodeMethod(publishPayload)
  })

  const deliverPayload = encodeMethod('basic.deliver', deliver)
  bench('basic.deliver', () => {
    decodeMethod(deliverPayload)
  })

  const declarePayload = encodeMethod('queue.declare', declare)
  bench('queue.declare with an argument', () => {
    decodeMethod(declarePayload)
  })
})

describe('encoding', () => {
  bench('encodeMethodFrame basic.ack', () => {
    encodeMethodFrame(1, 'basic.ack', { deliveryTag: 123456 })
  })

  bench('encodeMethodFrame basic.publish', () => {
    encodeMethodFrame(1, 'basic.publish', publish)
  })

  const target = new Uint8Array(4096)
  bench('writeMethodFrame basic.publish', () => {
    writeMethodFrame(target, 0, 1, 'basic.publish', publish)
  })
})
