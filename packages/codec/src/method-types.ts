/** Types of methods and their arguments. */

import type { FieldTable } from './field-value.ts'
import type { MethodArgsByName } from './generated/methods.ts'

/** Name of a method, such as `queue.declare`. */
export type MethodName = keyof MethodArgsByName

/** Arguments of a method as decoded. */
export type MethodArgs<N extends MethodName> = MethodArgsByName[N]

/** Arguments of a method to encode: what is left out is zero, empty or false; tables may be plain; strings stand for their UTF-8. */
export type MethodInput<N extends MethodName> = {
  readonly [K in keyof MethodArgsByName[N]]?: ArgumentInput<MethodArgsByName[N][K]>
}

type ArgumentInput<V> = V extends Uint8Array ? Uint8Array | string : V extends object ? FieldTable : V

/** A method with its arguments; `name` tells which. */
export type Method = {
  readonly [N in MethodName]: { readonly id: number; readonly name: N; readonly args: MethodArgs<N> }
}[MethodName]
