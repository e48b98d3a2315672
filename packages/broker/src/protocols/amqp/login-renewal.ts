/** The login of a connection, which `connection.update-secret` renews and time may end. */

import { MethodId, ReplyCode } from '@warrenmq/codec'
import type { Login } from '../../access/authentication-backend.ts'
import { RightsExpiry } from '../../access/rights-expiry.ts'
import { ConnectionException } from '../../errors.ts'
import type { AmqpConnection } from './connection.ts'

export class LoginRenewal {
  readonly #connection: AmqpConnection
  readonly #expiry: RightsExpiry
  #login: Login | undefined

  constructor(connection: AmqpConnection) {
    const { clock, accessVersion } = connection.services
    this.#connection = connection
    this.#expiry = new RightsExpiry(clock, accessVersion)
  }

  /** The client has logged in. */
  begin(login: Login): void {
    this.#login = login
    this.#expiry.watch(login)
  }

  /** Takes a new secret, or closes the connection. */
  renew(secret: string): void {
    const connection = this.#connection
    const login = this.#login
    const renewed = login?.renew?.(secret)
    if (login === undefined || renewed === undefined) {
      connection.send('connection.update-secret-ok', {})
      return
    }
    const answer = (taken: boolean) => {
      if (connection.phase !== 'running') return
      if (taken) {
        this.#expiry.watch(login)
        connection.send('connection.update-secret-ok', {})
      } else {
        const text = 'New secret was refused by one of the backends'
        connection.fail(new ConnectionException(ReplyCode.NOT_ALLOWED, text), MethodId.connectionUpdateSecret)
      }
    }
    connection.input.pauseWhile(renewed.then(answer))
  }

  close(): void {
    this.#expiry.close()
  }
}
