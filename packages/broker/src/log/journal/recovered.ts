/** What the log says at the start of the broker. */

import type { MetadataState } from '../../metadata/metadata-state.ts'
import type { Position } from '../ordered-log.ts'
import type { HolderState } from './holder-state.ts'
import type { RecoveredBlock } from './recovered-blocks.ts'

/** What was found in the log. */
export interface Recovered {
  readonly metadata: MetadataState
  readonly holders: ReadonlyMap<number, HolderState>
  readonly blocks: ReadonlyMap<number, RecoveredBlock>
  /** Numbers of messages that were being written in parts when the broker ended, and are not whole. */
  readonly incomplete: ReadonlySet<number>
  /** Number of this start of the broker. */
  readonly epoch: number
  /** Number of the first block to be filled. */
  readonly firstBlock: number
  /** Position of the checkpoint that was used; 0 for none. */
  readonly checkpoint: Position
  /** It holds everything up to here; 0 when that cannot be relied on. */
  readonly checkpointAt: Position
  /** Entries read behind it. */
  readonly replayed: number
  /** Records that could not be read. */
  readonly damagedRecords: number
  /** Checkpoints that could not be read whole, so that what came before was used. */
  readonly damagedCheckpoints: number
}
