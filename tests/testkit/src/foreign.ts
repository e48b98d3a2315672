/** Software of others that some suites run against: where it is, and what is left out without it. */

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Paths of the programs; `undefined` for what is not installed. */
export interface Foreign {
  readonly rabbitmqServer: string | undefined
  /** A Python that has pika. */
  readonly pythonWithPika: string | undefined
  /** A Python that has Celery, and with it kombu and py-amqp. */
  readonly pythonWithCelery: string | undefined
  readonly pythonWithAioPika: string | undefined
  readonly phpWithAmqplib: string | undefined
  readonly rubyWithBunny: string | undefined
  /** A Go compiler, where Debian's amqp091-go is installed. */
  readonly goWithAmqp091: string | undefined
  /** A Java with its compiler, where Debian's AMQP client is installed. */
  readonly javaWithAmqpClient: string | undefined
  /** Folder of `amqp-publish` and its siblings. */
  readonly amqpTools: string | undefined
  /** The server of OpenLDAP. */
  readonly slapd: string | undefined
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
    find: () => findPython('pika'),
  },
  {
    name: 'pythonWithCelery',
    software: 'python3-celery',
    leftOut: 'Celery workers and programs written for kombu',
    find: () => findPython('celery'),
  },
  {
    name: 'pythonWithAioPika',
    software: 'python3-aio-pika',
    leftOut: 'programs written for aio-pika',
    find: () => findPython('aio_pika'),
  },
  {
    name: 'phpWithAmqplib',
    software: 'php-cli with php-amqplib',
    leftOut: 'programs written for php-amqplib',
    find: () => findProgramBeside('php', '/usr/share/php/PhpAmqpLib'),
  },
  {
    name: 'rubyWithBunny',
    software: 'ruby-bunny',
    leftOut: 'programs written for bunny',
    find: () => [findProgram('ruby', ['/usr/bin']), findProgram('ruby')].find(hasBunny),
  },
  {
    name: 'goWithAmqp091',
    software: 'golang-go with golang-github-rabbitmq-amqp091-go-dev',
    leftOut: 'programs written for amqp091-go',
    find: () => findProgramBeside('go', '/usr/share/gocode/src/github.com/rabbitmq/amqp091-go'),
  },
  {
    name: 'javaWithAmqpClient',
    software: 'default-jdk-headless with librabbitmq-client-java',
    leftOut: "programs written for RabbitMQ's Java client",
    find: () => (findProgram('javac') ? findProgramBeside('java', '/usr/share/java/amqp-client.jar') : undefined),
  },
  {
    name: 'amqpTools',
    software: 'amqp-tools',
    leftOut: 'amqp-publish and its siblings',
    find: () => findProgram('amqp-publish'),
  },
  {
    name: 'slapd',
    software: 'slapd',
    leftOut: 'logins by an LDAP directory',
    find: () => findProgram('slapd', ['/usr/sbin']),
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

/** The program, when the library that it needs is installed. */
function findProgramBeside(name: string, library: string): string | undefined {
  return existsSync(library) ? findProgram(name, ['/usr/bin']) : undefined
}

/** A Python that has a module: the system's, whose packages Debian installs, or else the first one on the path. */
function findPython(module: string): string | undefined {
  const check = `import importlib.util, sys; sys.exit(importlib.util.find_spec('${module}') is None)`
  const pythons = [findProgram('python3', ['/usr/bin']), findProgram('python3')]
  return pythons.find((python) => python !== undefined && spawnSync(python, ['-c', check]).status === 0)
}

function hasBunny(ruby: string | undefined): boolean {
  const check = "exit Gem::Specification.find_all_by_name('bunny').any?"
  return ruby !== undefined && spawnSync(ruby, ['-e', check]).status === 0
}
