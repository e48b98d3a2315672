/** The one error class of this package. Its `code` is the contract; the message is for people. */

/** What was wrong. `README.md` has a row for each. */
export type CodecErrorCode =
  | 'FRAME_TOO_LARGE'
  | 'INVALID_FRAME_END'
  | 'UNKNOWN_FRAME_TYPE'
  | 'UNKNOWN_METHOD'
  | 'MALFORMED_ARGUMENTS'
  | 'INVALID_UTF8'
  | 'UNKNOWN_FIELD_TAG'
  | 'NESTING_TOO_DEEP'
  | 'MALFORMED_PROPERTIES'
  | 'VALUE_OUT_OF_RANGE'
  | 'BUFFER_TOO_SMALL'

/** What is known of what was refused: of a frame all but `methodId`, of an unknown method only that. */
export interface CodecErrorDetails {
  readonly frameType?: number
  /** Size of the payload, in bytes. */
  readonly size?: number
  /** Largest payload allowed, in bytes. */
  readonly limit?: number
  /** The octet that stands where 206 should. */
  readonly frameEnd?: number
  /** A copy of at most the first 64 bytes of the payload. */
  readonly payload?: Uint8Array
  /** `classId << 16 | methodId`. */
  readonly methodId?: number
}

/** Bytes that do not follow the protocol, or a value that it cannot carry. */
export class CodecError extends Error {
  readonly code: CodecErrorCode
  readonly details: CodecErrorDetails | undefined

  constructor(code: CodecErrorCode, message: string, details?: CodecErrorDetails) {
    super(message)
    this.name = 'CodecError'
    this.code = code
    this.details = details
  }
}
