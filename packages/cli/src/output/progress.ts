/** Shows on a terminal that something takes its time. */

import createSpinner from 'yocto-spinner'
import type { Context } from '../context.ts'

/** Something shorter than this shows nothing. */
const PATIENCE_MS = 300

/** Waits for what is being done; on a terminal, with a spinner and the seconds it takes. */
export async function withProgress<Result>(
  { output, terminal }: Context,
  what: string | (() => string),
  work: Promise<Result>,
): Promise<Result> {
  if (terminal.stderr.isTTY !== true || output.options.isQuiet || output.isJson) return work
  const describe = typeof what === 'string' ? () => what : what
  const spinner = createSpinner({ text: describe(), stream: process.stderr })
  const startedMs = performance.now()
  const tick = () => {
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(0)
    spinner.text = `${describe()} … ${seconds} s`
  }
  const patience = setTimeout(() => spinner.start(), PATIENCE_MS)
  const clock = setInterval(tick, 1000)
  try {
    return await work
  } finally {
    clearTimeout(patience)
    clearInterval(clock)
    spinner.stop()
  }
}
