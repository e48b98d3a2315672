/** The shape of JSON: which keys there are, and which types their values have. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** A difference of shape that is wanted, and why. */
export interface WantedDifference {
  /** Requests it is about: `GET /queues`. Any for `undefined`. */
  readonly request?: RegExp
  /** Fields, written `message_stats.publish`, `[].name`, `items.[].name`; what is below them is meant, too. */
  readonly field: RegExp
  readonly why: string
}

/**
 * The differences between our answer and RabbitMQ's, but those that are wanted. `items.[].memory: number, missing here`.
 *
 * A key that only some objects of a list have counts as there; a list that is empty on one side has no shape to compare.
 */
export function compareShapes(
  request: string,
  ours: Json,
  theirs: Json,
  wanted: readonly WantedDifference[],
): string[] {
  const here = shapeOf(ours)
  const there = shapeOf(theirs)
  const differences: string[] = []
  for (const field of new Set([...here.keys(), ...there.keys()])) {
    if (isBelowEmptyList(field, here) || isBelowEmptyList(field, there)) continue
    const [a, b] = [here.get(field), there.get(field)]
    const same = a !== undefined && b !== undefined && [...a].some((type) => b.has(type))
    const isWanted = wanted.some((each) => (each.request?.test(request) ?? true) && each.field.test(field))
    if (!same && !isWanted) {
      differences.push(`${field}: ${describeTypes(a)} here, ${describeTypes(b)} in RabbitMQ`)
    }
  }
  return differences
}

function describeTypes(types: ReadonlySet<string> | undefined): string {
  return types === undefined ? 'missing' : [...types].sort().join(' or ')
}

/** Types by the path of the field. */
function shapeOf(value: Json, path = '', shape = new Map<string, Set<string>>()): Map<string, Set<string>> {
  const type = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
  const types = shape.get(path) ?? new Set()
  shape.set(path, types.add(type))
  if (Array.isArray(value)) for (const item of value) shapeOf(item, join(path, '[]'), shape)
  else if (value !== null && typeof value === 'object') {
    for (const [key, item] of Object.entries(value)) shapeOf(item, join(path, key), shape)
  }
  return shape
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}

/** Whether the field is in a list that has nothing in it. */
function isBelowEmptyList(field: string, shape: ReadonlyMap<string, Set<string>>): boolean {
  const parts = field.split('.')
  return parts.some((part, index) => {
    if (part !== '[]') return false
    const list = parts.slice(0, index).join('.')
    return shape.get(list)?.has('array') === true && !shape.has(parts.slice(0, index + 1).join('.'))
  })
}
