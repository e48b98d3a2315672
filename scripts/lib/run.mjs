/** Running other programs from the repository's scripts. */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository's folder. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

const forwardedSignals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])

/**
 * Runs a program to its end, in the repository's folder and on our terminal, and resolves to its exit code. Programs of installed
 * packages are found by name; `node` is the Node that runs us. A signal sent to us goes to the program, whose end we then
 * wait for; one that ends the program gives 128 plus its number, as in a shell.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, stdout?: 'inherit' | 'ignore' | 'stderr' }} [options] `stdout:
 *   'stderr'` sends the program's output to our stderr, for a task whose own output is data.
 * @returns {Promise<number>}
 */
export function run(program, args, { cwd = root, env = {}, stdout = 'inherit' } = {}) {
  const isNode = program === 'node'
  const child = spawn(isNode ? process.execPath : program, args, {
    cwd,
    env: {
      ...process.env,
      ...env,
      PATH: [join(root, 'node_modules/.bin'), dirname(process.execPath), process.env.PATH].join(delimiter),
    },
    stdio: ['inherit', stdout === 'stderr' ? 2 : stdout, 'inherit'],
    // On Windows what lies in .bin is a script for cmd.exe.
    shell: process.platform === 'win32' && !isNode,
  })
  /** @param {NodeJS.Signals} signal */
  const forward = (signal) => child.kill(signal)
  for (const signal of forwardedSignals) process.on(signal, forward)

  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)))
  }).finally(() => {
    for (const signal of forwardedSignals) process.off(signal, forward)
  })
}
