/** Nanoseconds of one content header: `npx vitest bench packages/codec/bench/content-header.bench.ts`. */

import { bench, describe } from 'vitest'
import {
  type BasicProperties,
  decodeProperties,
  encodeContentHeader,
  PropertyFlag,
  readHeaders,
  readShortstrProperty,
  validateContentHeader,
  withHeaders,
} from '../src/index.ts'

const small: BasicProperties = { deliveryMode: 2 }
const large: BasicProperties = {
  contentType: 'application/json',
  headers: { source: 'shop', attempt: 3, tags: ['a', 'b'], trace: { id: '0123456789abcdef', sampled: true } },
  deliveryMode: 2,
  correlationId: '5f0c3a1e-8a2c-4b51-9df4-0a7d2d0a2f11',
  timestamp: 1_700_000_000,
}

describe.each([
  ['delivery mode only', encodeContentHeader(16, small)],
  ['with headers', encodeContentHeader(16, large)],
])('%s', (_, payload) => {
  const end = payload.length
  bench('validateContentHeader', () => {
    validateContentHeader(payload, 0, end)
  })

  bench('readShortstrProperty', () => {
    readShortstrProperty(payload, 0, end, PropertyFlag.correlationId)
  })

  bench('readHeaders', () => {
    readHeaders(payload, 0, end)
  })

  bench('decodeProperties', () => {
    decodeProperties(payload)
  })

  bench('withHeaders', () => {
    withHeaders(payload, 0, end, { 'x-delivery-count': 1 })
  })
})

describe('encodeContentHeader', () => {
  bench('delivery mode only', () => {
    encodeContentHeader(16, small)
  })

  bench('with headers', () => {
    encodeContentHeader(16, large)
  })
})
