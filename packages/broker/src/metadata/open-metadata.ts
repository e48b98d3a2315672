/**
 * The metadata of a broker that starts: what is there is restored, and from then on every change is recorded.
 */

import { type Journal, noJournal } from '../log/journal.ts'
import type { Logger } from '../logging/logger.ts'
import { runInSlices } from '../scheduler/slices.ts'
import type { Vhost } from '../vhost/vhost.ts'
import { formatKey, METADATA_FORMAT } from './metadata-key.ts'
import { MetadataRecorder } from './metadata-recorder.ts'
import type { MetadataState } from './metadata-state.ts'
import { type RestoredMetadata, type RestoredParts, restoreMetadata } from './restore-metadata.ts'
import { UserRecorder } from './user-recorder.ts'
import { VhostRecorder } from './vhost-recorder.ts'

/** Most keys that a log line names. */
const KEYS_SHOWN = 10

const NOTHING: RestoredMetadata = {
  nextLogId: 1,
  vhostNumbers: new Map(),
  orphans: [],
  endedVhosts: [],
  unusable: [],
}

/** What outlasts a broker: where it records, and what was recorded before. */
export interface Persistence {
  readonly journal: Journal
  /** As it was when the broker starts. */
  readonly state: MetadataState
  /** Whether records were damaged, so that something may be missing. @default false */
  readonly damaged?: boolean
}

export interface OpenMetadata {
  /** `undefined` when nothing is recorded. */
  readonly recorder: MetadataRecorder | undefined
  /** Whether nothing was there, so that the broker begins with what its configuration says. */
  readonly isFirstStart: boolean
  /** Records a new vhost, and what happens in it from now on. */
  vhostCreated(vhost: Vhost): void
}

/** Restores what is there into `parts`. @throws Error for metadata of another format. */
export async function openMetadata(
  { journal, state, damaged = false }: Persistence,
  parts: RestoredParts,
  logger: Logger,
): Promise<OpenMetadata> {
  if (journal === noJournal) return { recorder: undefined, isFirstStart: true, vhostCreated() {} }
  const isFirstStart = state.size === 0
  const restored = isFirstStart ? NOTHING : await restoreMetadata(state, parts)
  const { nextLogId, vhostNumbers, orphans, endedVhosts, unusable } = restored
  const recorder = new MetadataRecorder(journal, nextLogId)
  parts.users.recordIn(new UserRecorder(recorder))
  parts.globalParameters.recordIn(recorder)
  for (const [vhost, number] of vhostNumbers) vhost.recordIn(new VhostRecorder(vhost.name, number, recorder))
  if (isFirstStart) recorder.put(formatKey('format'), METADATA_FORMAT)
  // Where something was lost, what belongs to it stays for whoever can bring it back.
  report(logger, orphans, `metadata ${damaged ? 'left out' : 'removed'} that belongs to something that is gone`)
  report(logger, unusable, 'metadata left out that cannot be used')
  if (!damaged) await runInSlices(deleteAll([...orphans, ...endedVhosts], recorder))
  return {
    recorder,
    isFirstStart,
    vhostCreated(vhost) {
      const vhostRecorder = new VhostRecorder(vhost.name, recorder.logIds.take(), recorder)
      vhostRecorder.vhostPut({})
      vhost.recordIn(vhostRecorder)
    },
  }
}

function* deleteAll(keys: readonly string[], recorder: MetadataRecorder): Generator<void> {
  for (const key of keys) yield recorder.delete(key)
}

function report(logger: Logger, keys: readonly string[], text: string): void {
  if (keys.length > 0) logger.warn({ count: keys.length, keys: keys.slice(0, KEYS_SHOWN) }, text)
}
