/**
 * Sees to it that nothing outlives a test run, however that ends.
 *
 * A keeper is a shell that reads process ids from a pipe. Only the process that started it holds the other end, so the pipe closes
 * when that process says so, ends, or is killed. The keeper then cuts the processes, with their children, and removes their folder.
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { within } from './waiting.ts'

/** A process id with a minus is a process group. The second attempt is for files that came while the first removed the folder. */
export const KEEPER_SCRIPT = `
groups=
while read -r pid; do groups="$groups -$pid"; done
[ -z "$groups" ] || kill -KILL $groups 2> /dev/null
rm -rf "$1" || { sleep 1; rm -rf "$1"; }
`

/** Keeps processes and a folder. */
export interface Keeper {
  /** Adds a process that leads a group of its own. */
  keep(processId: number): void
  /** Ends it all; resolves when the processes were cut and the folder is gone. */
  finish(): Promise<void>
}

/** Starts a keeper of a folder. */
export function startKeeper(folder: string): Keeper {
  // A group of its own: Ctrl-C in a terminal must not end it before its work is done.
  const shell = spawn('sh', ['-c', KEEPER_SCRIPT, 'keeper', folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  const ended = once(shell, 'close')
  ended.catch(() => {})
  shell.stdin.on('error', () => {})
  return {
    keep(processId) {
      shell.stdin.write(`${processId}\n`)
    },
    async finish() {
      shell.stdin.end()
      await within(ended, 'the end of what a test run started')
    },
  }
}
