/**
 * Heartbeats of one link (specification §4.2.7).
 *
 * With an interval of T seconds a heartbeat goes out every T/2 in which nothing else did. Every T/2 it is seen whether anything came; after four
 * such halves in silence, 2T, the broker counts as lost.
 */

import { HEARTBEAT_FRAME } from '@warrenmq/codec'
import type { Output } from './output.ts'

const SILENT_LOOKS_MAX = 4

/** The link, as far as heartbeats act on it. */
export interface HeartbeatHost {
  readonly output: Output
  /** Whether anything came since the last call. Always `true` while the client itself does not read. */
  takeReceived(): boolean
  peerSilent(): void
}

/** Starts heartbeats; the returned function ends them. `intervalSeconds` 0 means none. */
export function startHeartbeats(intervalSeconds: number, host: HeartbeatHost): () => void {
  if (intervalSeconds === 0) return () => {}
  let silentLooks = 0
  const timer = setInterval(() => {
    silentLooks = host.takeReceived() ? 0 : silentLooks + 1
    if (silentLooks >= SILENT_LOOKS_MAX) return host.peerSilent()
    const { output } = host
    if (!output.active) {
      output.write(HEARTBEAT_FRAME)
      output.flush()
    }
    // A heartbeat does not stand for the next one.
    output.active = false
  }, intervalSeconds * 500)
  return () => clearInterval(timer)
}
