/** The client's half of the handshake, step by step or at once. */

import { encodePlainResponse, type FieldTable, type MethodArgs, PROTOCOL_HEADER } from '@warrenmq/codec'
import { type RawPeer, rawPeer } from './raw-peer.ts'

/** What a client says in the handshake; the default is a modern client of user guest. */
export interface OpenOptions {
  readonly user?: string
  readonly password?: string
  readonly mechanism?: string
  /** Instead of user and password. */
  readonly response?: Uint8Array | string
  readonly clientProperties?: FieldTable
  readonly locale?: string
  readonly virtualHost?: string
  /** @default what the server proposes */
  readonly channelMax?: number
  /** @default what the server proposes */
  readonly frameMax?: number
  /** Seconds. @default 0, none */
  readonly heartbeat?: number
}

const CAPABILITIES: FieldTable = {
  publisher_confirms: true,
  exchange_exchange_bindings: true,
  'basic.nack': true,
  consumer_cancel_notify: true,
  'connection.blocked': true,
  authentication_failure_close: true,
}

/** Client properties with every capability. */
export const MODERN_CLIENT: FieldTable = { product: 'raw peer', capabilities: CAPABILITIES }

/** Protocol header out, `connection.start` in. */
export async function begin(peer: RawPeer): Promise<MethodArgs<'connection.start'>> {
  peer.write(PROTOCOL_HEADER)
  return peer.expect(0, 'connection.start')
}

/** Sends `connection.start-ok`. */
export function startOk(peer: RawPeer, options: OpenOptions = {}): void {
  const { user = 'guest', password = 'guest', mechanism = 'PLAIN', locale = 'en_US' } = options
  const response = options.response ?? encodePlainResponse(user, password)
  const clientProperties = options.clientProperties ?? MODERN_CLIENT
  peer.send(0, 'connection.start-ok', { clientProperties, mechanism, response, locale })
}

/** Logs in: up to `connection.tune`, whose arguments it returns. */
export async function logIn(peer: RawPeer, options: OpenOptions = {}): Promise<MethodArgs<'connection.tune'>> {
  await begin(peer)
  startOk(peer, options)
  return peer.expect(0, 'connection.tune')
}

/** A connection after its handshake. */
export async function openConnection(port: number, options: OpenOptions = {}): Promise<RawPeer> {
  return openConnectionOn(await rawPeer(port), options)
}

/** The handshake on a socket that is connected. */
async function openConnectionOn(peer: RawPeer, options: OpenOptions): Promise<RawPeer> {
  try {
    const tune = await logIn(peer, options)
    const { channelMax = tune.channelMax, frameMax = tune.frameMax, heartbeat = 0 } = options
    peer.send(0, 'connection.tune-ok', { channelMax, frameMax, heartbeat })
    if (frameMax !== 0) peer.frameSizeMax = frameMax
    peer.send(0, 'connection.open', { virtualHost: options.virtualHost ?? '/' })
    await peer.expect(0, 'connection.open-ok')
    return peer
  } catch (error) {
    await peer[Symbol.asyncDispose]()
    throw error
  }
}

/** A connection with channel 1 open. */
export async function openChannel(port: number, options: OpenOptions = {}): Promise<RawPeer> {
  return openChannelOn(await rawPeer(port), options)
}

/** The handshake and channel 1 on a socket that is connected, by TLS for example. */
export async function openChannelOn(connected: RawPeer, options: OpenOptions = {}): Promise<RawPeer> {
  const peer = await openConnectionOn(connected, options)
  await peer.call(1, 'channel.open')
  return peer
}
