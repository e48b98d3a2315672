/**
 * The file system of the machine, through `node:fs`.
 */

import * as fs from 'node:fs'
import { mkdir, readdir, rename, statfs, unlink } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { promisify } from 'node:util'
import type { FileSystem, OpenFile, OpenOptions } from './file-system.ts'

const open = promisify(fs.open)
const close = promisify(fs.close)
const fdatasync = promisify(fs.fdatasync)
const fsync = promisify(fs.fsync)
const ftruncate = promisify(fs.ftruncate)
const fstat = promisify(fs.fstat)

export const nodeFileSystem: FileSystem = {
  // On macOS only F_FULLFSYNC reaches the medium, which Node calls in fdatasync.
  hasSyncedWrites: process.platform === 'linux',
  open: async (path, options = {}) => new NodeFile(await open(path, openFlags(options), 0o600)),
  openSync: (path) => new NodeFile(fs.openSync(path, fs.constants.O_RDONLY)),
  rename,
  unlink,
  async makeDirectory(path) {
    const highest = await mkdir(path, { recursive: true, mode: 0o700 })
    if (highest === undefined) return
    for (let created = resolve(path); ; created = dirname(created)) {
      await syncDirectory(dirname(created))
      if (created === resolve(highest)) return
    }
  },
  list: (path) => readdir(path),
  syncDirectory,
  async freeBytes(path) {
    const { bavail, bsize } = await statfs(path)
    return bavail * bsize
  },
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, fs.constants.O_RDONLY)
  try {
    await fsync(directory)
  } finally {
    await close(directory)
  }
}

function openFlags({ write, create, truncate, syncedWrites }: OpenOptions): number {
  const { O_RDONLY, O_RDWR, O_CREAT, O_EXCL, O_TRUNC, O_DSYNC } = fs.constants
  let flags = write ? O_RDWR : O_RDONLY
  if (create !== undefined) flags |= O_CREAT
  if (create === 'new') flags |= O_EXCL
  if (truncate) flags |= O_TRUNC
  if (syncedWrites) flags |= O_DSYNC
  return flags
}

class NodeFile implements OpenFile {
  readonly #fd: number

  constructor(fd: number) {
    this.#fd = fd
  }

  async read(into: Uint8Array, offset: number): Promise<number> {
    let done = 0
    while (done < into.length) {
      const count = await this.#read(into, done, offset + done)
      if (count === 0) break
      done += count
    }
    return done
  }

  readSync(into: Uint8Array, offset: number): number {
    let done = 0
    while (done < into.length) {
      const count = fs.readSync(this.#fd, into, done, into.length - done, offset + done)
      if (count === 0) break
      done += count
    }
    return done
  }

  async write(parts: readonly Uint8Array[], offset: number): Promise<void> {
    let rest = parts
    let at = offset
    for (;;) {
      const count = await this.#write(rest, at)
      at += count
      rest = leaveOut(rest, count)
      if (rest.length === 0) return
      // What is left after a short write meets the error that stopped it.
      if (count === 0) throw new Error(`wrote nothing of ${rest.length} parts`)
    }
  }

  sync(): Promise<void> {
    return fdatasync(this.#fd)
  }

  truncate(size: number): Promise<void> {
    return ftruncate(this.#fd, size)
  }

  async size(): Promise<number> {
    return (await fstat(this.#fd)).size
  }

  sizeSync(): number {
    return fs.fstatSync(this.#fd).size
  }

  close(): Promise<void> {
    return close(this.#fd)
  }

  #read(into: Uint8Array, start: number, offset: number): Promise<number> {
    return new Promise((fulfil, reject) => {
      fs.read(this.#fd, into, start, into.length - start, offset, (error, count) => {
        if (error) reject(error)
        else fulfil(count)
      })
    })
  }

  /** libuv splits lists longer than IOV_MAX. */
  #write(parts: readonly Uint8Array[], offset: number): Promise<number> {
    return new Promise((fulfil, reject) => {
      fs.writev(this.#fd, parts as Uint8Array[], offset, (error, count) => {
        if (error) reject(error)
        else fulfil(count)
      })
    })
  }
}

/** The parts without their first `count` bytes. */
function leaveOut(parts: readonly Uint8Array[], count: number): readonly Uint8Array[] {
  let index = 0
  let left = count
  while (index < parts.length && left >= parts[index].length) left -= parts[index++].length
  const rest = parts.slice(index)
  if (left > 0) rest[0] = rest[0].subarray(left)
  return rest
}
