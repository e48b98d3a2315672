/** A program as a child process: its lines as they come, and a bounded end. */

import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { WAIT_LIMIT_MS, within } from './waiting.ts'

/** How a program is started. */
export interface ProgramOptions {
  readonly environment?: NodeJS.ProcessEnv
  readonly folder?: string
  /** Written to its standard input, which is then closed. @default nothing */
  readonly input?: string
}

/** A program that runs or has ended. Disposing of it ends it. */
export class Program implements AsyncDisposable {
  /** What it printed so far, by lines. */
  readonly lines: string[] = []
  /** Resolves to the exit code once it has ended and all its lines are here; 128 + n after signal n. */
  readonly exited: Promise<number>
  readonly #child: ChildProcess
  readonly #name: string
  #errorText = ''
  #taken = 0
  #wake = () => {}

  constructor(path: string, args: readonly string[], options: ProgramOptions) {
    this.#name = [path, ...args].join(' ')
    // A group of its own, so that a wrapper script and what it starts end together.
    this.#child = spawn(path, args, {
      detached: true,
      cwd: options.folder,
      env: options.environment ?? process.env,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    const { stdin, stdout, stderr } = this.#child
    if (stdin === null || stdout === null || stderr === null) throw new Error('a pipe is missing')
    stdin.on('error', () => {})
    stdin.end(options.input ?? '')
    createInterface({ input: stdout }).on('line', (line) => {
      this.lines.push(line)
      this.#wake()
    })
    stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#errorText += text
    })
    this.exited = new Promise((resolve, reject) => {
      this.#child.once('error', reject)
      this.#child.once('close', (code, signal) => {
        resolve(code ?? 128 + (signal === 'SIGKILL' ? 9 : 15))
        this.#wake()
      })
    })
    this.exited.catch(() => {})
  }

  /** Also of its process group; undefined when it could not be started. */
  get processId(): number | undefined {
    return this.#child.pid
  }

  /** What it wrote to standard error so far. */
  get errorText(): string {
    return this.#errorText
  }

  /**
   * The next line, not yet taken by this method, for which `wanted` holds.
   *
   * @throws Error with what it printed when it ends first, or after `limitMs`.
   */
  async line(wanted: (line: string) => boolean = () => true, limitMs: number = WAIT_LIMIT_MS): Promise<string> {
    const found = async () => {
      for (;;) {
        while (this.#taken < this.lines.length) {
          const line = this.lines[this.#taken++]
          if (wanted(line)) return line
        }
        const printed = new Promise<void>((resolve) => {
          this.#wake = resolve
        })
        if ((await Promise.race([printed, this.exited])) !== undefined && this.#taken === this.lines.length) {
          throw new Error(`${this.#name} ended early: ${this.#printed}`)
        }
      }
    }
    return within(found(), () => `a line of ${this.#name}; so far: ${this.#printed}`, limitMs)
  }

  /** Waits for a successful end and returns all lines. @throws Error when the exit code is not 0. */
  async finish(limitMs: number = WAIT_LIMIT_MS): Promise<readonly string[]> {
    const exitCode = await within(this.exited, `the end of ${this.#name}`, limitMs)
    if (exitCode !== 0) {
      throw new Error(`${this.#name} ended with ${exitCode}: ${this.#printed}`)
    }
    return this.lines
  }

  /** Sends a signal, to itself alone. */
  signal(name: NodeJS.Signals): void {
    this.#child.kill(name)
  }

  /** Asks it to end, and cuts it, with all its children, when it has not ended after `limitMs`. */
  async stop(limitMs: number = WAIT_LIMIT_MS): Promise<number> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGTERM')
    try {
      return await within(this.exited, `the end of ${this.#name}`, limitMs)
    } catch (error) {
      if (this.#child.pid !== undefined) process.kill(-this.#child.pid, 'SIGKILL')
      throw error
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  /** All it printed so far, for messages. */
  get #printed(): string {
    return `${this.lines.join(' | ')} ${this.#errorText}`
  }
}

/** Starts a program. @throws Error through its promises when it cannot be started. */
export function startProgram(path: string, args: readonly string[], options: ProgramOptions = {}): Program {
  return new Program(path, args, options)
}
