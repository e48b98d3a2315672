import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readWhole, unlinkIfThere } from '../../src/log/files/file-system.ts'
import { nodeFileSystem } from '../../src/log/files/node-file-system.ts'

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'warren-files-'))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

describe('the file system of this machine', () => {
  it('writes more parts at once than the system takes, each in its place', async () => {
    for (const syncedWrites of [false, nodeFileSystem.hasSyncedWrites]) {
      const path = join(folder, `parts ${syncedWrites}`)
      const file = await nodeFileSystem.open(path, { write: true, create: 'new', syncedWrites })
      const parts = Array.from({ length: 3000 }, (_, i) => Buffer.alloc(i % 50, i))
      await file.write(parts, 10)
      await file.sync()
      const expected = Buffer.concat([Buffer.alloc(10), ...parts])
      expect(await file.size()).toBe(expected.length)
      expect((await readWhole(nodeFileSystem, path))?.equals(expected)).toBe(true)
      const into = Buffer.alloc(100)
      expect(await file.read(into, expected.length - 60)).toBe(60)
      expect(file.readSync(into, expected.length - 60)).toBe(60)
      expect(into.subarray(0, 60).equals(expected.subarray(-60))).toBe(true)
      await file.close()
    }
  })

  it('extends a file with zeros and cuts it', async () => {
    const path = join(folder, 'size')
    const file = await nodeFileSystem.open(path, { write: true, create: 'missing' })
    await file.write([Buffer.from('abc')], 0)
    await file.truncate(1_000_000)
    expect(file.sizeSync()).toBe(1_000_000)
    await file.truncate(2)
    await file.truncate(4)
    expect((await readWhole(nodeFileSystem, path))?.toString('latin1')).toBe('ab\0\0')
    await file.close()
    await (await nodeFileSystem.open(path, { write: true, truncate: true })).close()
    expect((await readWhole(nodeFileSystem, path))?.length).toBe(0)
  })

  it('keeps the codes of errors', async () => {
    const path = join(folder, 'missing')
    await expect(nodeFileSystem.open(path)).rejects.toMatchObject({ code: 'ENOENT' })
    expect(() => nodeFileSystem.openSync(path)).toThrow(expect.objectContaining({ code: 'ENOENT' }))
    expect(await readWhole(nodeFileSystem, path)).toBeUndefined()
    await unlinkIfThere(nodeFileSystem, path)
    const file = await nodeFileSystem.open(path, { write: true, create: 'new' })
    await expect(nodeFileSystem.open(path, { write: true, create: 'new' })).rejects.toMatchObject({ code: 'EEXIST' })
    await file.close()
    const reader = nodeFileSystem.openSync(path)
    await expect(reader.write([Buffer.from('a')], 0)).rejects.toMatchObject({ code: 'EBADF' })
    await reader.close()
  })

  it('makes directories, lists and renames, and knows the free space', async () => {
    const directory = join(folder, 'a', 'b', 'c')
    await nodeFileSystem.makeDirectory(directory)
    await nodeFileSystem.makeDirectory(directory)
    await (await nodeFileSystem.open(join(directory, 'one'), { write: true, create: 'new' })).close()
    await nodeFileSystem.rename(join(directory, 'one'), join(directory, 'two'))
    await nodeFileSystem.syncDirectory(directory)
    expect(await nodeFileSystem.list(directory)).toEqual(['two'])
    expect(await nodeFileSystem.freeBytes(directory)).toBeGreaterThan(0)
  })
})
