/** Whether brokers of the behaviour suites keep their data on disk. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Options that give a broker a data directory of its own, when `WARREN_TEST_DURABLE` is set: the same suites then show that queues behave
 * alike with a log and without. The directory goes with this process.
 */
export function storageOptions(): { readonly dataDirectory?: string } {
  if (!process.env.WARREN_TEST_DURABLE) return {}
  const dataDirectory = mkdtempSync(join(tmpdir(), 'warren-test-data-'))
  process.once('exit', () => rmSync(dataDirectory, { recursive: true, force: true }))
  return { dataDirectory }
}
