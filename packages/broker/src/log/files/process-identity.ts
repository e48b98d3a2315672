/**
 * Which process this is, and whether another one still runs. A process id alone does not say: ids are used again, and mean nothing on another
 * machine or in another container.
 */

import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

export interface ProcessIdentity {
  readonly pid: number
  /** Where ids have the same meaning: machine, its start, and container. */
  readonly place: string
  /** When the process started, in ticks since the machine did; empty where the system does not say. */
  readonly started: string
  readonly host: string
}

export interface ProcessTable {
  readonly self: ProcessIdentity
  /** `undefined` for a process of another place, of which nothing can be said. */
  isRunning(identity: ProcessIdentity): boolean | undefined
}

/** The processes of this machine. */
export function systemProcesses(): ProcessTable {
  const host = hostname()
  // Without /proc the name of the machine must do.
  const place = readBootId() === '' ? host : `${readBootId()} ${readPidNamespace()}`
  const self = { pid: process.pid, place, started: readStart(process.pid), host }
  return {
    self,
    isRunning(identity) {
      if (identity.place !== place) return undefined
      return exists(identity.pid) && readStart(identity.pid) === identity.started
    },
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function readBootId(): string {
  return readText('/proc/sys/kernel/random/boot_id')
}

function readPidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return ''
  }
}

/**
 * Field 22 of `/proc/<pid>/stat`; the name in field 2 may contain spaces and parentheses. Empty for a process that has ended and that its
 * parent has not asked for yet: state Z in field 3.
 */
function readStart(pid: number): string {
  const stat = readText(`/proc/${pid}/stat`)
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' ? '' : (fields[19] ?? '')
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1').trim()
  } catch {
    return ''
  }
}
