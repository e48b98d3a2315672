/**
 * A file system in memory whose disk can fail: for tests of what must survive.
 *
 * Nothing is on disk before a sync, names included. `losePower` and `killProcess` give what the next process finds; the old one gets errors
 * from then on. `fail` makes an operation fail, `spoilReads` part of a file unreadable, `capacityBytes` bounds the disk, `delay` holds
 * operations up.
 */

import { basename, dirname } from 'node:path'
import type { FileSystem, OpenFile, OpenOptions } from '../../src/log/files/file-system.ts'
import { RandomNumbers } from '../integration/random-numbers.ts'
import { PAGE_BYTES, SimulatedFile } from './simulated-disk.ts'

export type Operation = 'open' | 'read' | 'write' | 'sync' | 'truncate' | 'unlink' | 'rename' | 'syncDirectory'

interface Fault {
  readonly operation: Operation
  readonly code: string
  /** Operations of this kind that succeed before. */
  after: number
  readonly path: RegExp
}

interface BadRange {
  readonly path: string
  readonly start: number
  readonly end: number
  /** Bits that come flipped; 0 when reading fails. */
  readonly mask: number
}

interface RunningWrite {
  readonly file: SimulatedFile
  readonly bytes: Buffer
  readonly offset: number
}

type NameChange = (names: Map<string, SimulatedFile>) => void

/** Names of a directory: as they are, and as they are on disk. */
class SimulatedDirectory {
  readonly names = new Map<string, SimulatedFile>()
  readonly durable = new Map<string, SimulatedFile>()
  changes: NameChange[] = []

  change(change: NameChange): void {
    change(this.names)
    this.changes.push(change)
  }

  sync(): void {
    for (const change of this.changes.splice(0)) change(this.durable)
  }
}

export interface SimulatedFileSystemOptions {
  /** @default true */
  readonly hasSyncedWrites?: boolean
  /** @default no limit */
  readonly capacityBytes?: number
  /** What an operation waits for before it takes effect. @default nothing */
  readonly delay?: ((operation: Operation) => Promise<void>) | undefined
}

export class SimulatedFileSystem implements FileSystem {
  readonly hasSyncedWrites: boolean
  capacityBytes: number
  delay: ((operation: Operation) => Promise<void>) | undefined
  /** What was done, oldest first: `write path offset length`, `sync path` and so on. */
  readonly operations: string[] = []
  /** What was opened and not closed. */
  readonly openFiles = new Set<OpenFile>()
  readonly #directories = new Map<string, SimulatedDirectory>()
  readonly #runningWrites = new Set<RunningWrite>()
  #faults: Fault[] = []
  #badRanges: BadRange[] = []
  #isGone = false

  constructor(options: SimulatedFileSystemOptions = {}) {
    this.hasSyncedWrites = options.hasSyncedWrites ?? true
    this.capacityBytes = options.capacityBytes ?? Number.POSITIVE_INFINITY
    this.delay = options.delay
  }

  /** Makes one operation fail, after `after` more of its kind have succeeded, on a path that matches. */
  fail(operation: Operation, code: string, { after = 0, path = /./ }: { after?: number; path?: RegExp } = {}): void {
    this.#faults.push({ operation, code, after, path })
  }

  /** Fills the disk up, except for so much. */
  fillDisk(freeBytes: number): void {
    this.capacityBytes = this.#allocatedBytes + freeBytes
  }

  /** Takes back all `fail` that did not come true. */
  failNoMore(): void {
    this.#faults = []
  }

  /** What is there after power was lost now: what was synced, and any part of the rest. */
  losePower(seed: number): SimulatedFileSystem {
    const random = new RandomNumbers(seed)
    this.#stop(random)
    const next = new SimulatedFileSystem(this)
    const files = new Map<SimulatedFile, SimulatedFile>()
    for (const [path, { durable, changes }] of this.#directories) {
      const names = new Map(durable)
      for (const change of changes) if (random.chance(50)) change(names)
      const directory = next.#directory(path)
      for (const [name, file] of names) {
        const survivor = files.get(file) ?? file.afterPowerLoss(random)
        files.set(file, survivor)
        directory.names.set(name, survivor)
        directory.durable.set(name, survivor)
      }
    }
    return next
  }

