/**
 * The file `id` of a log: what tells its entries from those of other logs, and from messages that imitate entries. There before the first
 * segment is, because a segment that was not sealed, and whose first entry is damaged, does not tell.
 *
 *     id, 16 hexadecimal digits | space | CRC-32 of its bytes, 8 digits | line feed
 */

import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { type FileSystem, readWhole } from '../files/file-system.ts'
import { LOG_ID_BYTES } from './frame.ts'

const NAME = 'id'
const LINE = new RegExp(`^([0-9a-f]{${2 * LOG_ID_BYTES}}) [0-9a-f]{8}\n$`)

/** The id; `undefined` when there is no readable one. A wrong one would have everything in the log taken for somebody else's, and cut off. */
export async function readLogId(fileSystem: FileSystem, directory: string): Promise<Uint8Array | undefined> {
  const text = (await readWhole(fileSystem, join(directory, NAME)).catch(() => undefined))?.toString('latin1') ?? ''
  const digits = LINE.exec(text)?.[1]
  if (digits === undefined) return undefined
  const logId = Uint8Array.from(Buffer.from(digits, 'hex'))
  return text === lineOf(logId) ? logId : undefined
}

/** Written beside, synced, and renamed: it is there whole or not at all. */
export async function writeLogId(fileSystem: FileSystem, directory: string, logId: Uint8Array): Promise<void> {
  const path = join(directory, NAME)
  const fresh = `${path}.new`
  const file = await fileSystem.open(fresh, { write: true, create: 'missing', truncate: true })
  try {
    await file.write([Buffer.from(lineOf(logId))], 0)
    await file.sync()
  } finally {
    await file.close()
  }
  await fileSystem.rename(fresh, path)
  await fileSystem.syncDirectory(directory)
}

function lineOf(logId: Uint8Array): string {
  return `${Buffer.from(logId).toString('hex')} ${crc32(logId).toString(16).padStart(8, '0')}\n`
}
