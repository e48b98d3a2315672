/**
 * What the log needs of a file system: small enough to be simulated, faults included.
 *
 * Errors are Node's: an `Error` with a `code` such as `ENOSPC`. A name in a directory survives power loss only once the directory was synced.
 */

export interface OpenOptions {
  /** For writing too. @default false, reading only */
  readonly write?: boolean
  /** `missing` creates the file if it is not there, `new` refuses with `EEXIST` one that is. @default neither: `ENOENT` */
  readonly create?: 'missing' | 'new'
  /** Empties the file. @default false */
  readonly truncate?: boolean
  /** A write returns once its bytes are on disk, in one step instead of two (`O_DSYNC`). @default false */
  readonly syncedWrites?: boolean
}

/** An open file. Offsets and sizes are in bytes. */
export interface OpenFile {
  /** Reads into `into` as much as there is; returns the number of bytes, less than `into` holds only at the end of the file. */
  read(into: Uint8Array, offset: number): Promise<number>
  /** As `read`, at once. */
  readSync(into: Uint8Array, offset: number): number
  /** Writes all parts one after the other from `offset` on. After an error any of it may be in the file. */
  write(parts: readonly Uint8Array[], offset: number): Promise<void>
  /**
   * Brings what was written to the disk (`fdatasync`). When it fails, what was written may be lost for good although a second call succeeds.
   * The failure of an earlier write-back is told once to each handle that was open then.
   */
  sync(): Promise<void>
  /** Cuts the file, or extends it with zeros that take no space. */
  truncate(size: number): Promise<void>
  size(): Promise<number>
  sizeSync(): number
  close(): Promise<void>
}

export interface FileSystem {
  /** Whether {@link OpenOptions.syncedWrites} reaches the medium itself on this system. */
  readonly hasSyncedWrites: boolean
  open(path: string, options?: OpenOptions): Promise<OpenFile>
  openSync(path: string): OpenFile
  rename(from: string, to: string): Promise<void>
  unlink(path: string): Promise<void>
  /** Creates a directory, and those above it that are missing, and brings their names to the disk. One that is there is no error. */
  makeDirectory(path: string): Promise<void>
  /** Names in a directory, in no order. */
  list(path: string): Promise<string[]>
  /** Brings the names in a directory to the disk. */
  syncDirectory(path: string): Promise<void>
  /** Bytes that may still be written to the disk of `path`. */
  freeBytes(path: string): Promise<number>
}

/** Whether `error` is one of the file system with this `code`. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code
}

/** All of a small file; `undefined` when it is not there. */
export async function readWhole(fileSystem: FileSystem, path: string): Promise<Buffer | undefined> {
  let file: OpenFile
  try {
    file = await fileSystem.open(path)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
  try {
    const bytes = Buffer.allocUnsafe(await file.size())
    return bytes.subarray(0, await file.read(bytes, 0))
  } finally {
    await file.close()
  }
}

/** Removes a file that may be gone already. */
export async function unlinkIfThere(fileSystem: FileSystem, path: string): Promise<void> {
  try {
    await fileSystem.unlink(path)
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error
  }
}
