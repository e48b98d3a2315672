/**
 * The steps from the protocol header to `connection.open` (specification §2.2.4).
 *
 * A fault before the login has succeeded gets no answer: the connection stays silent for a while and is closed, as RabbitMQ does it.
 */

import {
  FRAME_MIN_SIZE,
  type Method,
  type MethodArgs,
  MethodId,
  type MethodInput,
  type MethodName,
  parseProtocolHeader,
  ReplyCode,
  type TypedTable,
} from '@warrenmq/codec'
import type { Credentials, Login } from '../../access/authentication-backend.ts'
import type { Subject } from '../../access/authorization-backend.ts'
import { Rights } from '../../access/rights.ts'
import { beginSasl, type SaslStep } from '../../access/sasl.ts'
import { ConnectionException } from '../../errors.ts'
import { UserEvents } from '../../events/user-events.ts'
import { assertUserMayConnect, assertVhostAdmits } from '../../limits/admission.ts'
import type { Peer } from '../../net/peer.ts'
import type { Vhost } from '../../vhost/vhost.ts'
import { createServerProperties } from './server-properties.ts'
import type { AmqpServices } from './services.ts'

/** What the client can do, as far as the broker acts on it. */
export interface ClientCapabilities {
  readonly authenticationFailureClose: boolean
  readonly consumerCancelNotify: boolean
  readonly connectionBlocked: boolean
}

/** A client that can do nothing of it, or has not spoken yet. */
export const NO_CAPABILITIES: ClientCapabilities = {
  authenticationFailureClose: false,
  consumerCancelNotify: false,
  connectionBlocked: false,
}

/** What the two sides agreed on. */
export interface Tuning {
  readonly channelMax: number
  readonly frameSizeMax: number
  readonly heartbeatSeconds: number
}

/** The connection, as far as the handshake acts on it. */
export interface HandshakeHost {
  readonly peer: Peer
  send<N extends MethodName>(name: N, args: MethodInput<N>): void
  /** Takes no frame until the promise is settled. */
  pauseWhile(work: Promise<void>): void
  clientKnown(properties: TypedTable, capabilities: ClientCapabilities): void
  loggedIn(login: Login, mechanism: string): void
  /** The login failed: says so if the client understands it, and closes. */
  loginRefused(mechanism: string, reason: string): void
  tuned(tuning: Tuning): void
  opened(vhost: Vhost, rights: Rights): void
  /** Closes silently, after a while. */
  refuse(reason: string): void
}

type Step = 'start-ok' | 'secure-ok' | 'authenticating' | 'tune-ok' | 'open' | 'done'

export class Handshake {
  readonly #host: HandshakeHost
  readonly #services: AmqpServices
  #step: Step = 'start-ok'
  #mechanism = ''
  /** Takes the answer to the challenge that was sent. */
  #answered: (response: Uint8Array) => SaslStep = () => ({ kind: 'malformed' })
  #login: Login | undefined

  constructor(host: HandshakeHost, services: AmqpServices) {
    this.#host = host
    this.#services = services
  }

