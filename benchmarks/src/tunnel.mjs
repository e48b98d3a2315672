/**
 * Starts a tunnel into TLS, since the load generator speaks plain TCP: a process of its own, whose CPU time does not count.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { endProgram } from './processes.mjs'

/**
 * A listener for TLS on the loopback interface.
 *
 * @typedef {object} TlsTarget
 * @property {number} port
 * @property {string} certificateFile The one certificate that it may show.
 */

const program = fileURLToPath(new URL('tunnel-program.mjs', import.meta.url))

/**
 * Starts a tunnel from a port of the loopback interface to `target`.
 *
 * @param {TlsTarget} target
 * @returns {Promise<{ port: number, stop: () => Promise<void> }>}
 */
export async function startTunnel({ port, certificateFile }) {
  const child = fork(program, [`${port}`, certificateFile], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  let problems = ''
  child.stderr?.setEncoding('utf8').on('data', (text) => (problems += text))
  const ended = once(child, 'exit').then(() => [])
  const [ownPort] = await Promise.race([once(child, 'message'), ended])
  if (ownPort === undefined) throw new Error(`the tunnel into TLS did not start:\n${problems}`)
  const stop = async () => {
    await endProgram(child)
    if (problems) console.error(problems.trimEnd())
  }
  return { port: ownPort, stop }
}
