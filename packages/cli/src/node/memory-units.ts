/** Units of bytes as rabbitmqctl prints them: powers of ten. */

import { badArgument } from '../cli-error.ts'

export const UNITS: Readonly<Record<string, number>> = { b: 1, kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12 }

export interface Unit {
  readonly name: string
  readonly bytes: number
}

/** @throws UsageError */
export function parseUnit(name: string): Unit {
  const key = name.toLowerCase()
  if (!Object.hasOwn(UNITS, key)) throw badArgument(`unit '${name}' is none of ${Object.keys(UNITS).join(', ')}`)
  return { name: key, bytes: UNITS[key] }
}

/** `0.0348 gb`, with at most four decimals. */
export function inUnit(bytes: number, { name, bytes: size }: Unit): string {
  return `${decimal(bytes / size, 4)} ${name}`
}

/** `25.0` and `0.18`: at least one decimal, as Erlang prints floats. */
export function decimal(value: number, digits: number): string {
  const rounded = Number(value.toFixed(digits))
  return Number.isInteger(rounded) ? rounded.toFixed(1) : String(rounded)
}
