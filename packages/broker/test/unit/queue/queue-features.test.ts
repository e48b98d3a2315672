import { type FieldTable, type TypedTable, typed } from '@warrenmq/codec'
import { describe, expect, it } from 'vitest'
import { resolveQueueFeatures } from '../../../src/queue/queue-features.ts'

const table = (values: FieldTable) => values as unknown as TypedTable

describe('resolveQueueFeatures', () => {
  it('limits nothing without arguments and policy', () => {
    const { overflow, singleActiveConsumer, ...rest } = resolveQueueFeatures({})
    expect([overflow, singleActiveConsumer]).toEqual(['drop-head', false])
    expect(Object.values(rest).every((value) => value === undefined)).toBe(true)
  })

  it('limits the failed deliveries of a quorum queue, unless told not to', () => {
    const limit = (argument?: number, policy?: number) => {
      const args = argument === undefined ? {} : { 'x-delivery-limit': typed('I', argument) }
      const all = table({ 'x-queue-type': typed('S', 'quorum'), ...args })
      return resolveQueueFeatures(all, policy === undefined ? {} : { 'delivery-limit': policy }).deliveryLimit
    }
    expect([limit(), limit(5), limit(undefined, 7), limit(5, 7)]).toEqual([20, 5, 7, 5])
    expect([limit(-1), limit(-1, 3), limit(3, -1), limit(0)]).toEqual([-1, -1, -1, 0])
    expect(resolveQueueFeatures({}, { 'delivery-limit': 5 }).deliveryLimit).toBeUndefined()
  })

  it('takes the lower of two numbers', () => {
    const args = table({ 'x-message-ttl': typed('I', 100), 'x-max-length': typed('l', 5), 'x-expires': typed('I', 7) })
    const policy = { 'message-ttl': 50, 'max-length': 9, 'max-length-bytes': 1000 }
    expect(resolveQueueFeatures(args, policy)).toMatchObject({
      messageTtlMs: 50,
      maxLength: 5,
      maxLengthBytes: 1000,
      expiresMs: 7,
    })
  })

  it('lets an argument win where values cannot be compared', () => {
    const args = table({ 'x-dead-letter-exchange': typed('S', ''), 'x-overflow': typed('S', 'reject-publish') })
    const policy = { 'dead-letter-exchange': 'dlx', 'dead-letter-routing-key': 'k', overflow: 'drop-head' }
    expect(resolveQueueFeatures(args, policy)).toMatchObject({
      deadLetterExchange: '',
      deadLetterRoutingKey: 'k',
      overflow: 'reject-publish',
    })
  })

  it('lets the policy win for overflow and expires of a quorum queue', () => {
    const args = table({
      'x-queue-type': typed('S', 'quorum'),
      'x-overflow': typed('S', 'reject-publish'),
      'x-expires': typed('I', 5),
    })
    const policy = { overflow: 'drop-head', expires: 10 }
    expect(resolveQueueFeatures(args, policy)).toMatchObject({ overflow: 'drop-head', expiresMs: 10 })
  })

  it('takes priorities and the single active consumer from arguments alone', () => {
    const policy = { 'max-priority': 5, 'single-active-consumer': true }
    expect(resolveQueueFeatures({}, policy)).toMatchObject({ maxPriority: undefined, singleActiveConsumer: false })
    const args = table({ 'x-max-priority': typed('B', 5), 'x-single-active-consumer': typed('t', true) })
    expect(resolveQueueFeatures(args)).toMatchObject({ maxPriority: 5, singleActiveConsumer: true })
  })

  it('ignores values of a policy that do not fit', () => {
    const policy = JSON.parse(
      '{"message-ttl":"5","max-length":1.5,"overflow":"no","dead-letter-exchange":5,"__proto__":{}}',
    )
    expect(resolveQueueFeatures({}, policy)).toEqual(resolveQueueFeatures({}))
  })
})
