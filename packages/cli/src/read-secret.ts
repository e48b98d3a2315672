/** Reads a password from standard input, without showing it on a terminal. */

import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { badArgument } from './cli-error.ts'
import type { Terminal } from './terminal.ts'

const SECRET_LENGTH_MAX = 64 * 1024

/** The first line. @throws UsageError when there is none. */
export async function readSecret({ stdin, stderr }: Terminal, prompt: string): Promise<string> {
  const isInteractive = stdin.isTTY === true
  if (isInteractive) stderr.write(`${prompt}: `)
  // With a terminal, readline echoes to its output: this one swallows what is typed.
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: stdin, output: silent, terminal: isInteractive })
  try {
    for await (const line of lines) {
      if (line.length > SECRET_LENGTH_MAX) throw badArgument(`a password has at most ${SECRET_LENGTH_MAX} characters`)
      return line
    }
  } finally {
    lines.close()
    if (isInteractive) stderr.write('\n')
  }
  throw badArgument(`${prompt} is neither among the arguments nor on standard input`)
}
