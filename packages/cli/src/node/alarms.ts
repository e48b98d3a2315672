/** Resource alarms of nodes. */

import type { Node } from '@warrenmq/client/management'

/** One alarm that is in force. */
export interface Alarm {
  readonly node: string
  readonly resource: 'memory' | 'disk'
}

export function alarmsOf(nodes: readonly Node[]): Alarm[] {
  return nodes.flatMap(({ name, mem_alarm, disk_free_alarm }) => [
    ...(mem_alarm ? [{ node: name, resource: 'memory' as const }] : []),
    ...(disk_free_alarm ? [{ node: name, resource: 'disk' as const }] : []),
  ])
}

export function alarmText({ node, resource }: Alarm): string {
  return resource === 'memory' ? `Memory alarm on node ${node}` : `Free disk space alarm on node ${node}`
}
