/**
 * A scratch file for what memory has no room for: slots of one size, never synced, gone with the broker.
 *
 * The lowest free slot is taken first, so that the end of the file falls free and is cut off.
 */

import { type FileSystem, type OpenFile, unlinkIfThere } from './files/file-system.ts'
import { nodeFileSystem } from './files/node-file-system.ts'

/** Size of a slot. */
export const SPILL_SLOT_BYTES: number = 256 * 1024
/** Free slots at the end of the file before they are given back, unless all are free. */
const FREE_END_SLOTS = 16
const FIRST_WORDS = 32

export interface SpillFileOptions {
  /** The file is made anew, whatever is there. */
  readonly path: string
  /** @default that of the machine */
  readonly fileSystem?: FileSystem
}

export class SpillFile {
  readonly #fileSystem: FileSystem
  readonly #path: string
  readonly #file: OpenFile
  /** A bit for each slot that is taken. */
  #taken = new Uint32Array(FIRST_WORDS)
  #takenCount = 0
  /** Below this word none is free. */
  #lowestFree = 0
  /** One above the highest slot that is taken. */
  #end = 0
  /** Slots that the file has room for. */
  #fileSlots = 0
  /** Cutting the end off, during which nothing is written. */
  #cutting: Promise<void> | undefined
  #writing = 0

  private constructor(fileSystem: FileSystem, path: string, file: OpenFile) {
    this.#fileSystem = fileSystem
    this.#path = path
    this.#file = file
  }

  /** @throws Errors of the file system. */
  static async open({ path, fileSystem = nodeFileSystem }: SpillFileOptions): Promise<SpillFile> {
    await unlinkIfThere(fileSystem, path)
    return new SpillFile(fileSystem, path, await fileSystem.open(path, { write: true, create: 'new' }))
  }

  /** Slots that are taken. */
  get slots(): number {
    return this.#takenCount
  }

  /** Size of the file. */
  get bytes(): number {
    return this.#fileSlots * SPILL_SLOT_BYTES
  }

  /**
   * Takes a slot and writes `bytes` to it, at most {@link SPILL_SLOT_BYTES}, which must not change until then.
   *
   * @throws RangeError for too many bytes; errors of the file system, such as ENOSPC, with no slot taken.
   */
  async write(bytes: Uint8Array): Promise<number> {
    if (bytes.length > SPILL_SLOT_BYTES) {
      throw new RangeError(`${bytes.length} bytes are above the ${SPILL_SLOT_BYTES} of a slot`)
    }
    while (this.#cutting !== undefined) await this.#cutting
    const slot = this.#take()
    this.#writing++
    try {
      await this.#file.write([bytes], slot * SPILL_SLOT_BYTES)
      return slot
    } catch (error) {
      this.free(slot)
      throw error
    } finally {
      this.#writing--
      this.#cutEnd()
    }
  }

  /** Reads the first bytes of a slot, as many as `into` holds. @throws Errors of the file system. */
  async read(slot: number, into: Uint8Array): Promise<void> {
    assertWhole(await this.#file.read(into, slot * SPILL_SLOT_BYTES), into, slot)
  }

  /** As `read`, at once. */
  readSync(slot: number, into: Uint8Array): void {
    assertWhole(this.#file.readSync(into, slot * SPILL_SLOT_BYTES), into, slot)
  }

  /** Gives a slot back. Nobody may be reading it. */
  free(slot: number): void {
    const word = slot >>> 5
    const bit = 1 << (slot & 31)
    if ((this.#taken[word] & bit) === 0) throw new Error(`slot ${slot} of the spill file is free already`)
    this.#taken[word] &= ~bit
    this.#takenCount--
    this.#lowestFree = Math.min(this.#lowestFree, word)
    while (this.#end > 0 && !this.#isTaken(this.#end - 1)) this.#end--
    this.#cutEnd()
  }

  /** Removes the file. */
  async close(): Promise<void> {
    await this.#cutting
    await this.#file.close()
    await unlinkIfThere(this.#fileSystem, this.#path)
  }

  #take(): number {
    let word = this.#lowestFree
    while (word < this.#taken.length && this.#taken[word] === 0xffffffff) word++
    if (word === this.#taken.length) {
      const larger = new Uint32Array(2 * word)
      larger.set(this.#taken)
      this.#taken = larger
    }
    this.#lowestFree = word
    const bit = 31 - Math.clz32(~this.#taken[word] & -~this.#taken[word])
    this.#taken[word] |= 1 << bit
    this.#takenCount++
    const slot = word * 32 + bit
    this.#end = Math.max(this.#end, slot + 1)
    this.#fileSlots = Math.max(this.#fileSlots, slot + 1)
    return slot
  }

  #isTaken(slot: number): boolean {
    return (this.#taken[slot >>> 5] & (1 << (slot & 31))) !== 0
  }

  /** Cuts the free end off, when it is worth it and no write could be hit. */
  #cutEnd(): void {
    const free = this.#fileSlots - this.#end
    if (this.#cutting !== undefined || this.#writing > 0 || free === 0) return
    if (free < FREE_END_SLOTS && this.#end > 0) return
    const end = this.#end
    this.#cutting = this.#file
      .truncate(end * SPILL_SLOT_BYTES)
      .then(
        () => {
          this.#fileSlots = end
        },
        // The space stays taken until the next attempt.
        () => {},
      )
      .finally(() => {
        this.#cutting = undefined
      })
  }
}

function assertWhole(count: number, into: Uint8Array, slot: number): void {
  if (count < into.length) throw new Error(`slot ${slot} of the spill file has ${count} bytes, not ${into.length}`)
}
