/**
 * Segments that are written over removed ones: what a file has from its earlier life never comes back, whatever part of a write a crash leaves.
 */

import { describe, expect, it } from 'vitest'
import { END_MARK_BYTES } from '../../../../src/log/local/end-mark.ts'
import { frameBytes, HEADER_BYTES, logIdAt, pushFrame } from '../../../../src/log/local/frame.ts'
import { LocalLog } from '../../../../src/log/local/local-log.ts'
import type { LogEvent } from '../../../../src/log/local/log-event.ts'
import { SPARES_MAX } from '../../../../src/log/local/spare-segments.ts'
import { AppendRejected } from '../../../../src/log/ordered-log.ts'
import { RandomNumbers } from '../../../integration/random-numbers.ts'
import { SimulatedFileSystem } from '../../../support/simulated-file-system.ts'

const directory = '/log'
const segmentBytes = 8192
const SECTOR_BYTES = 512

class World {
  events: LogEvent[] = []
  fileSystem: SimulatedFileSystem
  log!: LocalLog

  constructor(fileSystem = new SimulatedFileSystem()) {
    this.fileSystem = fileSystem
  }

  async open(): Promise<this> {
    this.events = []
    const report = (event: LogEvent) => this.events.push(event)
    this.log = await LocalLog.open({ directory, fileSystem: this.fileSystem, segmentBytes, report })
    return this
  }

  /** Opens what `change` made of the disk, as a process that follows one that was killed. */
  async crash(change: (fileSystem: SimulatedFileSystem) => void = () => {}): Promise<this> {
    this.fileSystem = this.fileSystem.killProcess(1)
    change(this.fileSystem)
    return this.open()
  }

  append(...sizes: number[]): Promise<number[]> {
    return Promise.all(sizes.map((size) => this.log.append([contentOf(size, this.fileSystem.operations.length)])))
  }

  /** Appends entries of `size` bytes one by one until a segment begins with one. Returns its position. */
  async fillSegment(size: number): Promise<number> {
    const { first } = this.log.segments.at(-1) ?? { first: 0 }
    for (;;) {
      const [position] = await this.append(size)
      const last = this.log.segments.at(-1)?.first
      if (last !== first && last === position && first !== 0) return position
      if (first === 0) return this.fillSegment(size)
    }
  }

  async positions(): Promise<number[]> {
    const positions: number[] = []
    for await (const { position, damaged } of this.log.read(1, Number.MAX_SAFE_INTEGER)) {
      expect(damaged).toEqual([])
      positions.push(position)
    }
    return positions
  }

  async names(kind: string): Promise<string[]> {
    return (await this.fileSystem.list(directory)).filter((name) => name.endsWith(kind)).sort()
  }
}

function contentOf(size: number, salt: number): Buffer {
  return Buffer.alloc(size, `${salt}:${size};`)
}

function pathOf(first: number, kind = 'seg'): string {
  return `${directory}/${first.toString(16).padStart(16, '0')}.${kind}`
}

/**
 * A log whose newest segment has been begun with one entry of `size` bytes in a file full of entries of `before` bytes, some of which are
 * left behind it.
 */
async function createRecycled(before: number, size: number): Promise<{ world: World; first: number; path: string }> {
  const world = await new World().open()
  await world.fillSegment(before)
  // The file of the first segment becomes a spare, and the next segment is written over it.
  const { first: active } = world.log.segments.at(-1) as { first: number }
  await world.log.trim(active)
  expect(await world.names('spare')).toEqual([pathOf(1, 'spare').slice(directory.length + 1)])
  world.log.endSegment()
  const [first] = await world.append(size)
  expect(await world.names('spare')).toEqual([])
  return { world, first, path: pathOf(first) }
}

