/** Whether the broker's limits leave room for what definitions bring. */

import type { AdministeredParts } from '../administration/administration.ts'
import type { Definitions, QueueDefinition } from './definitions.ts'

/** What there is no room for, in RabbitMQ's words. */
export function checkRoom(definitions: Definitions, { vhosts, limits }: AdministeredParts): string[] {
  const newQueues = countNew(definitions.queues, (vhost, name) => vhosts.get(vhost)?.queues.has(name) === true)
  const newExchanges = countNew(definitions.exchanges, (vhost, name) => vhosts.get(vhost)?.exchanges.has(name) === true)
  const newVhosts = new Set(definitions.vhosts.map(({ name }) => name).filter((name) => !vhosts.has(name)))
  const faults = limits.checkRoom(newVhosts.size, sum(newQueues), sum(newExchanges))
  for (const [name, count] of newQueues) {
    const vhost = vhosts.get(name)
    const max = vhost?.limits.maxQueues
    if (vhost === undefined || max === undefined || count + vhost.queues.size <= max) continue
    faults.push(
      `Adding ${count} queue(s) to virtual host "${name}" would exceed the limit of ${max} queue(s).\n\n` +
        `This virtual host currently has ${vhost.queues.size} queue(s) defined.\n\nImport aborted!`,
    )
  }
  return faults
}

function countNew(
  parts: readonly Pick<QueueDefinition, 'vhost' | 'name'>[],
  exists: (vhost: string, name: string) => boolean,
): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { vhost, name } of parts) if (!exists(vhost, name)) counts.set(vhost, (counts.get(vhost) ?? 0) + 1)
  return counts
}

function sum(counts: ReadonlyMap<string, number>): number {
  let total = 0
  for (const count of counts.values()) total += count
  return total
}
