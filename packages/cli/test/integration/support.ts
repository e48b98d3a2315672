/** Runs the built program as a process. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onEachTarget, startManagedWarren, startProgram, type Target, within } from '@warrenmq/testkit'
import { afterAll, expect, vi } from 'vitest'

export const PROGRAM = fileURLToPath(new URL('../../bin/amqpctl.js', import.meta.url))
const LIMIT_MS = 60_000

// Each command is a process, and a test runs a dozen of them beside other tests.
vi.setConfig({ testTimeout: 120_000 })

/** A home without a configuration file. */
export const HOME = mkdtempSync(join(tmpdir(), 'amqpctl-home-'))
afterAll(() => rmSync(HOME, { recursive: true, force: true }))

/** How a command ended. */
export interface Run {
  readonly exitCode: number
  readonly lines: readonly string[]
  readonly errorText: string
}

export interface RunOptions {
  readonly input?: string
  readonly environment?: Readonly<Record<string, string>>
}

/** Where it runs, and what it finds in its environment. */
export function environmentOf(url: string, more: Readonly<Record<string, string>> = {}) {
  return { environment: { PATH: process.env.PATH, HOME, AMQPCTL_URL: url, ...more }, folder: HOME }
}

/** Runs `amqpctl` with these arguments, however it ends. */
export async function amqpctl(url: string, args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const program = startProgram(process.execPath, [PROGRAM, ...args], {
    ...environmentOf(url, options.environment),
    input: options.input ?? '',
  })
  const exitCode = await within(program.exited, `the end of amqpctl ${args.join(' ')}`, LIMIT_MS)
  return { exitCode, lines: program.lines, errorText: program.errorText }
}

/** Runs a command that is to succeed, and returns its lines. */
export async function succeed(url: string, args: readonly string[], options?: RunOptions): Promise<readonly string[]> {
  const run = await amqpctl(url, args, options)
  expect(run, args.join(' ')).toMatchObject({ exitCode: 0, errorText: '' })
  return run.lines
}

/** Runs a command that is to fail so; its standard error is to match. */
export async function fail(
  url: string,
  args: readonly string[],
  exitCode: number,
  message: string | RegExp,
  options?: RunOptions,
): Promise<void> {
  const run = await amqpctl(url, args, options)
  expect(run.errorText, args.join(' ')).toMatch(message)
  expect(run.exitCode, args.join(' ')).toBe(exitCode)
}

/** Runs a suite against the compiled `warren`, and against RabbitMQ. */
export function onEachBroker(suite: (target: Target) => void): void {
  onEachTarget(startManagedWarren, suite)
}

let counter = 0

/** A name that no other test uses: RabbitMQ is shared. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${process.pid}-${++counter}`
}
