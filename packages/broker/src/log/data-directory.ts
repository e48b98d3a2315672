/**
 * The directory in which a broker keeps what must survive: created, locked, and of a known format.
 *
 *     format      one line with the version of the format
 *     lock        who has it open
 *     log/        the log
 *     spill       messages that memory has no room for; worthless once the broker has ended
 */

import { join } from 'node:path'
import { setTimeout as systemWait } from 'node:timers/promises'
import { type Clock, systemClock } from '../clock.ts'
import { DataDirectoryError } from './data-directory-error.ts'
import { DirectoryLock } from './files/directory-lock.ts'
import { type FileSystem, readWhole } from './files/file-system.ts'
import { nodeFileSystem } from './files/node-file-system.ts'
import { type ProcessTable, systemProcesses } from './files/process-identity.ts'

/** Version of the format that this broker writes. */
export const DATA_FORMAT = 2
/**
 * What it reads besides: a directory of format 1 is one of format 2 without spare files, end marks and the id of the log. It becomes one
 * when it is opened, before anything is written that a broker of format 1 would take for damage.
 */
const FORMAT_BEFORE = 1
const FORMAT_FILE = 'format'
const FORMAT_LINE = /^WarrenMQ data, format (\d+)\n$/

export interface DataDirectoryOptions {
  /** Created when it is missing, for its owner alone. */
  readonly path: string
  /** @default that of the machine */
  readonly fileSystem?: FileSystem
  /** @default those of the machine */
  readonly processes?: ProcessTable
  /** @default that of the machine */
  readonly clock?: Clock
  /** Resolves after so many milliseconds. @default by the timers of the machine, which keep the process alive */
  readonly wait?: (milliseconds: number) => Promise<unknown>
}

export class DataDirectory {
  readonly path: string
  /** Directory for the log. */
  readonly logPath: string
  /** Path for the spill file. */
  readonly spillPath: string
  readonly #lock: DirectoryLock

  private constructor(path: string, lock: DirectoryLock) {
    this.path = path
    this.logPath = join(path, 'log')
    this.spillPath = join(path, 'spill')
    this.#lock = lock
  }

  /**
   * Opens a data directory, which nobody else can open until it is closed.
   *
   * The lock of a broker that is gone is taken over: at once when it ran here, after 5 seconds without a sign of life when it ran on another
   * machine or in another container.
   *
   * @throws DataDirectoryError LOCKED when another broker has it open; UNKNOWN_FORMAT when it was written in another format. Errors of the
   * file system.
   */
  static async open(options: DataDirectoryOptions): Promise<DataDirectory> {
    const {
      path,
      fileSystem = nodeFileSystem,
      processes = systemProcesses(),
      clock = systemClock,
      wait = systemWait,
    } = options
    await fileSystem.makeDirectory(path)
    const lock = await DirectoryLock.take({ directory: path, fileSystem, processes, clock, wait })
    try {
      await ensureFormat(fileSystem, path)
    } catch (error) {
      await lock.release()
      throw error
    }
    return new DataDirectory(path, lock)
  }

  /** Lets others open it. */
  close(): Promise<void> {
    return this.#lock.release()
  }
}

async function ensureFormat(fileSystem: FileSystem, directory: string): Promise<void> {
  const path = join(directory, FORMAT_FILE)
  const text = (await readWhole(fileSystem, path))?.toString()
  if (text === undefined) {
    if ((await fileSystem.list(directory)).includes('log')) {
      throw unknownFormat(`data directory ${directory} has a log, but no file that tells its format`)
    }
    await writeFormat(fileSystem, directory, path)
    return
  }
  const version = FORMAT_LINE.exec(text)?.[1]
  if (version === undefined) throw unknownFormat(`${path} does not tell a format`)
  if (Number(version) === DATA_FORMAT) return
  if (Number(version) === FORMAT_BEFORE) return writeFormat(fileSystem, directory, path)
  throw unknownFormat(
    `data directory ${directory} has format ${version}, and this broker reads formats ${FORMAT_BEFORE} and ${DATA_FORMAT}`,
  )
}

/** Written beside, synced, and renamed: it is there whole or not at all. */
async function writeFormat(fileSystem: FileSystem, directory: string, path: string): Promise<void> {
  const fresh = `${path}.new`
  const file = await fileSystem.open(fresh, { write: true, create: 'missing', truncate: true })
  try {
    await file.write([Buffer.from(`WarrenMQ data, format ${DATA_FORMAT}\n`)], 0)
    await file.sync()
  } finally {
    await file.close()
  }
  await fileSystem.rename(fresh, path)
  await fileSystem.syncDirectory(directory)
}

function unknownFormat(message: string): DataDirectoryError {
  return new DataDirectoryError('UNKNOWN_FORMAT', message)
}
