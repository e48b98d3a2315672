/** The disk that the brokers write to: how fast it syncs, and what a broker has written to it. */
import {
  closeSync,
  fdatasyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from './paths.mjs'

const PROBE_BYTES = 1024
const PROBE_SYNCS = 500
/** Unit of `st_blocks`. */
const BLOCK_BYTES = 512

/**
 * Microseconds that a write of 1 KiB to the end of what is written takes until `fdatasync` has returned, in a file of fixed size.
 *
 * @typedef {object} SyncTimes
 * @property {number} p50
 * @property {number} p99
 */

/**
 * Measures the disk of the cache folder, where the brokers have their data.
 *
 * @returns {SyncTimes}
 */
export function measureSync() {
  mkdirSync(cacheFolder, { recursive: true })
  const file = join(cacheFolder, 'sync-probe')
  const bytes = Buffer.alloc(PROBE_BYTES, 'x')
  const fd = openSync(file, 'w')
  try {
    ftruncateSync(fd, PROBE_BYTES * PROBE_SYNCS)
    fdatasyncSync(fd)
    const times = []
    for (let i = 0; i < PROBE_SYNCS; i++) {
      const startMs = performance.now()
      writeSync(fd, bytes, 0, bytes.length, i * PROBE_BYTES)
      fdatasyncSync(fd)
      times.push((performance.now() - startMs) * 1000)
    }
    times.sort((a, b) => a - b)
    return { p50: times[Math.floor(times.length * 0.5)], p99: times[Math.floor(times.length * 0.99)] }
  } finally {
    closeSync(fd)
    rmSync(file, { force: true })
  }
}

/**
 * Bytes on disk that a folder takes with all that is in it; files that vanish meanwhile do not count.
 *
 * @param {string} folder
 * @returns {number}
 */
export function folderBytes(folder) {
  let bytes = 0
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const stats = statSync(join(folder, name), { throwIfNoEntry: false })
    if (stats?.isFile()) bytes += stats.blocks * BLOCK_BYTES
  }
  return bytes
}

/**
 * Bytes that a process has sent on their way to a disk since it began.
 *
 * @param {number} pid
 */
export function writtenBytes(pid) {
  return readNumber(`/proc/${pid}/io`, /^write_bytes: (\d+)/m)
}

/**
 * Resident memory of a process in MiB: now, and the most it ever was.
 *
 * @param {number} pid
 */
export function residentMiB(pid) {
  const file = `/proc/${pid}/status`
  return { now: readNumber(file, /^VmRSS:\s+(\d+)/m) / 1024, peak: readNumber(file, /^VmHWM:\s+(\d+)/m) / 1024 }
}

/**
 * User and system time of a process, in seconds.
 *
 * @param {number} pid
 */
export function cpuSeconds(pid) {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

/**
 * @param {string} file
 * @param {RegExp} pattern
 */
function readNumber(file, pattern) {
  const match = pattern.exec(readFileSync(file, 'utf8'))
  if (!match) throw new Error(`${file} does not tell what it should`)
  return Number(match[1])
}
