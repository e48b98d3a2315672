/** Positions in runs, which take little room where they follow each other: first, last, first, last … */

import type { Position } from './ordered-log.ts'

/** Adds a position, which is above all that are there. */
export function addPosition(runs: number[], position: Position): void {
  if (runs.length > 0 && runs[runs.length - 1] === position - 1) runs[runs.length - 1] = position
  else runs.push(position, position)
}