describe('A segment written over a removed one', () => {
  it('is used only after its removal is on disk, and gets its name after its mark is', async () => {
    const world = await new World().open()
    await world.fillSegment(1000)
    const { first } = world.log.segments.at(-1) as { first: number }
    const from = world.fileSystem.operations.length
    await world.log.trim(first)
    world.log.endSegment()
    const [next] = await world.append(10)
    const spare = pathOf(1, 'spare')
    const operations = world.fileSystem.operations.slice(from).filter((line) => /1\.spare|Directory|1\.seg/.test(line))
    expect(operations).toEqual([
      `rename ${pathOf(1)}`,
      `syncDirectory ${directory}`,
      `open ${spare}`,
      `truncate ${spare}`,
      `write ${spare} 0 4096`,
      `sync ${spare}`,
      `rename ${spare}`,
      `syncDirectory ${directory}`,
    ])
    const last = operations.length === 0 ? -1 : world.fileSystem.operations.lastIndexOf(`syncDirectory ${directory}`)
    expect(world.fileSystem.operations.indexOf(`write ${pathOf(next)} 0 4096`)).toBeGreaterThan(last)
  })

  it('takes no new space, and spares are bounded, counted and given back', async () => {
    const world = await new World().open()
    for (let i = 0; i < SPARES_MAX + 3; i++) await world.fillSegment(1000)
    await world.log.trim(world.log.bounds.last)
    expect((await world.names('spare')).length).toBe(SPARES_MAX)
    const { diskBytes } = world.log
    expect(diskBytes).toBeGreaterThan(SPARES_MAX * (segmentBytes - 1100))
    await world.fillSegment(1000)
    expect((await world.names('spare')).length).toBe(SPARES_MAX - 1)
    await world.log.releaseSpares()
    expect(await world.names('spare')).toEqual([])
    expect(world.log.diskBytes).toBeLessThan(diskBytes)
    await world.log.close()
    expect(await world.names('spare')).toEqual([])
  })

  it('is not written over when something else went wrong before the directory was synced', async () => {
    const world = await new World().open()
    await world.fillSegment(1000)
    world.fileSystem.fail('unlink', 'EIO', { path: /idx$/ })
    await expect(world.log.trim(world.log.bounds.last)).rejects.toThrow('EIO')
    expect(await world.names('spare')).toEqual([])
    await world.fillSegment(1000)
    await world.log.trim(world.log.bounds.last)
    expect(await world.names('spare')).toHaveLength(1)
  })

  it('is not kept when the disk has little left, nor when it is small', async () => {
    const world = await new World().open()
    await world.fillSegment(1000)
    world.fileSystem.fillDisk(4 * SPARES_MAX * segmentBytes - 4096)
    await world.log.trim(world.log.bounds.last)
    expect(await world.names('spare')).toEqual([])
    world.fileSystem.capacityBytes = Number.POSITIVE_INFINITY
    world.log.endSegment()
    await world.append(10)
    world.log.endSegment()
    const [last] = await world.append(10)
    await world.log.trim(last)
    expect(await world.names('spare')).toEqual([])
  })

  it('gives spares back when a write is refused, and removes those of a process that died', async () => {
    const world = await new World().open()
    await world.fillSegment(1000)
    await world.log.trim(world.log.bounds.last)
    expect((await world.names('spare')).length).toBe(1)
    world.fileSystem.fail('write', 'ENOSPC')
    await expect(world.append(10)).rejects.toThrow(AppendRejected)
    await new Promise(setImmediate)
    expect(await world.names('spare')).toEqual([])
    await world.fillSegment(1000)
    await world.log.trim(world.log.bounds.last)
    expect((await world.names('spare')).length).toBe(1)
    await world.crash()
    expect(await world.names('spare')).toEqual([])
  })

  it('comes back whole when its removal was not on disk', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const world = await new World().open()
      await world.fillSegment(1000)
      const { first } = world.log.segments.at(-1) as { first: number }
      world.fileSystem.fail('syncDirectory', 'EIO')
      await expect(world.log.trim(first)).rejects.toThrow('EIO')
      expect(await world.names('spare')).toEqual([])
      world.log.endSegment()
      await world.append(1000, 1000)
      world.fileSystem = world.fileSystem.losePower(seed)
      await world.open()
      expect(world.events.filter(({ kind }) => kind === 'entries-lost' || kind === 'entry-damaged')).toEqual([])
      await world.positions()
      expect(world.log.bounds.last).toBe(first + 2)
    }
  })

  it('loses nothing and shows nothing old, at whatever byte its next write is torn', async () => {
    for (const before of [1000, frameBytes(300) - HEADER_BYTES - 8, 37]) {
      const { world, first, path } = await createRecycled(before, 300)
      const old = world.fileSystem.bytesOf(path)
      await world.append(300, 40, 2000)
      const fresh = world.fileSystem.bytesOf(path)
      const start = frameBytes(300)
      const ends = [start, start + frameBytes(300), start + frameBytes(300) + frameBytes(40)]
      const end = ends[2] + frameBytes(2000)
      for (let cut = start; cut < end; cut += cut < ends[2] + HEADER_BYTES ? 3 : 101) {
        await world.crash((disk) => {
          disk.overwrite(path, 0, old)
          disk.overwrite(path, start, fresh.subarray(start, cut))
        })
        const kept = cut < ends[1] ? 1 : cut < ends[2] ? 2 : 3
        // Nothing is missed where the end mark is whole, nor where the first bytes of what follows are the same as before.
        expect(world.log.bounds.last).toBe(first + kept - 1)
        expect((await world.positions()).filter((position) => position >= first).length).toBe(kept)
        expect(world.events.filter(({ kind }) => kind !== 'tail-cut')).toEqual([])
        if (cut >= start + 8) expect(world.events).toMatchObject([{ kind: 'tail-cut', file: path }])
        if (cut === start) expect(world.events).toEqual([])
        // What follows goes on in a new segment.
        expect(await world.append(20)).toEqual([first + kept])
        await world.crash()
        expect(world.events).toEqual([])
        expect(world.log.bounds.last).toBe(first + kept)
        await world.fileSystem.unlink(pathOf(first + kept))
        await world.fileSystem.unlink(pathOf(first, 'idx'))
        await world.fileSystem.unlink(pathOf(first + kept, 'idx')).catch(() => {})
        const file = await world.fileSystem.open(path, { write: true })
        await file.truncate(segmentBytes)
      }
    }
  }, 60_000)

  it('loses nothing and shows nothing old, whichever sectors of its next write reach the disk', async () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = new RandomNumbers(seed)
      const before = 30 + random.below(1200)
      const { world, first, path } = await createRecycled(before, 30 + random.below(600))
      const old = world.fileSystem.bytesOf(path)
      const sizes = Array.from({ length: 1 + random.below(4) }, () => random.below(1200))
      await world.append(...sizes)
      const fresh = world.fileSystem.bytesOf(path)
      await world.crash((disk) => {
        for (let offset = 0; offset < segmentBytes; offset += SECTOR_BYTES) {
          if (random.chance(50)) disk.overwrite(path, offset, old.subarray(offset, offset + SECTOR_BYTES))
        }
      })
      const found = (await world.positions()).filter((position) => position >= first)
      expect(found).toEqual(found.map((_, i) => first + i))
      expect(found.length).toBeGreaterThanOrEqual(1)
      expect(world.log.bounds.last).toBe(first + found.length - 1)
      for (const [i, position] of found.entries()) {
        if (i > 0) expect(world.log.readSync(position)?.bytes.length).toBe(sizes[i - 1])
      }
      expect(world.events.filter(({ kind }) => kind !== 'tail-cut')).toEqual([])
      const bytes = fresh.subarray(0, world.log.segments.at(-1)?.bytes)
      expect(world.fileSystem.bytesOf(path).equals(bytes)).toBe(true)
    }
  }, 60_000)

  it('ends where it was written to, although whole old entries follow, and says nothing of them', async () => {
    // The new entries are as long as the old ones, so that an old one begins where each new one ends, but for the mark.
    for (const count of [1, 2, 3]) {
      const { world, first } = await createRecycled(500, 500)
      for (let i = 1; i < count; i++) await world.append(500)
      await world.crash()
      expect(world.log.bounds.last).toBe(first + count - 1)
      expect(world.events).toEqual([])
      expect((await world.positions()).filter((position) => position >= first).length).toBe(count)
    }
  })

  it('is empty before its first write, and says nothing of it', async () => {
    const world = await new World().open()
    await world.fillSegment(500)
    const { last } = world.log.bounds
    await world.log.trim(last)
    expect((await world.names('spare')).length).toBe(1)
    world.log.endSegment()
    world.fileSystem = await diskAtFirstWrite(world, pathOf(last + 1))
    await world.open()
    expect(world.log.bounds.last).toBe(last)
    expect(world.events.filter(({ kind }) => kind !== 'index-rebuilt')).toEqual([])
    expect(await world.append(10)).toEqual([last + 1])
  })

  it('shows nothing of a refused write, whose positions are given again', async () => {
    const { world, first, path } = await createRecycled(500, 100)
    // Half of a write is in the file when it fails; its first entry is whole there.
    world.fileSystem.fail('write', 'ENOSPC')
    await expect(world.append(100, 100, 600, 600)).rejects.toThrow(AppendRejected)
    await world.append(100)
    expect(world.fileSystem.bytesOf(path).indexOf('WLG', frameBytes(100) * 2)).toBe(-1)
    await world.crash()
    expect(world.log.bounds.last).toBe(first + 1)
    expect(world.events).toEqual([])
  })

  it('costs what it hits when a sector of it is lost and shows old entries', async () => {
    const { world, first, path } = await createRecycled(100, 400)
    const old = world.fileSystem.bytesOf(path)
    for (let i = 0; i < 8; i++) await world.append(400)
    const sector = 3 * SECTOR_BYTES
    await world.crash((disk) => {
      disk.overwrite(path, sector, old.subarray(sector, sector + SECTOR_BYTES))
    })
    const found: number[] = []
    for await (const { position, damaged } of world.log.read(first, first + 8)) {
      if (damaged.length === 0) found.push(position)
    }
    const isHit = (i: number) => frameBytes(400) * i < sector + SECTOR_BYTES && frameBytes(400) * (i + 1) > sector
    expect(found).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8].filter((i) => !isHit(i)).map((i) => first + i))
    expect(world.log.bounds.last).toBe(first + 8)
  })

  it('is not read for what it was by a reader that began before', async () => {
    const world = await new World().open()
    await world.fillSegment(500)
    const { first } = world.log.segments.at(-1) as { first: number }
    let begin = () => {}
    const begun = new Promise<void>((resolve) => {
      begin = resolve
    })
    let goOn = () => {}
    const mayGoOn = new Promise<void>((resolve) => {
      goOn = resolve
    })
    world.fileSystem.delay = async (operation) => {
      if (operation !== 'read') return
      begin()
      await mayGoOn
    }
    const found = world.positions()
    await begun
    await world.log.trim(first)
    world.log.endSegment()
    const [next] = await world.append(3000)
    expect(await world.names('spare')).toEqual([])
    goOn()
    for (const position of await found) expect(position).toBeGreaterThanOrEqual(first)
    expect(world.events).toEqual([])
    expect(next).toBeGreaterThan(first)
  })

  it('never believes an index of the earlier life', async () => {
    const world = await new World().open()
    await world.fillSegment(500)
    const index = world.fileSystem.bytesOf(pathOf(1, 'idx'))
    const { first } = world.log.segments.at(-1) as { first: number }
    await world.log.trim(first)
    world.log.endSegment()
    const [next] = await world.append(500)
    await world.crash(() => {})
    const file = await world.fileSystem.open(pathOf(next, 'idx'), { write: true, create: 'missing', truncate: true })
    await file.write([index], 0)
    const segment = await world.fileSystem.open(pathOf(next), { write: true })
    // As long as the old one says.
    await segment.truncate(index.readUInt32BE(20))
    await world.crash()
    expect(world.log.bounds.last).toBe(next)
    expect(world.log.readSync(next)?.bytes.length).toBe(500)
  })

  it('takes no entry that an old message imitates, even where nothing else tells the id of the log', async () => {
    const forged: Uint8Array[] = []
    const world = await new World().open()
    // It imitates what may follow, as if somebody guessed the position.
    for (let position = 1; position < 60; position++) {
      pushFrame(forged, position, Buffer.alloc(8, 'x'), 0, [Buffer.from('forged')], 6)
    }
    const forgery = Buffer.concat(forged)
    await world.log.append([Buffer.alloc(100), forgery])
    await world.log.append([Buffer.alloc(2000), forgery])
    await world.fillSegment(2000)
    await world.log.trim(world.log.segments.at(-1)?.first ?? 0)
    world.log.endSegment()
    const [first] = await world.append(200)
    await world.log.trim(first)
    // The first write of the newest segment is torn; no other segment is left to tell the id.
    await world.crash((disk) => {
      disk.overwrite(pathOf(first), 0, Buffer.alloc(40))
    })
    expect(await world.positions()).toEqual([])
    expect(world.log.bounds.last).toBe(first - 1)
  })

  it('survives a crash at any step of its making', async () => {
    for (let step = 1; step < 40; step++) {
      for (const seed of [1, 2, 3]) {
        const world = await new World().open()
        await world.fillSegment(700)
        await world.fillSegment(700)
        const last = world.log.bounds.last
        const promised = new Set([last])
        const { fileSystem, log } = world
        let left = step
        let crashed: SimulatedFileSystem | undefined
        fileSystem.delay = async () => {
          if (--left === 0) crashed ??= fileSystem.losePower(seed * 1000 + step)
        }
        const work = (async () => {
          await log.trim(last)
          log.endSegment()
          for (let i = 0; i < 3; i++) {
            const position = await log.append([contentOf(600, i)])
            if (crashed === undefined) promised.add(position)
          }
        })()
        await work.catch(() => {})
        fileSystem.delay = undefined
        world.fileSystem = crashed ?? fileSystem.losePower(seed)
        await world.open()
        expect(world.events.filter(({ kind }) => kind === 'entries-lost' || kind === 'entry-damaged')).toEqual([])
        const found = await world.positions()
        for (const position of promised) expect(found).toContain(position)
        expect(await world.append(10)).toEqual([Math.max(...found) + 1])
      }
    }
  }, 60_000)

  it.each([0xff, 1, 2, 3, 4])('finds the id of the log elsewhere when its file is damaged: mask %i', async (mask) => {
    const world = await new World().open()
    await world.fillSegment(700)
    const id = logIdAt(world.fileSystem.bytesOf(pathOf(1)), 0)
    world.fileSystem.flip(`${directory}/id`, 3, mask)
    const { last } = world.log.bounds
    await world.crash()
    expect((await world.positions()).length).toBe(last)
    await world.append(10)
    expect(world.fileSystem.bytesOf(`${directory}/id`).toString()).toMatch(`${Buffer.from(id).toString('hex')} `)
  })

  it('fills a segment to its last byte', async () => {
    const { world, first } = await createRecycled(1000, 100)
    for (const left of [END_MARK_BYTES, END_MARK_BYTES - 1, 1, 0]) {
      const used = world.log.segments.at(-1)?.first === first ? frameBytes(100) : 0
      await world.append(segmentBytes - used - left - HEADER_BYTES - 4 * (segmentBytes - used > 4200 ? 3 : 2))
      const { last } = world.log.bounds
      world.log.endSegment()
      await world.crash()
      expect(world.log.bounds.last).toBe(last)
      expect(world.events).toEqual([])
    }
  })
})

/** The disk after power was lost when the first write into `path` was about to begin. */
async function diskAtFirstWrite({ fileSystem, log }: World, path: string): Promise<SimulatedFileSystem> {
  let disk: SimulatedFileSystem | undefined
  fileSystem.delay = async (operation) => {
    if (operation !== 'write' || disk !== undefined) return
    const names = await fileSystem.list(directory)
    if (names.some((name) => path === `${directory}/${name}`)) disk = fileSystem.losePower(1)
  }
  await log.append([Buffer.alloc(10)]).catch(() => {})
  if (disk === undefined) throw new Error('there was no write')
  // Nothing of the write itself.
  return disk
}
