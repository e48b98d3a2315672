/**
 * What takes the memory of the process, in RabbitMQ's categories as far as they mean something here. The parts of our own are estimates from
 * the number of objects; `code` and the rest are what V8 and the operating system say.
 */

import { getHeapSpaceStatistics } from 'node:v8'
import type { JsonObject } from '../../parameters/json-value.ts'
import { queueMemory } from '../../statistics/queue-memory.ts'
import type { ManagementParts } from '../management-parts.ts'

/** A connection without channels: its sockets, parsers, handshake. */
const CONNECTION_BYTES = 12_000
/** A channel without consumers. */
const CHANNEL_BYTES = 4000
/** Spaces of V8's heap that hold compiled code. */
const CODE_SPACES = ['code_space', 'code_large_object_space']

/** Bytes of each category; they add up to the resident size. */
export function readMemory({ connections, vhosts, storage }: ManagementParts): Map<string, number> {
  const { rss, heapTotal, heapUsed } = process.memoryUsage()
  let channels = 0
  for (const { session } of connections) channels += session?.channels.size ?? 0
  let classic = 0
  let quorum = 0
  for (const vhost of vhosts.values()) {
    for (const queue of vhost.queues.values()) {
      if (queue.type === 'quorum') quorum += queueMemory(queue)
      else classic += queueMemory(queue)
    }
  }
  const code = getHeapSpaceStatistics()
    .filter(({ space_name: name }) => CODE_SPACES.includes(name))
    .reduce((sum, { space_used_size: size }) => sum + size, 0)
  const categories = new Map([
    ['connection_channels', channels * CHANNEL_BYTES],
    ['connection_other', connections.size * CONNECTION_BYTES],
    ['queue_procs', classic],
    ['quorum_queue_procs', quorum],
    ['binary', storage?.memoryBytes ?? 0],
    ['code', code],
    ['allocated_unused', heapTotal - heapUsed],
  ])
  const known = [...categories.values()].reduce((sum, bytes) => sum + bytes, 0)
  categories.set('other_system', Math.max(0, rss - known))
  return categories
}

export function viewMemory(parts: ManagementParts): JsonObject {
  const { rss, heapTotal, external } = process.memoryUsage()
  return {
    ...Object.fromEntries(readMemory(parts)),
    strategy: 'rss',
    total: { erlang: 0, rss, allocated: heapTotal + external },
  }
}

/** The same in percent of all, rounded up as RabbitMQ does. */
export function viewRelativeMemory(parts: ManagementParts): JsonObject {
  const categories = readMemory(parts)
  const total = [...categories.values()].reduce((sum, bytes) => sum + bytes, 0)
  const shares = Array.from(categories, ([name, bytes]) => [name, Math.ceil((bytes / total) * 100)])
  return { total: 100, ...Object.fromEntries(shares) }
}
