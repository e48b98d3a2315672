/**
 * The file `id` of a log: what tells its entries from those of other logs, and from messages that imitate entries. There before the first
 * segment is, because a segment that was not sealed, and whose first entry is damaged, does not tell.
 */

import { join } from 'node:path'
import { type FileSystem, readWhole } from '../files/file-system.ts'
import { LOG_ID_BYTES } from './frame.ts'

const NAME = 'id'
const LINE = new RegExp(`^[0-9a-f]{${2 * LOG_ID_BYTES}}\n$`)

/** The id; `undefined` when there is no readable one. */
export async function readLogId(fileSystem: FileSystem, directory: string): Promise<Uint8Array | undefined> {
  const text = (await readWhole(fileSystem, join(directory, NAME)).catch(() => undefined))?.toString('latin1')
  return text !== undefined && LINE.test(text) ? Uint8Array.from(Buffer.from(text.trim(), 'hex')) : undefined
}

/** Written beside, synced, and renamed: it is there whole or not at all. */
export async function writeLogId(fileSystem: FileSystem, directory: string, logId: Uint8Array): Promise<void> {
  const path = join(directory, NAME)
  const fresh = `${path}.new`
  const file = await fileSystem.open(fresh, { write: true, create: 'missing', truncate: true })
  try {
    await file.write([Buffer.from(`${Buffer.from(logId).toString('hex')}\n`)], 0)
    await file.sync()
  } finally {
    await file.close()
  }
  await fileSystem.rename(fresh, path)
  await fileSystem.syncDirectory(directory)
}
