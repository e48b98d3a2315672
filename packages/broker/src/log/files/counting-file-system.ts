/** Counts what is asked of a file system, and how long that takes. */

import type { IoCounts } from '../../statistics/io-counts.ts'
import type { FileSystem, OpenFile } from './file-system.ts'

/** The same file system, counting in `counts`. */
export function countingFileSystem(fileSystem: FileSystem, counts: IoCounts): FileSystem {
  return {
    hasSyncedWrites: fileSystem.hasSyncedWrites,
    async open(path, options) {
      return new CountingFile(await fileSystem.open(path, options), counts, options?.syncedWrites === true)
    },
    openSync: (path) => new CountingFile(fileSystem.openSync(path), counts, false),
    rename: (from, to) => fileSystem.rename(from, to),
    unlink: (path) => fileSystem.unlink(path),
    makeDirectory: (path) => fileSystem.makeDirectory(path),
    list: (path) => fileSystem.list(path),
    syncDirectory: (path) => fileSystem.syncDirectory(path),
    freeBytes: (path) => fileSystem.freeBytes(path),
  }
}

class CountingFile implements OpenFile {
  readonly #file: OpenFile
  readonly #counts: IoCounts
  readonly #isSynced: boolean

  constructor(file: OpenFile, counts: IoCounts, isSynced: boolean) {
    this.#file = file
    this.#counts = counts
    this.#isSynced = isSynced
  }

  async read(into: Uint8Array, offset: number): Promise<number> {
    const begin = performance.now()
    const count = await this.#file.read(into, offset)
    this.#countRead(count, begin)
    return count
  }

  readSync(into: Uint8Array, offset: number): number {
    const begin = performance.now()
    const count = this.#file.readSync(into, offset)
    this.#countRead(count, begin)
    return count
  }

  async write(parts: readonly Uint8Array[], offset: number): Promise<void> {
    const begin = performance.now()
    await this.#file.write(parts, offset)
    const counts = this.#counts
    const ms = performance.now() - begin
    counts.writes++
    counts.writeMs += ms
    for (const part of parts) counts.writeBytes += part.length
    if (!this.#isSynced) return
    counts.syncs++
    counts.syncMs += ms
  }

  async sync(): Promise<void> {
    const begin = performance.now()
    await this.#file.sync()
    this.#counts.syncs++
    this.#counts.syncMs += performance.now() - begin
  }

  truncate(size: number): Promise<void> {
    return this.#file.truncate(size)
  }

  size(): Promise<number> {
    return this.#file.size()
  }

  sizeSync(): number {
    return this.#file.sizeSync()
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  #countRead(bytes: number, begin: number): void {
    this.#counts.reads++
    this.#counts.readBytes += bytes
    this.#counts.readMs += performance.now() - begin
  }
}
