/**
 * Heartbeats of one connection (specification §4.2.7), timed as RabbitMQ times them.
 *
 * With an interval of T seconds the broker looks every T/2 whether it has sent anything and if not sends a heartbeat, and every T whether
 * anything came; after the second look in a row that finds nothing the peer counts as dead, which is between 2T and 3T after its last byte.
 */

import { HEARTBEAT_FRAME } from '@warrenmq/codec'
import type { Clock, Timer } from '../../clock.ts'
import type { Output } from '../../net/output.ts'

/** The connection, as far as heartbeats act on it. */
export interface HeartbeatHost {
  readonly output: Output
  /** Whether anything was received since the last call. Always `true` while the broker itself does not read. */
  takeReceived(): boolean
  peerDead(): void
}

/** Starts heartbeats; the returned function ends them. `intervalSeconds` 0 means none. */
export function startHeartbeats(clock: Clock, intervalSeconds: number, host: HeartbeatHost): () => void {
  if (intervalSeconds === 0) return () => {}
  const timers: Timer[] = []
  let silentLooks = 0
  const look = () => {
    silentLooks = host.takeReceived() ? 0 : silentLooks + 1
    if (silentLooks === 2) host.peerDead()
  }
  const beat = () => {
    if (!host.output.active) {
      host.output.write(HEARTBEAT_FRAME)
      host.output.flush()
    }
    // A heartbeat does not stand for the next one.
    host.output.active = false
  }
  timers.push(clock.setInterval(beat, intervalSeconds * 500), clock.setInterval(look, intervalSeconds * 1000))
  return () => {
    for (const timer of timers) timer.clear()
  }
}
