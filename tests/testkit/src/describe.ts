/** Frames and errors in words, for expectations and messages. */

import { decodeMethod, FrameType, type Method, methodName } from '@warrenmq/codec'
import type { Frame } from './raw-peer.ts'

const CLOSE_KINDS: Readonly<Record<string, string>> = { 'channel.close': 'ch', 'connection.close': 'conn' }

/**
 * A close as the specification of the behaviour writes it: `ch 404 NOT_FOUND - no queue 'q' in vhost '/' [queue.declare]`, with
 * `[0.0]` where no method is to blame. Another method: its name and arguments.
 */
export function describeMethod(method: Method): string {
  if (method.name !== 'channel.close' && method.name !== 'connection.close') {
    return `${method.name} ${JSON.stringify(method.args, printable)}`
  }
  const { replyCode, replyText, classId, methodId } = method.args
  const blamed = methodName(((classId << 16) | methodId) >>> 0) ?? `${classId}.${methodId}`
  return `${CLOSE_KINDS[method.name]} ${replyCode} ${replyText} [${blamed}]`
}

/** A frame in words, with its channel. */
export function describeFrame(frame: Frame): string {
  if (frame.type === FrameType.method) {
    return `on channel ${frame.channel}: ${describeMethod(decodeMethod(frame.payload))}`
  }
  return `on channel ${frame.channel}: a frame of type ${frame.type} with ${frame.payload.length} bytes`
}

function printable(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  return value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value
}
