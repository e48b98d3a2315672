/** Frames in captured bytes, in words. */

import {
  CodecError,
  decodeMethod,
  decodeProperties,
  FRAME_OVERHEAD,
  FrameParser,
  FrameType,
  PROTOCOL_HEADER,
  parseProtocolHeader,
  readBodySize,
  toPlainTable,
} from '@warrenmq/codec'

/** One frame, or the protocol header. */
export interface FrameLine {
  /** Of its first byte. */
  readonly offset: number
  readonly channel: number
  readonly kind: 'protocol' | 'method' | 'header' | 'body' | 'heartbeat'
  readonly content: string
}

/** Arguments of methods that hold passwords and tokens. */
const SECRETS: ReadonlySet<string> = new Set(['response', 'newSecret'])
/** Bytes of a body that are shown. */
const SHOWN_BODY_SIZE = 256
/** Octets of a frame before its payload. */
const FRAME_HEADER_SIZE = FRAME_OVERHEAD - 1

/** All frames up to the first that cannot be read, and what is wrong with that one. */
export function readFrames(captured: Uint8Array): {
  readonly frames: FrameLine[]
  readonly problem: string | undefined
} {
  // Not a Buffer, parts of which JSON would write out before anything could be hidden.
  const bytes = new Uint8Array(captured)
  const frames: FrameLine[] = []
  const header = parseProtocolHeader(bytes)
  const begin = header === undefined ? 0 : PROTOCOL_HEADER.length
  if (header !== undefined) {
    const content = `AMQP ${header.protocolId}-${header.major}-${header.minor}-${header.revision}`
    frames.push({ offset: 0, channel: 0, kind: 'protocol', content })
  }
  let offset = begin
  const sink = {
    frame(type: number, channel: number, chunk: Uint8Array, start: number, end: number): number {
      frames.push({ offset, channel, ...describe(type, chunk, start, end) })
      offset += FRAME_HEADER_SIZE + (end - start) + 1
      return end + 1
    },
  }
  try {
    new FrameParser({ frameSizeMax: 0 }).push(bytes.subarray(begin), sink)
  } catch (error) {
    if (!(error instanceof CodecError)) throw error
    return { frames, problem: `The frame at offset ${offset} cannot be read: ${error.message}` }
  }
  const rest = bytes.length - offset
  return {
    frames,
    problem: rest === 0 ? undefined : `The frame at offset ${offset} is cut off: ${rest} bytes are left`,
  }
}

function describe(type: number, bytes: Uint8Array, start: number, end: number): Pick<FrameLine, 'kind' | 'content'> {
  switch (type) {
    case FrameType.method: {
      const { name, args } = decodeMethod(bytes, start, end)
      return { kind: 'method', content: `${name} ${JSON.stringify(args, printable)}` }
    }
    case FrameType.header: {
      const { headers, ...others } = decodeProperties(bytes, start, end)
      const properties = headers === undefined ? others : { ...others, headers: toPlainTable(headers) }
      return { kind: 'header', content: `${readBodySize(bytes, start)} bytes ${JSON.stringify(properties, printable)}` }
    }
    case FrameType.body:
      return { kind: 'body', content: describeBody(bytes.subarray(start, end)) }
    default:
      return { kind: 'heartbeat', content: '' }
  }
}

function describeBody(body: Uint8Array): string {
  const shown = JSON.stringify(textOf(body.subarray(0, SHOWN_BODY_SIZE)))
  return `${body.length} bytes ${shown}${body.length > SHOWN_BODY_SIZE ? ' …' : ''}`
}

function printable(name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  if (!(value instanceof Uint8Array)) return value
  return SECRETS.has(name) ? `${value.length} bytes, not shown` : textOf(value)
}

/** Text where it is UTF-8, otherwise hexadecimal digits. */
function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return `0x${Buffer.from(bytes).toString('hex')}`
  }
}
