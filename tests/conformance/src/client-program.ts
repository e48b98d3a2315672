/**
 * A program on somebody's client that runs beside a test and tells, one JSON object per line of its stdout, what happened
 * to it.
 *
 * Every wait has a limit; what the program wrote on stderr is part of every complaint.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { within } from '@warrenmq/testkit'

/** How long a program may take for its next event or its end: the start of an interpreter on a busy machine is in it. */
const WAIT_LIMIT_MS = 40_000

/** Something that happened in a program: `event` says what, the other fields depend on it. */
export interface ProgramEvent {
  readonly event: string
  readonly [field: string]: unknown
}

/** How the programs in one language are started. */
export interface Launcher {
  /** An interpreter, or the program itself where it is compiled. */
  readonly command: string
  /** What stands before the program's own arguments. */
  readonly args: readonly string[]
  /** Added to the environment. @default nothing */
  readonly environment?: Readonly<Record<string, string>>
}

/** One of the programs of `programs/`, started. Disposing of it kills it. */
export class ClientProgram implements AsyncDisposable {
  readonly #name: string
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>
  readonly #lines: AsyncIterator<string>
  readonly #closed: Promise<unknown>
  #stderr = ''

  /**
   * @param name What messages call the program.
   * @param url Address of the broker, as in `amqp://guest:guest@127.0.0.1:5672/%2F`. The program finds it in `AMQP_URL`.
   */
  constructor(name: string, launcher: Launcher, url: string, args: readonly string[] = []) {
    this.#name = name
    this.#child = spawn(launcher.command, [...launcher.args, ...args], {
      env: { ...process.env, ...launcher.environment, AMQP_URL: url },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    // One that cannot be started also closes: the complaint then says why.
    this.#child.on('error', (error) => {
      this.#stderr += error.message
    })
    // It may end without reading what it is told.
    this.#child.stdin.on('error', () => {})
    this.#closed = once(this.#child, 'close')
    this.#closed.catch(() => {})
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]()
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text
    })
  }

  /**
   * Waits for the next event, which has to be `event`, and returns its other fields.
   *
   * @throws Error when another one comes, when the program ends, or when it stays silent.
   */
  async expect(event: string): Promise<Record<string, unknown>> {
    const next = await this.#nextEvent(`'${event}' of ${this.#name}`)
    if (next?.event !== event) throw this.#complaint(`said ${JSON.stringify(next)} instead of '${event}'`)
    const { event: _, ...fields } = next
    return fields
  }

  /** The next `count` events, each of which has to be `event`, as `expect` returns them. */
  async collect(event: string, count: number): Promise<Record<string, unknown>[]> {
    const collected: Record<string, unknown>[] = []
    while (collected.length < count) collected.push(await this.expect(event))
    return collected
  }

  /**
   * Waits until the program has ended by itself, and returns what it still said.
   *
   * @throws Error when its exit code is not 0.
   */
  async finish(): Promise<ProgramEvent[]> {
    const rest: ProgramEvent[] = []
    for (;;) {
      const next = await this.#nextEvent(`the end of ${this.#name}`)
      if (next === undefined) break
      rest.push(next)
    }
    await within(this.#closed, `the end of ${this.#name}`, WAIT_LIMIT_MS)
    if (this.#child.exitCode !== 0) throw this.#complaint(`ended with exit code ${this.#child.exitCode}`)
    return rest
  }

  /** Gives the program a line on its stdin. */
  tell(line: string): void {
    this.#child.stdin.write(`${line}\n`)
  }

  /** Asks the program to end, and waits as `finish` does. */
  terminate(): Promise<ProgramEvent[]> {
    this.#child.kill('SIGTERM')
    return this.finish()
  }

  /** Ends the program as a crash would: nothing is closed in order. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#closed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await this.kill()
  }

  async #nextEvent(what: string): Promise<ProgramEvent | undefined> {
    try {
      const { done, value } = await within(this.#lines.next(), what, WAIT_LIMIT_MS)
      return done ? undefined : JSON.parse(value)
    } catch (cause) {
      throw this.#complaint('did not go on', cause)
    }
  }

  #complaint(what: string, cause?: unknown): Error {
    return new Error(`${this.#name} ${what}; stderr: ${this.#stderr || 'nothing'}`, { cause })
  }
}

/** Path of a file in `programs/`. */
export function programFile(name: string): string {
  return fileURLToPath(new URL(`../programs/${name}`, import.meta.url))
}

/** Starts a Python program. `python` is one that has the client. */
export function pythonLauncher(python: string, name: string): Launcher {
  // -B: leaves no compiled files behind.
  return { command: python, args: ['-B', programFile(name)] }
}
