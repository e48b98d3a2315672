/** What the handshake makes of a connection: its client, its user, its limits, and at last its session. */

import { type Method, type MethodInput, type MethodName, ReplyCode, type TypedTable } from '@warrenmq/codec'
import type { Login } from '../../access/authentication-backend.ts'
import type { Rights } from '../../access/rights.ts'
import { ConnectionException } from '../../errors.ts'
import type { Peer } from '../../net/peer.ts'
import type { Vhost } from '../../vhost/vhost.ts'
import type { AmqpConnection } from './connection.ts'
import { type ClientCapabilities, Handshake, type HandshakeHost, type Tuning } from './handshake.ts'
import { startHeartbeats } from './heartbeats.ts'
import { LoginRenewal } from './login-renewal.ts'
import { Session } from './session.ts'

export class Opening implements HandshakeHost {
  readonly peer: Peer
  readonly login: LoginRenewal
  readonly #connection: AmqpConnection
  readonly #handshake: Handshake
  #stopHeartbeats: () => void = () => {}

  constructor(connection: AmqpConnection) {
    this.peer = connection.peer
    this.login = new LoginRenewal(connection)
    this.#connection = connection
    this.#handshake = new Handshake(this, connection.services)
  }

  /** The protocol header was ours. */
  begin(): void {
    this.#connection.phase = 'handshake'
    this.#handshake.begin()
  }

  /** Takes the next method of the handshake. */
  method(method: Method): void {
    this.#handshake.method(method)
  }

  /** The connection is gone. */
  close(): void {
    this.#stopHeartbeats()
    this.login.close()
  }

  send<N extends MethodName>(name: N, args: MethodInput<N>): void {
    this.#connection.send(name, args)
  }

  pauseWhile(work: Promise<void>): void {
    this.#connection.input.pauseWhile(work)
  }

  clientKnown(properties: TypedTable, capabilities: ClientCapabilities): void {
    this.#connection.clientProperties = properties
    this.#connection.clientCapabilities = capabilities
  }

  loggedIn(login: Login, mechanism: string): void {
    this.#connection.mechanism = mechanism
    this.#connection.user = login.user
    this.#connection.tags = login.tags
    this.login.begin(login)
  }

  loginRefused(mechanism: string, reason: string): void {
    const { clientCapabilities, services, closing } = this.#connection
    if (!clientCapabilities.authenticationFailureClose) {
      this.refuse(reason)
      return
    }
    this.#connection.logger.warn({ connection: this.#connection.name }, reason)
    const text = `Login was refused using authentication mechanism ${mechanism}. For details see the broker logfile.`
    closing.begin(new ConnectionException(ReplyCode.ACCESS_REFUSED, text, 0), 0)
    closing.deadline.set(services.options.loginFailureDelayMs, 'client did not answer connection.close')
  }

  tuned({ channelMax, frameSizeMax, heartbeatSeconds }: Tuning): void {
    const connection = this.#connection
    connection.channelMax = channelMax
    connection.frameSizeMax = frameSizeMax
    connection.input.frameSizeMax = frameSizeMax
    connection.closing.heartbeatSeconds = heartbeatSeconds
    this.#stopHeartbeats = startHeartbeats(connection.services.clock, heartbeatSeconds, {
      output: connection.output,
      takeReceived: () => connection.input.takeReceived(),
      peerDead: () => {
        connection.logger.warn({ connection: connection.name }, 'missed heartbeats from client')
        connection.destroy()
      },
    })
  }

  opened(vhost: Vhost, rights: Rights): void {
    const connection = this.#connection
    connection.closing.deadline.clear()
    connection.statistics.opened(vhost.statistics, connection.services.clock.now())
    connection.session = new Session(connection, vhost, rights, connection.channelMax)
    connection.phase = 'running'
    connection.logger = connection.services.logger
    connection.alarmsChanged()
    connection.send('connection.open-ok', {})
    connection.logger.info(
      { connection: connection.name, user: connection.user, vhost: vhost.name },
      'connection opened',
    )
  }

  refuse(reason: string): void {
    this.#connection.refuse(reason)
  }
}
