/**
 * Compares a declaration with what exists, as RabbitMQ does, and words the difference as it does.
 */

import { fieldTypeName, ReplyCode, type TypedTable, type TypedValue } from '@warrenmq/codec'
import { ChannelException } from '../errors.ts'
import { isInteger } from './argument-value.ts'

/** @throws ChannelException PRECONDITION_FAILED when `received` differs from `current`. */
export function assertSameProperty(property: string, resource: string, received: unknown, current: unknown): void {
  if (received === current) return
  throw inequivalent(property, resource, `received '${received}' but current is '${current}'`)
}

/**
 * Compares arguments by value: the width of an integer does not matter.
 *
 * @throws ChannelException PRECONDITION_FAILED for the first of `keys` that differs.
 */
export function assertSameArguments(
  keys: readonly string[],
  resource: string,
  received: TypedTable,
  current: TypedTable,
): void {
  for (const key of keys) {
    const ours: TypedValue | undefined = current[key]
    const theirs: TypedValue | undefined = received[key]
    if (sameValue(theirs, ours)) continue
    throw inequivalent(key, resource, describeDifference(theirs, ours))
  }
}

function sameValue(a: TypedValue | undefined, b: TypedValue | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  if (isInteger(a) && isInteger(b)) return Number(a.value) === Number(b.value)
  return a.tag === b.tag && formatValue(a) === formatValue(b)
}

function describeDifference(received: TypedValue | undefined, current: TypedValue | undefined): string {
  if (received === undefined) return `received none but current is ${describeValue(current as TypedValue)}`
  if (current === undefined) return `received ${describeValue(received)} but current is none`
  return `received '${formatValue(received)}' but current is '${formatValue(current)}'`
}

function describeValue(value: TypedValue): string {
  return `the value '${formatValue(value)}' of type '${fieldTypeName(value.tag)}'`
}

function formatValue(value: TypedValue): string {
  if (typeof value.value !== 'object' || value.value === null) return String(value.value)
  return JSON.stringify(value.value, (_key, part) => (typeof part === 'bigint' ? part.toString() : part))
}

function inequivalent(name: string, resource: string, difference: string): ChannelException {
  return new ChannelException(
    ReplyCode.PRECONDITION_FAILED,
    `inequivalent arg '${name}' for ${resource}: ${difference}`,
  )
}
