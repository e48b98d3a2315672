/** How the programs of `programs/steps/` are started, one for each client. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Foreign, startProgram } from '@warrenmq/testkit'
import { type Launcher, programFile, pythonLauncher } from './client-program.ts'

/** A Go compiler starts with an empty cache. */
const BUILD_LIMIT_MS = 180_000

/** A client, with the program that uses it. */
export interface Client {
  /** What it is called. It also begins the names of its queues. */
  readonly name: string
  /** What has to be installed; `undefined` when it comes with this repository. */
  readonly needs: keyof Foreign | undefined
  /** Makes the program ready to be started. `path` is what was found of what it needs. */
  readonly prepare: (path: string) => Promise<Launcher>
  /** Steps that the client cannot take. @default none */
  readonly lacks?: readonly string[]
}

export const CLIENTS: readonly Client[] = [
  { name: 'pika', needs: 'pythonWithPika', prepare: python('steps_pika.py') },
  { name: 'kombu', needs: 'pythonWithCelery', prepare: python('steps_kombu.py') },
  {
    name: 'aio-pika',
    needs: 'pythonWithAioPika',
    prepare: python('steps_aio_pika.py'),
    // It keeps a cancel of the broker for itself.
    lacks: ['cancelled'],
  },
  {
    name: 'amqplib',
    needs: undefined,
    prepare: async () => ({ command: process.execPath, args: [programFile('steps/steps.mjs')] }),
  },
  {
    name: 'php-amqplib',
    needs: 'phpWithAmqplib',
    prepare: async (php) => ({ command: php, args: [programFile('steps/steps.php')] }),
  },
  {
    name: 'bunny',
    needs: 'rubyWithBunny',
    prepare: async (ruby) => ({ command: ruby, args: [programFile('steps/steps.rb')] }),
  },
  { name: 'amqp091-go', needs: 'goWithAmqp091', prepare: compileGo },
  {
    name: 'java-client',
    needs: 'javaWithAmqpClient',
    // Java compiles a single file as it starts it.
    prepare: async (java) => ({
      command: java,
      args: ['-Dfile.encoding=UTF-8', '-cp', JAVA_CLASS_PATH, programFile('steps/Steps.java')],
    }),
  },
]

/** Where Debian installs the client and the logging interface that it needs. */
const JAVA_CLASS_PATH = '/usr/share/java/amqp-client.jar:/usr/share/java/slf4j-api.jar'

/** Where Debian installs Go libraries. */
const GO_PATH = '/usr/share/gocode'

function python(file: string): Client['prepare'] {
  return async (path) => pythonLauncher(path, `steps/${file}`)
}

/** Compiled once in a test file, from what is installed, without a network. */
let goProgram: Promise<string> | undefined
let goFolder: string | undefined

async function compileGo(go: string): Promise<Launcher> {
  goProgram ??= buildGo(go)
  return { command: await goProgram, args: [] }
}

async function buildGo(go: string): Promise<string> {
  goFolder = await mkdtemp(join(tmpdir(), 'warrenmq-go-'))
  const program = join(goFolder, 'steps')
  const environment = {
    ...process.env,
    GO111MODULE: 'off',
    GOFLAGS: '',
    GOPATH: GO_PATH,
    GOCACHE: join(goFolder, 'cache'),
    CGO_ENABLED: '0',
  }
  await using build = startProgram(go, ['build', '-o', program, programFile('steps/steps.go')], { environment })
  await build.finish(BUILD_LIMIT_MS)
  return program
}

/** Removes what was compiled. */
export async function removeCompiled(): Promise<void> {
  if (goFolder !== undefined) await rm(goFolder, { recursive: true, force: true })
}
