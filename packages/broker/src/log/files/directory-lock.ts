/**
 * A lock on a directory: a file that says which process holds it.
 *
 * A process of the same machine and container is looked up. Of another one, which may share the directory over a volume or a network, the
 * file tells whether it lives: it counts up every second.
 */

import { join } from 'node:path'
import type { Clock, Timer } from '../../clock.ts'
import { DataDirectoryError } from '../data-directory-error.ts'
import { type FileSystem, hasCode, type OpenFile, readWhole, unlinkIfThere } from './file-system.ts'
import type { ProcessIdentity, ProcessTable } from './process-identity.ts'

const FILE = 'lock'
const BEAT_MS = 1000
/** How long a lock of another place must stand still to be taken for left. */
const SILENCE_MS = 5000
/** How long its holder may take to write the lock it has made. */
const WRITE_MS = 1000
const POLL_MS = 50
/** Attempts to take a lock that others take and leave meanwhile. */
const ATTEMPTS_MAX = 10

export interface DirectoryLockOptions {
  readonly directory: string
  readonly fileSystem: FileSystem
  readonly processes: ProcessTable
  readonly clock: Clock
  /** Resolves after so many milliseconds. */
  readonly wait: (milliseconds: number) => Promise<unknown>
}

export class DirectoryLock {
  readonly #fileSystem: FileSystem
  readonly #path: string
  readonly #self: ProcessIdentity
  readonly #file: OpenFile
  readonly #timer: Timer
  #beats = 0
  #beating: Promise<void> = Promise.resolve()

  private constructor({ fileSystem, directory, processes, clock }: DirectoryLockOptions, file: OpenFile) {
    this.#fileSystem = fileSystem
    this.#path = join(directory, FILE)
    this.#self = processes.self
    this.#file = file
    this.#timer = clock.setInterval(() => this.#beat(), BEAT_MS)
  }

  /** Takes the lock, also one that a process has left which is gone. @throws DataDirectoryError LOCKED. */
  static async take(options: DirectoryLockOptions): Promise<DirectoryLock> {
    const path = join(options.directory, FILE)
    let holder: ProcessIdentity | undefined
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const file = await createLock(options.fileSystem, path)
      if (file !== undefined) {
        const lock = new DirectoryLock(options, file)
        await lock.#write()
        return lock
      }
      const seen = await readLock(options, path)
      if (seen === undefined) continue
      holder = parseHolder(seen)
      if (await isHeld(options, path, seen, holder)) break
      await removeLeft(options.fileSystem, path, seen)
    }
    throw new DataDirectoryError('LOCKED', describeHolder(options.directory, holder, options.processes.self))
  }

  async release(): Promise<void> {
    this.#timer.clear()
    await this.#beating
    await this.#file.close()
    await unlinkIfThere(this.#fileSystem, this.#path)
  }

  /** A beat that cannot be written is left out: the disk may be full. */
  #beat(): void {
    this.#beats++
    this.#beating = this.#beating.then(() => this.#write()).catch(() => {})
  }

  #write(): Promise<void> {
    const text = `${JSON.stringify({ ...this.#self, beats: String(this.#beats).padStart(12, '0') })}\n`
    return this.#file.write([Buffer.from(text)], 0)
  }
}

async function createLock(fileSystem: FileSystem, path: string): Promise<OpenFile | undefined> {
  try {
    return await fileSystem.open(path, { write: true, create: 'new' })
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return undefined
    throw error
  }
}

/** The text of the lock; `undefined` when there is none any more. One that is empty is about to be written, or was left so. */
async function readLock({ fileSystem, wait }: DirectoryLockOptions, path: string): Promise<string | undefined> {
  for (let waited = 0; ; waited += POLL_MS) {
    const text = (await readWhole(fileSystem, path))?.toString()
    if (text === undefined || text.endsWith('\n') || waited >= WRITE_MS) return text
    await wait(POLL_MS)
  }
}

async function isHeld(
  { processes, fileSystem, wait }: DirectoryLockOptions,
  path: string,
  seen: string,
  holder: ProcessIdentity | undefined,
): Promise<boolean> {
  if (holder === undefined) return false
  const isRunning = processes.isRunning(holder)
  if (isRunning !== undefined) return isRunning
  for (let waited = 0; waited < SILENCE_MS; waited += POLL_MS) {
    await wait(POLL_MS)
    if ((await readWhole(fileSystem, path))?.toString() !== seen) return true
  }
  return false
}

/** Removes a lock that was left, unless somebody else did and took it meanwhile: that one is put back. */
async function removeLeft(fileSystem: FileSystem, path: string, seen: string): Promise<void> {
  const aside = `${path}.left`
  try {
    await fileSystem.rename(path, aside)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return
    throw error
  }
  if ((await readWhole(fileSystem, aside))?.toString() === seen) await unlinkIfThere(fileSystem, aside)
  else await fileSystem.rename(aside, path)
}

function parseHolder(text: string): ProcessIdentity | undefined {
  try {
    const { pid, place, started, host } = JSON.parse(text)
    const isSound = Number.isInteger(pid) && [place, started, host].every((each) => typeof each === 'string')
    return isSound ? { pid, place, started, host } : undefined
  } catch {
    return undefined
  }
}

function describeHolder(directory: string, holder: ProcessIdentity | undefined, self: ProcessIdentity): string {
  const start = `data directory ${directory} is in use by`
  if (holder === undefined) return `${start} another process`
  if (holder.place !== self.place) return `${start} process ${holder.pid} on ${holder.host}`
  return holder.pid === self.pid ? `${start} this process (${self.pid})` : `${start} process ${holder.pid}`
}
