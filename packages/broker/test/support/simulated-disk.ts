/**
 * The medium under {@link SimulatedFileSystem}: what a file holds in the cache, and what of it is on disk.
 */

import type { RandomNumbers } from '../integration/random-numbers.ts'

export const PAGE_BYTES = 4096
/** What a disk writes whole or not at all. */
const SECTOR_BYTES = 512

export class SimulatedFile {
  /** Pages that were ever written; the others are zeros. */
  #pages = new Map<number, Buffer>()
  #size = 0
  #durablePages = new Map<number, Buffer>()
  #durableSize = 0
  readonly #dirty = new Set<number>()
  /** Grows when what was written could not be brought to the disk. Each handle is told once. */
  lostWrites = 0

  get size(): number {
    return this.#size
  }

  /** Space taken in the cache, which is what it will take on disk. */
  get allocatedBytes(): number {
    return this.#pages.size * PAGE_BYTES
  }

  /** Space that a write would take in addition. */
  newBytes(offset: number, length: number): number {
    let pages = 0
    for (let page = Math.floor(offset / PAGE_BYTES); page * PAGE_BYTES < offset + length; page++) {
      if (!this.#pages.has(page)) pages++
    }
    return pages * PAGE_BYTES
  }

  read(into: Uint8Array, offset: number): number {
    const count = Math.max(Math.min(into.length, this.#size - offset), 0)
    into.fill(0, 0, count)
    for (let done = 0; done < count; ) {
      const page = Math.floor((offset + done) / PAGE_BYTES)
      const start = (offset + done) % PAGE_BYTES
      const part = Math.min(PAGE_BYTES - start, count - done)
      const bytes = this.#pages.get(page)
      if (bytes !== undefined) into.set(bytes.subarray(start, start + part), done)
      done += part
    }
    return count
  }

  write(bytes: Uint8Array, offset: number): void {
    for (let done = 0; done < bytes.length; ) {
      const page = Math.floor((offset + done) / PAGE_BYTES)
      const start = (offset + done) % PAGE_BYTES
      const part = Math.min(PAGE_BYTES - start, bytes.length - done)
      this.#writablePage(page).set(bytes.subarray(done, done + part), start)
      done += part
    }
    this.#size = Math.max(this.#size, offset + bytes.length)
  }

  truncate(size: number): void {
    for (const page of this.#pages.keys()) {
      if (page * PAGE_BYTES < size) continue
      this.#pages.delete(page)
      this.#dirty.add(page)
    }
    if (size < this.#size && size % PAGE_BYTES !== 0 && this.#pages.has(Math.floor(size / PAGE_BYTES))) {
      this.#writablePage(Math.floor(size / PAGE_BYTES)).fill(0, size % PAGE_BYTES)
    }
    this.#size = size
  }

  /** Brings everything to the disk. */
  sync(): void {
    for (const page of this.#dirty) copyPage(this.#pages, this.#durablePages, page)
    this.#dirty.clear()
    this.#durableSize = this.#size
  }

  /** What a failed sync does: the pages count as clean, although they are not on disk. */
  loseDirty(): void {
    this.#dirty.clear()
    this.lostWrites++
  }

  /** What is on disk after power was lost: any part of what was not synced. */
  afterPowerLoss(random: RandomNumbers): SimulatedFile {
    const file = new SimulatedFile()
    file.#durableSize = random.chance(50) ? this.#size : this.#durableSize
    for (const [page, bytes] of this.#durablePages) file.#durablePages.set(page, Buffer.from(bytes))
    for (const page of this.#dirty) {
      if (random.chance(40)) continue
      if (random.chance(60)) copyPage(this.#pages, file.#durablePages, page)
      else file.#tearPage(page, this.#pages.get(page), random)
    }
    for (const page of file.#durablePages.keys()) {
      if (page * PAGE_BYTES >= file.#durableSize) file.#durablePages.delete(page)
    }
    for (const [page, bytes] of file.#durablePages) file.#pages.set(page, Buffer.from(bytes))
    file.#size = file.#durableSize
    return file
  }

  /** Changes bits of what is in the file, in the cache and on disk. */
  flip(offset: number, mask: number): void {
    for (const pages of [this.#pages, this.#durablePages]) {
      const page = pages.get(Math.floor(offset / PAGE_BYTES))
      if (page !== undefined) page[offset % PAGE_BYTES] ^= mask
    }
  }

  #tearPage(page: number, bytes: Buffer | undefined, random: RandomNumbers): void {
    const torn = this.#durablePages.get(page) ?? Buffer.alloc(PAGE_BYTES)
    for (let start = 0; start < PAGE_BYTES; start += SECTOR_BYTES) {
      if (random.chance(50)) continue
      if (bytes === undefined) torn.fill(0, start, start + SECTOR_BYTES)
      else bytes.copy(torn, start, start, start + SECTOR_BYTES)
    }
    this.#durablePages.set(page, torn)
  }

  #writablePage(page: number): Buffer {
    this.#dirty.add(page)
    let bytes = this.#pages.get(page)
    if (bytes === undefined) {
      bytes = Buffer.alloc(PAGE_BYTES)
      this.#pages.set(page, bytes)
    }
    return bytes
  }
}

function copyPage(from: ReadonlyMap<number, Buffer>, to: Map<number, Buffer>, page: number): void {
  const bytes = from.get(page)
  if (bytes === undefined) to.delete(page)
  else to.set(page, Buffer.from(bytes))
}
