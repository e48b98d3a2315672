/**
 * What the codec refuses, as RabbitMQ tells it to the peer.
 */

import { type CodecError, FRAME_OVERHEAD, MethodId, ReplyCode } from '@warrenmq/codec'
import { readUint32 } from '@warrenmq/codec/internal'
import { formatBinary, formatTuple } from '../../erlang-term.ts'
import { type AmqpException, ConnectionException } from '../../errors.ts'

/** Bytes of a payload that RabbitMQ shows. */
const SNIPPET_SIZE = 16

/** The arguments of the method in `bytes[start]` … `bytes[end - 1]` do not decode. */
export function malformedArguments(bytes: Uint8Array, start: number, end: number): ConnectionException {
  const id = readUint32(bytes, start)
  const text = `cannot decode ${formatBinary(bytes.subarray(start + 4, end))}`
  return new ConnectionException(ReplyCode.FRAME_ERROR, text, id)
}

/** Translates a codec error met while decoding the method in `bytes[start]` … `bytes[end - 1]`. */
export function methodError(error: CodecError, bytes: Uint8Array, start: number, end: number): AmqpException {
  switch (error.code) {
    case 'UNKNOWN_METHOD':
      // RabbitMQ drops the connection without a word here: docs/deviations.md.
      return new ConnectionException(ReplyCode.COMMAND_INVALID, error.message, 0)
    case 'INVALID_UTF8':
      return new ConnectionException(ReplyCode.FRAME_ERROR, 'Malformed UTF-8 in shortstr', 0)
    case 'UNKNOWN_FIELD_TAG':
    case 'NESTING_TOO_DEEP':
      return new ConnectionException(ReplyCode.SYNTAX_ERROR, error.message, readUint32(bytes, start))
    default:
      return malformedArguments(bytes, start, end)
  }
}

/** Translates a codec error met in the content of a message. RabbitMQ says 541 here: docs/deviations.md. */
export function contentError(error: CodecError): AmqpException {
  return new ConnectionException(ReplyCode.SYNTAX_ERROR, error.message, MethodId.basicPublish)
}

/** Translates a codec error met while cutting frames. */
export function framingError(error: CodecError): AmqpException {
  const { frameType, size, limit, payload, frameEnd } = error.details ?? {}
  if (error.code === 'FRAME_TOO_LARGE') {
    const before = frameText(frameType ?? 0, new Uint8Array(0))
    const term = formatTuple(`FRAME_ERROR - ${before}`, ['frame_too_large', size ?? 0, (limit ?? 0) - FRAME_OVERHEAD])
    return new ConnectionException(ReplyCode.FRAME_ERROR, before + term, 0)
  }
  const before = frameText(frameType ?? 0, payload ?? new Uint8Array(0), size)
  if (error.code === 'INVALID_FRAME_END') {
    const term = formatTuple(before, ['invalid_frame_end_marker', frameEnd ?? 0])
    return new ConnectionException(ReplyCode.FRAME_ERROR, before + term, 0)
  }
  return new ConnectionException(ReplyCode.FRAME_ERROR, `${before}unknown_frame`, 0)
}

/** A frame that is well-formed and of a kind unknown here. */
export function unknownFrame(type: number, payload: Uint8Array): ConnectionException {
  return new ConnectionException(ReplyCode.FRAME_ERROR, `${frameText(type, payload)}unknown_frame`, 0)
}

/** A frame that has no business on its channel. */
export function unexpectedFrame(type: number, payload: Uint8Array): ConnectionException {
  return new ConnectionException(ReplyCode.UNEXPECTED_FRAME, frameText(type, payload).slice(0, -2), 0)
}

function frameText(type: number, payload: Uint8Array, size: number = payload.length): string {
  const which = size > SNIPPET_SIZE ? `first ${SNIPPET_SIZE}` : 'all'
  return `type ${type}, ${which} octets = ${formatBinary(payload.subarray(0, SNIPPET_SIZE))}: `
}

/** A bug of ours, as the peer sees it: the code's name and nothing more, as RabbitMQ does. */
export function internalError(): ConnectionException {
  const exception = new ConnectionException(ReplyCode.INTERNAL_ERROR, '', 0)
  exception.message = 'INTERNAL_ERROR'
  return exception
}
