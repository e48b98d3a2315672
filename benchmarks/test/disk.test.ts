import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { cpuSeconds, folderBytes, measureSync, residentMiB, writtenBytes } from '../src/disk.mjs'

describe('folderBytes', () => {
  it('counts what files take on the disk, at any depth', () => {
    const folder = mkdtempSync(join(tmpdir(), 'folder-bytes-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    mkdirSync(join(folder, 'a/b'), { recursive: true })
    expect(folderBytes(folder)).toBe(0)
    writeFileSync(join(folder, 'a/b/c'), Buffer.alloc(100_000, 'x'), { flush: true })
    expect(folderBytes(folder)).toBeGreaterThanOrEqual(100_000)
    expect(folderBytes(folder)).toBeLessThan(200_000)
  })
})

describe('measureSync', () => {
  it('gives the median and the 99th percentile', () => {
    const { p50, p99 } = measureSync()
    expect(p50).toBeGreaterThan(0)
    expect(p99).toBeGreaterThanOrEqual(p50)
  })
})

describe.runIf(process.platform === 'linux')('what the kernel tells of a process', () => {
  it('is read', () => {
    const { now, peak } = residentMiB(process.pid)
    expect(now).toBeGreaterThan(1)
    expect(peak).toBeGreaterThanOrEqual(now * 0.9)
    expect(cpuSeconds(process.pid)).toBeGreaterThan(0)
    expect(writtenBytes(process.pid)).toBeGreaterThanOrEqual(0)
  })
})
