/**
 * What one binding of a headers exchange asks of a message.
 */

import { fieldTypeName, type TypedTable } from '@warrenmq/codec'
import { formatErlangTerm } from './erlang-term.ts'
import { RoutingError } from './errors.ts'
import { type HeaderKey, headerKey } from './field-value.ts'

/** One header that a binding names. */
export interface HeaderRequirement {
  readonly name: string
  /** The value it must have; `undefined` when any will do, even void. */
  readonly key: HeaderKey | undefined
}

/** A binding's arguments, read once. */
export interface HeaderRule {
  /** Whether one of the requirements is enough; with none, such a rule matches nothing. */
  readonly any: boolean
  readonly requirements: readonly HeaderRequirement[]
}

const X_MATCH = 'x-match'

interface HeaderMode {
  readonly any: boolean
  readonly withX: boolean
}

/** Values of `x-match`: `any` or `all` of the headers, and whether names that start with `x-` count among them. */
const modes: ReadonlyMap<unknown, HeaderMode> = new Map([
  ['all', { any: false, withX: false }],
  ['any', { any: true, withX: false }],
  ['all-with-x', { any: false, withX: true }],
  ['any-with-x', { any: true, withX: true }],
])

/** Reads arguments that {@link assertHeaderRule} accepts. Without `x-match` the mode is `all`; `x-match` itself never counts. */
export function parseHeaderRule(args: TypedTable): HeaderRule {
  const { any, withX } = modes.get(args[X_MATCH]?.value ?? 'all') as HeaderMode
  const requirements: HeaderRequirement[] = []
  for (const [name, value] of Object.entries(args)) {
    if (name === X_MATCH || (!withX && name.startsWith('x-'))) continue
    requirements.push({ name, key: value.tag === 'V' ? undefined : headerKey(value) })
  }
  return { any, requirements }
}

/** @throws RoutingError `INVALID_BINDING` unless `x-match` is absent or a long string with a known mode. */
export function assertHeaderRule(args: TypedTable): void {
  const mode = args[X_MATCH]
  if (mode === undefined) return
  const term = formatErlangTerm(mode)
  if (mode.tag !== 'S') {
    const typeName = fieldTypeName(mode.tag)
    throw new RoutingError(
      'INVALID_BINDING',
      `Invalid x-match field type ${typeName} (value ${term}); expected longstr`,
    )
  }
  if (!modes.has(mode.value)) {
    throw new RoutingError(
      'INVALID_BINDING',
      `Invalid x-match field value ${term}; expected all, any, all-with-x, or any-with-x`,
    )
  }
}
