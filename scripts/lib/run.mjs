/** Running other programs from the repository's scripts. */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository's folder. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd] Default: the repository's folder.
 * @property {Record<string, string>} [env] Added to our own environment.
 * @property {'stdout' | 'stderr' | 'onFailure'} [output] Where the program's output goes: to our stdout (the default), to our
 *   stderr where our stdout is data, or nowhere unless the program fails.
 * @property {number} [timeoutMs] After this time the program gets SIGTERM. Default: 0, never.
 */

const forwardedSignals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])

/**
 * Runs a program to its end, in the repository's folder and on our terminal, and resolves to its exit code.
 *
 * Programs of installed packages are found by name; `node` is the Node that runs us. A signal sent to us goes to the
 * program, whose end we then wait for; one that ends the program gives 128 plus its number, as in a shell.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<number>}
 */
export function run(program, args, { cwd = root, env = {}, output = 'stdout', timeoutMs = 0 } = {}) {
  const path = [join(root, 'node_modules/.bin'), dirname(process.execPath), process.env.PATH].join(delimiter)
  const isHeld = output === 'onFailure'
  const child = spawn(program === 'node' ? process.execPath : program, args, {
    cwd,
    env: { ...process.env, ...env, PATH: path },
    timeout: timeoutMs,
    stdio: ['inherit', isHeld ? 'pipe' : output === 'stderr' ? 2 : 1, isHeld ? 'pipe' : 2],
  })
  /** @type {Buffer[]} */
  const held = []
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => held.push(chunk))
  /** @param {NodeJS.Signals} signal */
  const forward = (signal) => child.kill(signal)
  for (const signal of forwardedSignals) process.on(signal, forward)

  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (code !== 0) process.stderr.write(Buffer.concat(held))
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0))
    })
  }).finally(() => {
    for (const signal of forwardedSignals) process.off(signal, forward)
  })
}
