/** Starting programs, waiting for them and ending them; only those that were started here. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/** @typedef {import('node:child_process').ChildProcess} ChildProcess */

/**
 * A port of the loopback interface that nobody uses at the moment.
 *
 * @returns {Promise<number>}
 */
export async function findFreePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  server.close()
  await once(server, 'close')
  return port
}

/**
 * Starts a program whose output goes to a file.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {string} logFile
 * @param {Record<string, string>} [env] Added to our own environment.
 */
export function startProgram(program, args, logFile, env = {}) {
  const log = openSync(logFile, 'w')
  const child = spawn(program, args, { stdio: ['ignore', log, log], env: { ...process.env, ...env } })
  closeSync(log)
  child.on('error', () => {})
  return child
}

/**
 * Ends a program: SIGTERM, and SIGKILL for one that does not end within the limit.
 *
 * @param {ChildProcess} child
 * @param {number} [limitMs]
 */
export async function endProgram(child, limitMs = 30_000) {
  if (hasEnded(child)) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), limitMs)
  await exited
  clearTimeout(timer)
}

/**
 * Ends a program without any warning.
 *
 * @param {ChildProcess} child
 * @param {number} pid Of the process in which it works: `child`, or one that `child` waits for.
 */
export async function killProgram(child, pid) {
  const exited = once(child, 'exit')
  process.kill(pid, 'SIGKILL')
  await exited
}

/** @param {ChildProcess} child */
export function hasEnded(child) {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null
}

/**
 * Tries until it succeeds, and throws the last error when the limit is reached or the program has ended.
 *
 * @template T
 * @param {ChildProcess} child
 * @param {() => T | Promise<T>} attempt
 * @param {number} limitMs
 * @param {number} [intervalMs]
 * @returns {Promise<T>}
 */
export async function retryWhileAlive(child, attempt, limitMs, intervalMs = 50) {
  const endMs = performance.now() + limitMs
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (hasEnded(child) || performance.now() > endMs) throw error
      await delay(intervalMs)
    }
  }
}

/**
 * Runs a program to its end and resolves to what it wrote.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {number} limitMs After which it is killed.
 * @returns {Promise<{ exitCode: number | null, stdout: string, stderr: string }>}
 */
export async function runProgram(program, args, limitMs) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const timer = setTimeout(() => child.kill('SIGKILL'), limitMs)
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text))
  try {
    const [exitCode] = await once(child, 'close')
    return { exitCode, stdout, stderr }
  } finally {
    clearTimeout(timer)
  }
}
