/** The program `warren` as a process of its own. */

import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Program, startProgram } from './program.ts'

const PROGRAM = fileURLToPath(new URL('../../../packages/broker/dist/bin/warren.js', import.meta.url))

/** A `warren` that runs. */
export interface WarrenProgram extends AsyncDisposable {
  readonly port: number
  readonly program: Program
}

/**
 * Starts `warren` on a free port, without a data directory unless `args` name one, and resolves once it listens. It runs what `npm run build`
 * compiled.
 */
export async function startWarren(args: readonly string[] = []): Promise<WarrenProgram> {
  const program = spawnWarren(args)
  try {
    const line = JSON.parse(await program.line((text) => text.includes('listening for AMQP')))
    return { port: line.port, program, [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() }
  } catch (error) {
    await program.stop()
    throw error
  }
}

/** No HTTP API and no metrics unless they are asked for: many programs run at a time. */
export const QUIET_ENVIRONMENT: Readonly<Record<string, string>> = {
  WARREN_MANAGEMENT_PORT: '-1',
  WARREN_PROMETHEUS_PORT: '-1',
}

/** A `warren` with an HTTP API. */
export interface ManagedWarren extends WarrenProgram {
  readonly managementPort: number
}

/** The same, with its HTTP API on another free port. */
export async function startManagedWarren(args: readonly string[] = []): Promise<ManagedWarren> {
  const warren = await startWarren(['--management-port', '0', ...args])
  try {
    const line = JSON.parse(await warren.program.line((text) => text.includes('listening for the management API')))
    return { ...warren, managementPort: line.port }
  } catch (error) {
    await warren.program.stop()
    throw error
  }
}

/** Starts `warren` on a free port, and waits for nothing. */
export function spawnWarren(args: readonly string[] = []): Program {
  if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is missing: run npm run build`)
  const environment = { ...QUIET_ENVIRONMENT, ...process.env }
  const own = ['--host', '127.0.0.1', '--port', '0', '--data-directory', '']
  return startProgram(process.execPath, [PROGRAM, ...own, ...args], { environment })
}
