#!/usr/bin/env node
/** The program `amqpctl`. */

import { ExitCode } from '../exit-code.ts'
import { runAmqpctl } from '../run-amqpctl.ts'

// Whoever reads the output may stop reading, as `| head` does: nothing is wrong then.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? ExitCode.ok : ExitCode.software)
})

const { stdin, stdout, stderr, env } = process
// Not process.exit: what was written to a pipe would be cut off.
process.exitCode = await runAmqpctl(process.argv.slice(2), { stdin, stdout, stderr, environment: env })
