/** What arguments of declarations and consumers may hold. */

import { fieldTypeName, type TypedValue } from '@warrenmq/codec'

/** Tags of integers, any of which an argument may use. */
const INTEGER_TAGS = 'bBsuIilL'
/** Ten years, in milliseconds: the longest time RabbitMQ takes. */
export const MILLISECONDS_MAX = 315_360_000_000

export function isInteger(value: TypedValue): boolean {
  return INTEGER_TAGS.includes(value.tag)
}

/** Why a value that must be an integer is refused, as the Erlang term that RabbitMQ prints; `undefined` for an integer. */
export function checkInteger(value: TypedValue): string | undefined {
  return isInteger(value) ? undefined : `"expected integer, got ${fieldTypeName(value.tag)}"`
}
