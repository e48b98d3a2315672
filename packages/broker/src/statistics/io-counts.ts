/** What the log asked of the disk since the broker started. */

export class IoCounts {
  reads = 0
  readBytes = 0
  readMs = 0
  writes = 0
  writeBytes = 0
  writeMs = 0
  /** Writes that return once they are on disk count here, too. */
  syncs = 0
  syncMs = 0
}