  /** What is there after the process was killed now: all that it wrote, of a write that was on its way any part. */
  killProcess(seed: number): SimulatedFileSystem {
    this.#stop(new RandomNumbers(seed))
    const next = new SimulatedFileSystem(this)
    for (const [path, directory] of this.#directories) next.#directories.set(path, directory)
    return next
  }

  /**
   * Has every read of a part of a file fail with EIO, or give other bits than are there, until the process ends.
   *
   * @param mask Bits that come flipped; 0 for EIO.
   */
  spoilReads(path: string, start: number, length: number, mask = 0): void {
    this.#badRanges.push({ path, start, end: start + length, mask })
  }

  /** For open files: what a read of `count` bytes gave, as far as the disk is bad. @throws EIO. */
  spoil(path: string, bytes: Uint8Array, offset: number, count: number): number {
    for (const range of this.#badRanges) {
      if (range.path !== path || range.start >= offset + count || range.end <= offset) continue
      if (range.mask === 0) throw failure('EIO', `read ${path}: a bad sector`)
      const end = Math.min(count, range.end - offset)
      for (let i = Math.max(0, range.start - offset); i < end; i++) bytes[i] ^= range.mask
    }
    return count
  }

  /** Changes bits in a file, in the cache and on disk. */
  flip(path: string, offset: number, mask = 0xff): void {
    this.#file(path).flip(offset, mask)
  }

  /** Overwrites part of a file as if nobody had, in the cache and on disk. */
  overwrite(path: string, offset: number, bytes: Uint8Array): void {
    this.#file(path).write(bytes, offset)
    this.#file(path).sync()
  }

  bytesOf(path: string): Buffer {
    const file = this.#file(path)
    const bytes = Buffer.alloc(file.size)
    file.read(bytes, 0)
    return bytes
  }

  async open(path: string, options: OpenOptions = {}): Promise<OpenFile> {
    await this.begin('open', path)
    return this.#open(path, options)
  }

  openSync(path: string): OpenFile {
    this.beginNow('open', path)
    return this.#open(path, {})
  }

  async rename(from: string, to: string): Promise<void> {
    await this.begin('rename', from)
    const file = this.#file(from)
    this.#directory(dirname(from)).change((names) => {
      names.delete(basename(from))
      names.set(basename(to), file)
    })
  }

  async unlink(path: string): Promise<void> {
    await this.begin('unlink', path)
    this.#file(path)
    this.#directory(dirname(path)).change((names) => names.delete(basename(path)))
  }

  async makeDirectory(path: string): Promise<void> {
    this.#directory(path)
  }

  async list(path: string): Promise<string[]> {
    const directory = this.#directories.get(path)
    if (directory === undefined) throw failure('ENOENT', `no directory ${path}`)
    return [...directory.names.keys()]
  }

  async syncDirectory(path: string): Promise<void> {
    const directory = this.#directory(path)
    try {
      await this.begin('syncDirectory', path)
    } catch (error) {
      // As with files: what was to be synced counts as synced, and is not on disk.
      if (!this.#isGone) directory.changes = []
      throw error
    }
    directory.sync()
  }

  async freeBytes(): Promise<number> {
    return this.capacityBytes - this.#allocatedBytes
  }

  /** For open files: waits, and throws what the operation is to fail with. */
  async begin(operation: Operation, path: string, detail = ''): Promise<void> {
    await this.delay?.(operation)
    this.beginNow(operation, path, detail)
  }

  /** As `begin`, at once. */
  beginNow(operation: Operation, path: string, detail = ''): void {
    if (this.#isGone) throw failure('EIO', `${operation} ${path}: the process is gone`)
    this.operations.push(`${operation} ${path}${detail}`)
    const fault = this.#faults.find(
      (each) => each.operation === operation && each.path.test(path) && each.after-- === 0,
    )
    if (fault === undefined) return
    this.#faults.splice(this.#faults.indexOf(fault), 1)
    throw failure(fault.code, `${operation} ${path}: ${fault.code}`)
  }

  /** For open files: a write, of which a crash in between leaves any part, and an error the first part. */
  async write(path: string, file: SimulatedFile, bytes: Buffer, offset: number): Promise<void> {
    const running = { file, bytes, offset }
    this.#runningWrites.add(running)
    try {
      await this.begin('write', path, ` ${offset} ${bytes.length}`)
    } catch (error) {
      if (!this.#isGone) file.write(bytes.subarray(0, bytes.length >> 1), offset)
      throw error
    } finally {
      this.#runningWrites.delete(running)
    }
    const room = this.#roomFor(file, bytes.length, offset)
    file.write(bytes.subarray(0, room), offset)
    if (room < bytes.length) throw failure('ENOSPC', `write ${path}: the disk is full`)
  }

  /** For open files: a sync; what fails is lost. */
  async sync(path: string, file: SimulatedFile): Promise<void> {
    try {
      await this.begin('sync', path)
    } catch (error) {
      if (!this.#isGone) file.loseDirty()
      throw error
    }
    file.sync()
  }

  #open(path: string, { write = false, create, truncate, syncedWrites = false }: OpenOptions): OpenFile {
    const directory = this.#directory(dirname(path))
    let file = directory.names.get(basename(path))
    if (file !== undefined && create === 'new') throw failure('EEXIST', `open ${path}: it is there`)
    if (file === undefined) {
      if (create === undefined) throw failure('ENOENT', `open ${path}: it is not there`)
      const created = new SimulatedFile()
      directory.change((names) => names.set(basename(path), created))
      file = created
    }
    if (truncate) file.truncate(0)
    const opened = new SimulatedOpenFile(this, path, file, write, syncedWrites)
    this.openFiles.add(opened)
    return opened
  }

  /** How much of a write the disk has room for. */
  #roomFor(file: SimulatedFile, length: number, offset: number): number {
    if (this.capacityBytes === Number.POSITIVE_INFINITY) return length
    const free = this.capacityBytes - this.#allocatedBytes
    let room = length
    while (room > 0 && file.newBytes(offset, room) > free) room -= Math.min(room, PAGE_BYTES)
    return room
  }

  #stop(random: RandomNumbers): void {
    this.#isGone = true
    for (const { file, bytes, offset } of this.#runningWrites)
      file.write(bytes.subarray(0, random.below(bytes.length + 1)), offset)
  }

  #file(path: string): SimulatedFile {
    const file = this.#directories.get(dirname(path))?.names.get(basename(path))
    if (file === undefined) throw failure('ENOENT', `no file ${path}`)
    return file
  }

  #directory(path: string): SimulatedDirectory {
    let directory = this.#directories.get(path)
    if (directory === undefined) {
      directory = new SimulatedDirectory()
      this.#directories.set(path, directory)
    }
    return directory
  }

  get #allocatedBytes(): number {
    const files = new Set([...this.#directories.values()].flatMap(({ names }) => [...names.values()]))
    return [...files].reduce((sum, { allocatedBytes }) => sum + allocatedBytes, 0)
  }
}

