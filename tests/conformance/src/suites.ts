/**
 * How the suites here are defined: each runs against `warren` as a process and against RabbitMQ, and is left out when the
 * foreign client is not installed (the run's set-up has said so, or failed).
 */

import { type Foreign, onEachTarget as onEachBroker, startWarren, type Target } from '@warrenmq/testkit'
import { describe, inject } from 'vitest'
import { ClientProgram, pythonLauncher } from './client-program.ts'

export type { Target }

/** Starts a pika program against the suite's broker. */
export type StartProgram = (name: string, ...args: string[]) => ClientProgram

/** Defines a suite of pika programs for each target. */
export function describePika(suite: (start: StartProgram, target: Target) => void): void {
  describeWith('pythonWithPika', (python, target) => {
    suite((name, ...args) => startPika(python, target, name, args), target)
  })
}

/** Starts a pika program: `name` is that of its file, without `.py`. */
export function startPika(
  python: string,
  target: { readonly port: number },
  name: string,
  args: readonly string[] = [],
): ClientProgram {
  const file = `${name}.py`
  return new ClientProgram(file, pythonLauncher(python, file), brokerUrl(target), args)
}

/** Defines a suite for each target. */
export function onEachTarget(suite: (target: Target) => void): void {
  onEachBroker(startWarren, suite)
}

/** Defines a suite for each target that uses a foreign program. */
export function describeWith(name: keyof Foreign, suite: (path: string, target: Target) => void): void {
  const path = inject('foreign')[name]
  // Says in the report what is left out; with WARREN_REQUIRE_FOREIGN=1 the run's set-up has failed before.
  if (path === undefined) describe.skip(`without ${name}`, () => {})
  else onEachTarget((target) => suite(path, target))
}

/** Address of a target for clients that take one, with the vhost `/`. */
export function brokerUrl(target: { readonly port: number }): string {
  return `amqp://guest:guest@127.0.0.1:${target.port}/%2F`
}
