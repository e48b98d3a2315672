/**
 * What alarms do to one connection: while one is raised, the first frame of content keeps it from being read.
 */

import type { Blocked } from '../../alarms/blocked-connections.ts'
import type { AmqpConnection } from './connection.ts'

export class AlarmBlock implements Blocked {
  readonly #connection: AmqpConnection
  #active = false
  /** Whether the client was told. */
  #sent = false

  constructor(connection: AmqpConnection) {
    this.#connection = connection
  }

  /** Whether the connection is not read. */
  get active(): boolean {
    return this.#active
  }

  /** An alarm was raised or cleared, or the connection has opened. One that is blocked is let go by {@link unblock}, in its turn. */
  alarmsChanged(): void {
    const { phase, session, services, input } = this.#connection
    if (phase !== 'running' || this.#active) return
    input.direct = services.alarms.active ? undefined : session
  }

  /** Content has come while an alarm is raised. */
  begin(): void {
    const { services, input, name, clientCapabilities } = this.#connection
    this.#active = true
    input.gate.close()
    services.blockedConnections.add(this)
    services.logger.debug({ connection: name }, 'connection blocked by an alarm')
    this.#sent = clientCapabilities.connectionBlocked
    if (this.#sent) this.#connection.send('connection.blocked', { reason: services.alarms.reason })
  }

  /** The last alarm was cleared: what waited is handled, and the socket is read on. */
  unblock(): void {
    const { phase, session, input } = this.#connection
    if (phase === 'running') {
      input.direct = session
      if (this.#sent) this.#connection.send('connection.unblocked', {})
    }
    this.end()
  }

  /** Goes on with what waited, which may block it again. */
  end(): void {
    if (!this.#active) return
    this.#active = false
    this.close()
    this.#connection.input.unblock()
  }

  /** The connection is gone. */
  close(): void {
    this.#connection.services.blockedConnections.delete(this)
  }
}
