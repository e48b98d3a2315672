/** Finds what a mistyped name was probably meant to be. */

/**
 * The name in `known` that takes the fewest edits to reach, or `undefined` when even that takes more than `editsMax`.
 *
 * An edit inserts, drops or replaces a character, or swaps two neighbours. Case and the choice of separator do not count.
 */
export function nearestName(name: string, known: readonly string[], editsMax: number): string | undefined {
  let nearest: string | undefined
  let fewest = editsMax + 1
  for (const candidate of known) {
    const edits = countEdits(fold(name), fold(candidate))
    if (edits < fewest) {
      fewest = edits
      nearest = candidate
    }
  }
  return nearest
}

function fold(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]/g, '.')
}

/** Edits between two names: the optimal string alignment distance, row by row. */
function countEdits(from: string, to: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const replaced = last[column - 1] + (from[row - 1] === to[column - 1] ? 0 : 1)
      let edits = Math.min(replaced, last[column] + 1, current[column - 1] + 1)
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      if (swapped) edits = Math.min(edits, beforeLast[column - 2] + 1)
      current.push(edits)
    }
    beforeLast = last
    last = current
  }
  return last[to.length]
}
