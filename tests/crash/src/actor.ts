/** A client of the broker with one channel, whose every message is handled as it comes, until the broker is gone. */

import { decodeMethod, FrameType, type Method, ReplyCode } from '@warrenmq/codec'
import { type Content, openChannel, type RawPeer, readContent } from '@warrenmq/testkit'

export const CHANNEL = 1
/** How long an actor waits for the next frame. Its broker ends before. */
const WAIT_LIMIT_MS = 120_000
const CARRIES_CONTENT: ReadonlySet<string> = new Set(['basic.deliver', 'basic.get-ok', 'basic.return'])

export type Handler = (method: Method, content: Content | undefined) => void

/** Hands what comes to `handle` until the connection ends. */
export async function listen(peer: RawPeer, handle: Handler): Promise<void> {
  for (;;) {
    const frame = await nextFrame(peer)
    if (frame === undefined) return
    if (frame.type !== FrameType.method) throw new Error(`a frame of type ${frame.type} came where a method was due`)
    const method = decodeMethod(frame.payload)
    if (isShutdown(method)) {
      peer.send(0, 'connection.close-ok')
      return
    }
    if (method.name === 'channel.close' || method.name === 'connection.close') {
      throw new Error(`the broker closed: ${JSON.stringify(method.args)}`)
    }
    const content = CARRIES_CONTENT.has(method.name) ? await contentOf(peer) : undefined
    if (content === undefined && CARRIES_CONTENT.has(method.name)) return
    handle(method, content)
  }
}

/** Does `work` until the connection ends, which it may show by an error. */
export async function untilEnd(peer: RawPeer, work: () => Promise<void>): Promise<void> {
  try {
    while (!peer.ended) await work()
  } catch (error) {
    if (String(error).includes('CONNECTION_FORCED')) peer.send(0, 'connection.close-ok')
    else if (!peer.ended) throw error
  }
}

/** A connection with a channel open; `undefined` when the broker is gone before. */
export async function connect(port: number): Promise<RawPeer | undefined> {
  try {
    return await openChannel(port)
  } catch {
    return undefined
  }
}

async function nextFrame(peer: RawPeer) {
  return peer.nextFrame(CHANNEL, WAIT_LIMIT_MS).catch(orEnd(peer))
}

async function contentOf(peer: RawPeer) {
  return readContent(() => peer.nextFrame(CHANNEL, WAIT_LIMIT_MS)).catch(orEnd(peer))
}

/** Nothing when the connection has ended, which is what an actor waits for. */
function orEnd(peer: RawPeer): (error: unknown) => undefined {
  return (error) => {
    if (!peer.ended) throw error
    return undefined
  }
}

/** Whether the broker takes leave because it was asked to end. */
function isShutdown({ name, args }: Method): boolean {
  return name === 'connection.close' && args.replyCode === ReplyCode.CONNECTION_FORCED
}