  /** The protocol header was ours. */
  begin(): void {
    this.#host.send('connection.start', {
      versionMajor: 0,
      versionMinor: 9,
      serverProperties: createServerProperties(),
      mechanisms: this.#services.options.authMechanisms.join(' '),
      locales: 'en_US',
    })
  }

  /** Takes the next method of the connection. */
  method(method: Method): void {
    if (this.#step === 'start-ok' && method.name === 'connection.start-ok') this.#startOk(method.args)
    else if (this.#step === 'secure-ok' && method.name === 'connection.secure-ok') {
      this.#saslStep(this.#answered(method.args.response))
    } else if (this.#step === 'tune-ok' && method.name === 'connection.tune-ok') this.#tuneOk(method.args)
    else if (this.#step === 'open' && method.name === 'connection.open') this.#open(method.args)
    else this.#host.refuse(`unexpected ${method.name} while waiting for ${this.#step}`)
  }

  #startOk(args: MethodArgs<'connection.start-ok'>): void {
    this.#host.clientKnown(args.clientProperties, readCapabilities(args.clientProperties))
    const { authMechanisms, certificateLogin } = this.#services.options
    this.#mechanism = args.mechanism
    if (!authMechanisms.includes(args.mechanism)) this.#host.refuse(`mechanism ${args.mechanism} is not offered`)
    else
      this.#saslStep(
        beginSasl(args.mechanism, args.response, { certificate: this.#host.peer.tls?.certificate, certificateLogin }),
      )
  }

  #saslStep(step: SaslStep): void {
    switch (step.kind) {
      case 'malformed':
        this.#host.refuse(`malformed response of mechanism ${this.#mechanism}`)
        break
      case 'refused':
        this.#host.loginRefused(this.#mechanism, 'the client has no certificate that names a user')
        break
      case 'challenge':
        this.#step = 'secure-ok'
        this.#answered = step.next
        this.#host.send('connection.secure', { challenge: step.challenge })
        break
      case 'credentials':
        this.#step = 'authenticating'
        this.#host.pauseWhile(this.#authenticate(step))
    }
  }

  async #authenticate({ user, password }: Credentials): Promise<void> {
    const { remoteAddress: address, fromLoopback } = this.#host.peer
    const source = { address, fromLoopback }
    const login = await this.#services.authenticator.authenticate({ user, password }, source)
    const succeeded = !('refused' in login)
    this.#services.statistics.loggedIn('amqp091', succeeded)
    new UserEvents(this.#services.events).loggedIn(user, address, 'AMQP 0-9-1', succeeded)
    if ('refused' in login) {
      this.#host.loginRefused(this.#mechanism, login.refused)
      return
    }
    this.#login = login
    this.#host.loggedIn(login, this.#mechanism)
    this.#step = 'tune-ok'
    const { channelMax, frameSizeMax, heartbeatSeconds } = this.#services.options
    this.#host.send('connection.tune', { channelMax, frameMax: frameSizeMax, heartbeat: heartbeatSeconds })
  }

  #tuneOk(args: MethodArgs<'connection.tune-ok'>): void {
    const { channelMax, frameSizeMax } = this.#services.options
    const problem =
      describeOutside('frame_max', args.frameMax, FRAME_MIN_SIZE, frameSizeMax) ??
      describeOutside('channel_max', args.channelMax, 1, channelMax)
    if (problem !== undefined) {
      this.#host.refuse(problem)
      return
    }
    this.#step = 'open'
    this.#host.tuned({
      channelMax: args.channelMax,
      frameSizeMax: args.frameMax,
      heartbeatSeconds: args.heartbeat,
    })
  }

  #open(args: MethodArgs<'connection.open'>): void {
    const vhost = this.#services.vhosts.get(args.virtualHost)
    if (vhost === undefined) throw notAllowed(`vhost ${args.virtualHost} not found`)
    const { user, tags, authorization } = this.#login as Login
    const { remoteAddress = '' } = this.#host.peer
    const subject = { user, tags, vhost: vhost.name, remoteAddress }
    // RabbitMQ's order. What a backend took its time for may have become too many meanwhile.
    const assertRoom = () => {
      assertVhostAdmits(vhost, user)
      assertUserMayConnect(this.#services.users, this.#services.usages, user)
    }
    assertRoom()
    const enter = (answers: readonly boolean[]) => {
      if (!answers.every(Boolean)) throw notAllowed(`access to vhost '${vhost.name}' refused for user '${user}'`)
      // It may have been deleted while a backend was asked.
      if (this.#services.vhosts.get(vhost.name) !== vhost) throw vhostDown(subject)
      assertRoom()
      this.#host.opened(vhost, new Rights(subject, authorization, this.#services.accessVersion))
    }
    this.#step = 'done'
    const answers = authorization.map((backend) => backend.mayEnter(subject))
    if (answers.every((answer) => typeof answer === 'boolean')) enter(answers)
    else this.#host.pauseWhile(Promise.all(answers).then(enter))
  }
}

function notAllowed(text: string): ConnectionException {
  return new ConnectionException(ReplyCode.NOT_ALLOWED, text, MethodId.connectionOpen)
}

function vhostDown({ user, vhost }: Subject): ConnectionException {
  const text = `access to vhost '${vhost}' refused for user '${user}': vhost '${vhost}' is down`
  return new ConnectionException(ReplyCode.INTERNAL_ERROR, text, MethodId.connectionOpen)
}

/** Whether a protocol header asks for AMQP 0-9-1, in either of the two ways that clients write it. */
export function isOurProtocol(received: Uint8Array): boolean {
  const header = parseProtocolHeader(received)
  if (header === undefined) return false
  const version = [header.protocolId, header.major, header.minor, header.revision].join('.')
  return version === '0.0.9.1' || version === '1.1.0.9'
}

function readCapabilities(properties: TypedTable): ClientCapabilities {
  const capabilities = properties.capabilities
  const table = capabilities?.tag === 'F' ? (capabilities.value as TypedTable) : undefined
  return {
    authenticationFailureClose: table?.authentication_failure_close?.value === true,
    consumerCancelNotify: table?.consumer_cancel_notify?.value === true,
    connectionBlocked: table?.['connection.blocked']?.value === true,
  }
}

function describeOutside(name: string, value: number, min: number, max: number): string | undefined {
  const shown = value === 0 ? '0 (no limit)' : String(value)
  if (value === 0 || value > max)
    return `negotiated ${name} = ${shown} is higher than the maximum allowed value (${max})`
  if (value < min) return `negotiated ${name} = ${shown} is lower than the minimum allowed value (${min})`
  return undefined
}
