/** Software of others that some suites run against: where it is, and what is left out without it. */

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Paths of the programs; `undefined` for what is not installed. */
export interface Foreign {
  readonly rabbitmqServer: string | undefined
  /** A Python that has pika. */
  readonly pythonWithPika: string | undefined
  /** Folder of `amqp-publish` and its siblings. */
  readonly amqpTools: string | undefined
}

interface Requirement {
  readonly name: keyof Foreign
  readonly software: string
  readonly leftOut: string
  find(): string | undefined
}

const REQUIREMENTS: readonly Requirement[] = [
  {
    name: 'rabbitmqServer',
    software: 'rabbitmq-server',
    leftOut: 'comparisons with RabbitMQ',
    find: () => findProgram('rabbitmq-server', ['/usr/lib/rabbitmq/bin']),
  },
  {
    name: 'pythonWithPika',
    software: 'python3-pika',
    leftOut: 'programs written for pika',
    find: () => [findProgram('python3', ['/usr/bin']), findProgram('python3')].find(hasPika),
  },
  {
    name: 'amqpTools',
    software: 'amqp-tools',
    leftOut: 'amqp-publish and its siblings',
    find: () => findProgram('amqp-publish'),
  },
]

/** Looks for all of it. */
export function findForeign(): Foreign {
  return Object.fromEntries(REQUIREMENTS.map(({ name, find }) => [name, find()])) as unknown as Foreign
}

/**
 * One line for each suite that is left out.
 *
 * @throws Error with these lines when `WARREN_REQUIRE_FOREIGN=1`.
 */
export function describeMissing(foreign: Foreign, environment: NodeJS.ProcessEnv): string[] {
  const missing = REQUIREMENTS.filter(({ name }) => foreign[name] === undefined)
  const lines = missing.map(({ software, leftOut }) => `left out, as ${software} is not installed: ${leftOut}`)
  if (lines.length > 0 && environment.WARREN_REQUIRE_FOREIGN === '1') {
    throw new Error(`WARREN_REQUIRE_FOREIGN=1, but tests would be ${lines.join('; ')}`)
  }
  return lines
}

function findProgram(name: string, preferred: readonly string[] = []): string | undefined {
  const folders = [...preferred, ...(process.env.PATH ?? '').split(delimiter)]
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}

function hasPika(python: string | undefined): boolean {
  return python !== undefined && spawnSync(python, ['-c', 'import pika']).status === 0
}
