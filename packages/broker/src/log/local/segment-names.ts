/**
 * Names of the files of a log: the first position in 16 hexadecimal digits, so that names sort as positions do.
 */

import type { Position } from '../ordered-log.ts'

const SEGMENT = /^([0-9a-f]{16})\.(seg|idx|spare)$/

export function segmentName(first: Position): string {
  return `${digits(first)}.seg`
}

export function indexName(first: Position): string {
  return `${digits(first)}.idx`
}

/** Of what was the segment `first`, and is kept to be written over. */
export function spareName(first: Position): string {
  return `${digits(first)}.spare`
}

/** What a file name says; `undefined` for a file that is none of the log's. */
export function parseName(name: string): { first: Position; kind: 'seg' | 'idx' | 'spare' } | undefined {
  const match = SEGMENT.exec(name)
  if (match === null) return undefined
  const first = Number.parseInt(match[1], 16)
  if (!Number.isSafeInteger(first) || first < 1) return undefined
  return { first, kind: match[2] as 'seg' | 'idx' | 'spare' }
}

function digits(position: Position): string {
  return position.toString(16).padStart(16, '0')
}
