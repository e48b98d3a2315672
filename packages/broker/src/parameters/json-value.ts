/**
 * Values of parameters and policies: JSON, as it comes from files, the HTTP API and the embedding program.
 *
 * What is kept is a frozen copy, so that nobody changes it from outside. Its objects have no prototype: a key such as `__proto__` is one
 * like any other.
 */

/** How deep a value may be nested. */
const DEPTH_MAX = 64

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject

export interface JsonObject {
  readonly [key: string]: JsonValue
}

/** A value that JSON cannot say, or that is nested too deep. */
export class JsonValueError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'JsonValueError'
  }
}

/**
 * A frozen copy of `value`. Properties that are `undefined` are left out, as JSON does.
 *
 * @throws JsonValueError
 */
export function copyJson(value: unknown, depth = 0): JsonValue {
  if (depth > DEPTH_MAX) throw new JsonValueError(`is nested deeper than ${DEPTH_MAX} levels`)
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new JsonValueError(`holds ${value}, which is no JSON`)
    return value
  }
  if (Array.isArray(value)) return Object.freeze(value.map((item) => copyJson(item, depth + 1)))
  if (typeof value !== 'object') throw new JsonValueError(`holds a ${typeof value}, which is no JSON`)
  return copyJsonObject(value as Readonly<Record<string, unknown>>, depth)
}

/** As {@link copyJson}, of an object. */
export function copyJsonObject(value: Readonly<Record<string, unknown>>, depth = 0): JsonObject {
  const copy: Record<string, JsonValue> = Object.create(null)
  for (const [key, item] of Object.entries(value)) if (item !== undefined) copy[key] = copyJson(item, depth + 1)
  return Object.freeze(copy)
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether two values are the same; the order of keys does not matter. */
export function sameJson(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => sameJson(item, b[i]))
  if (!isJsonObject(a) || !isJsonObject(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
}
