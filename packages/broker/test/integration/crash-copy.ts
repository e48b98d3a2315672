/** The data of a broker as a crash at this moment would leave it: a copy, while the broker runs on. */

import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Data directories of a test, removed at its end. */
export class DataDirectories implements AsyncDisposable {
  readonly #directories: string[] = []

  async create(): Promise<string> {
    const directory = await mkdtemp(join(tmpdir(), 'warren-data-'))
    this.#directories.push(directory)
    return join(directory, 'data')
  }

  /** What a crash would leave. The lock of who still runs is left out. */
  async crashed(path: string): Promise<string> {
    const copy = await this.create()
    await cp(path, copy, { recursive: true, filter: (source) => source !== join(path, 'lock') })
    return copy
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const directory of this.#directories) await rm(directory, { recursive: true, force: true })
  }
}
