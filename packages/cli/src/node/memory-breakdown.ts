/** What a node uses memory for. */

import type { NodeMemory } from '@warrenmq/client/management'
import { decimal, inUnit, type Unit } from './memory-units.ts'

/** Bytes by use, the largest first; without the sums. */
export function memoryParts({ memory }: NodeMemory): readonly (readonly [use: string, bytes: number])[] {
  return Object.entries(memory)
    .filter((entry): entry is [string, number] => typeof entry[1] === 'number' && entry[0] !== 'total')
    .sort((a, b) => b[1] - a[1])
}

/** `code: 0.0348 gb (25.88%)`. */
export function breakdownLines(memory: NodeMemory, unit: Unit, share: (percentage: string) => string): string[] {
  const parts = memoryParts(memory)
  const total = totalOf(memory) ?? parts.reduce((sum, [, bytes]) => sum + bytes, 0)
  return parts.map(([use, bytes]) => {
    const percentage = total === 0 ? 0 : (bytes / total) * 100
    return `${use}: ${inUnit(bytes, unit)} ${share(decimal(percentage, 2))}`
  })
}

/** What the node goes by, of the ways in which it measures. */
function totalOf({ memory: { total, strategy } }: NodeMemory): number | undefined {
  return typeof total === 'object' ? total[String(strategy)] : typeof total === 'number' ? total : undefined
}
