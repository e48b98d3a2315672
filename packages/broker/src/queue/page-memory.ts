/**
 * Memory for the columns of index pages, of all brokers of the process. Columns of full pages are pieces of the block pool; of the next size
 * some are kept; smaller ones are left to the garbage collector.
 */

import { blockPool } from '../memory/block-pool.ts'
import { BLOCK_SIZE } from '../memory/working-memory.ts'

/** Messages in a page of full size, whose positions fill a block. */
export const PAGE_LENGTH: number = BLOCK_SIZE / 8
/** A list begins with a page of this many messages, since most are short, and there may be many of them. */
export const FIRST_PAGE_LENGTH = 64
/** Each page is so many times as long as the one before, up to {@link PAGE_LENGTH}. */
export const PAGE_GROWTH = 8
/** Messages in a page of the size below. */
export const MIDDLE_PAGE_LENGTH: number = PAGE_LENGTH / PAGE_GROWTH
/** Most columns kept of that size, 32 KiB each. */
const SPARE_MAX = 64

const spares: Float64Array[] = []

/** Whether a middle-sized column is to be had for nothing. */
export function hasSpare(): boolean {
  return spares.length > 0
}

/** A column of undefined content. */
export function takeDoubles(length: number): Float64Array {
  if (length === PAGE_LENGTH) {
    const { buffer, byteOffset } = blockPool.take()
    return new Float64Array(buffer, byteOffset, PAGE_LENGTH)
  }
  return (length === MIDDLE_PAGE_LENGTH && spares.pop()) || new Float64Array(length)
}

/** Takes a column back that nobody reads any more. */
export function giveDoubles(column: Float64Array): void {
  if (column.length === PAGE_LENGTH) blockPool.give(column)
  else if (column.length === MIDDLE_PAGE_LENGTH && spares.length < SPARE_MAX) spares.push(column)
}
