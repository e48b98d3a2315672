/**
 * Segment files that are open for reading. The last ones used stay open.
 */

import type { FileSystem, OpenFile } from '../files/file-system.ts'

/** Files that stay open although nobody reads them. */
const IDLE_FILES_MAX = 64

interface CachedFile {
  readonly file: OpenFile
  readers: number
  /** Whether it is closed when its last reader is done. */
  isDropped: boolean
}

export class FileCache {
  readonly #fileSystem: FileSystem
  /** In order of use. */
  readonly #files = new Map<string, CachedFile>()

  constructor(fileSystem: FileSystem) {
    this.#fileSystem = fileSystem
  }

  /** Lets `use` read a file. @throws What opening it throws. */
  async with<Result>(path: string, use: (file: OpenFile) => Promise<Result>): Promise<Result> {
    let cached = this.#touch(path)
    if (cached === undefined) {
      const file = await this.#fileSystem.open(path)
      // Somebody else may have opened it meanwhile.
      cached = this.#touch(path)
      if (cached === undefined) cached = this.#add(path, file)
      else this.#close(file)
    }
    cached.readers++
    try {
      return await use(cached.file)
    } finally {
      cached.readers--
      if (cached.isDropped && cached.readers === 0) this.#close(cached.file)
      else this.#closeIdle()
    }
  }

  /** As `with`, at once. */
  withSync<Result>(path: string, use: (file: OpenFile) => Result): Result {
    const cached = this.#touch(path) ?? this.#add(path, this.#fileSystem.openSync(path))
    try {
      return use(cached.file)
    } finally {
      this.#closeIdle()
    }
  }

  /** Forgets a file that is about to be removed. */
  drop(path: string): void {
    const cached = this.#files.get(path)
    if (cached === undefined) return
    this.#files.delete(path)
    cached.isDropped = true
    if (cached.readers === 0) this.#close(cached.file)
  }

  close(): void {
    for (const path of [...this.#files.keys()]) this.drop(path)
  }

  #touch(path: string): CachedFile | undefined {
    const cached = this.#files.get(path)
    if (cached === undefined) return undefined
    this.#files.delete(path)
    this.#files.set(path, cached)
    return cached
  }

  #add(path: string, file: OpenFile): CachedFile {
    const cached = { file, readers: 0, isDropped: false }
    this.#files.set(path, cached)
    return cached
  }

  #closeIdle(): void {
    if (this.#files.size <= IDLE_FILES_MAX) return
    for (const [path, { readers }] of this.#files) {
      if (readers === 0) this.drop(path)
      if (this.#files.size <= IDLE_FILES_MAX) return
    }
  }

  /** What was only read has nothing to lose in closing. */
  #close(file: OpenFile): void {
    file.close().catch(() => {})
  }
}