class SimulatedOpenFile implements OpenFile {
  readonly #fileSystem: SimulatedFileSystem
  readonly #path: string
  readonly #file: SimulatedFile
  readonly #canWrite: boolean
  readonly #syncedWrites: boolean
  #lostWritesTold: number

  constructor(
    fileSystem: SimulatedFileSystem,
    path: string,
    file: SimulatedFile,
    canWrite: boolean,
    syncedWrites: boolean,
  ) {
    this.#fileSystem = fileSystem
    this.#path = path
    this.#file = file
    this.#canWrite = canWrite
    this.#syncedWrites = syncedWrites
    this.#lostWritesTold = file.lostWrites
  }

  async read(into: Uint8Array, offset: number): Promise<number> {
    await this.#fileSystem.begin('read', this.#path)
    return this.#fileSystem.spoil(this.#path, into, offset, this.#file.read(into, offset))
  }

  readSync(into: Uint8Array, offset: number): number {
    this.#fileSystem.beginNow('read', this.#path)
    return this.#fileSystem.spoil(this.#path, into, offset, this.#file.read(into, offset))
  }

  async write(parts: readonly Uint8Array[], offset: number): Promise<void> {
    if (!this.#canWrite) throw failure('EBADF', `write ${this.#path}: it was opened for reading`)
    await this.#fileSystem.write(this.#path, this.#file, Buffer.concat(parts), offset)
    if (this.#syncedWrites) await this.sync()
  }

  async sync(): Promise<void> {
    if (this.#lostWritesTold < this.#file.lostWrites) {
      this.#lostWritesTold = this.#file.lostWrites
      throw failure('EIO', `sync ${this.#path}: an earlier write-back failed`)
    }
    try {
      await this.#fileSystem.sync(this.#path, this.#file)
    } finally {
      this.#lostWritesTold = this.#file.lostWrites
    }
  }

  async truncate(size: number): Promise<void> {
    await this.#fileSystem.begin('truncate', this.#path)
    this.#file.truncate(size)
  }

  async size(): Promise<number> {
    return this.#file.size
  }

  sizeSync(): number {
    return this.#file.size
  }

  async close(): Promise<void> {
    this.#fileSystem.openFiles.delete(this)
  }
}

function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}
