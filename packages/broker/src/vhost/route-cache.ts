/**
 * Remembers where messages go by the bytes of their exchange and routing key.
 *
 * Hot path (`npm run bench`). A lookup makes no string and no object. Everything is forgotten when the vhost's topology changes, and
 * when the table is full.
 */

import { randomInt } from 'node:crypto'
import { equalBytes } from '@warrenmq/codec/internal'
import type { RouteKind } from '@warrenmq/routing'
import type { Queue } from '../queue/queue.ts'
import type { Exchange } from './exchange.ts'

/** Where messages with one exchange and routing key go. */
export interface Route {
  /** The bytes as `basic.publish` has them: length, exchange, length, routing key. */
  readonly bytes: Uint8Array
  readonly exchange: Exchange
  readonly routingKey: string
  /** The queues, each once. Empty unless {@link kind} is `fixed`. */
  readonly queues: readonly Queue[]
  /** Whether this is all that decides; if not, the queues must be found for each message. */
  readonly kind: RouteKind
  /** Topology version that it holds for. */
  version: number
}

/** Slots of the table. A power of two. */
const TABLE_SIZE = 16384
/** Routes kept before the table is emptied: three quarters of the slots. */
const ROUTE_MAX = 12288

export class RouteCache {
  #table: (Route | undefined)[] = []
  #count = 0
  #version = -1

  /** The route for the bytes `bytes[start]` … `bytes[end - 1]`, if it is known at this topology version. */
  find(bytes: Uint8Array, start: number, end: number, version: number): Route | undefined {
    if (version !== this.#version) {
      this.#clear(version)
      return undefined
    }
    const length = end - start
    for (let slot = hashBytes(bytes, start, end); ; slot = (slot + 1) & (TABLE_SIZE - 1)) {
      const route = this.#table[slot]
      if (route === undefined) return undefined
      if (route.bytes.length === length && equalBytes(route.bytes, 0, bytes, start, length)) return route
    }
  }

  add(route: Route): void {
    if (route.version !== this.#version || this.#count >= ROUTE_MAX) this.#clear(route.version)
    let slot = hashBytes(route.bytes, 0, route.bytes.length)
    while (this.#table[slot] !== undefined) slot = (slot + 1) & (TABLE_SIZE - 1)
    this.#table[slot] = route
    this.#count++
  }

  #clear(version: number): void {
    this.#version = version
    if (this.#count > 0 || this.#table.length === 0) this.#table = new Array(TABLE_SIZE).fill(undefined)
    this.#count = 0
  }
}

/** Where the hash starts: another place in every process, so that nobody can prepare keys that share a slot. */
const HASH_SEED = randomInt(2 ** 31)

/** FNV-1a over the bytes from a secret start, folded to a slot of the table. */
function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let hash = HASH_SEED
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193)
  return (hash ^ (hash >>> 15)) & (TABLE_SIZE - 1)
}
