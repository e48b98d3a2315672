/** The public surface of `@warrenmq/codec`. */

// What users need.
export {
  encodeBodyFrames,
  encodeContentFrames,
  encodeContentHeaderFrame,
  encodeFrame,
  FRAME_MIN_SIZE,
  FRAME_OVERHEAD,
  HEARTBEAT_FRAME,
} from './content.ts'
export { CodecError, type CodecErrorCode, type FrameErrorDetails } from './errors.ts'
export {
  type Decimal,
  decodeFieldTable,
  decodeTypedTable,
  encodeFieldTable,
  type FieldTable,
  type FieldValue,
  fieldTypeName,
  NESTING_MAX,
  toPlainTable,
  type TypedFieldValue,
  type TypedTable,
  TypedValue,
  typed,
} from './field-table.ts'
export { FrameParser, type FrameParserOptions, type FrameSink } from './frame-parser.ts'
export { ClassId, FRAME_END, type FieldTag, FrameType, MethodId, PropertyFlag, ReplyCode } from './generated/constants.ts'
export {
  decodeMethod,
  encodeMethod,
  encodeMethodFrame,
  isHardError,
  type Method,
  type MethodArgs,
  type MethodInput,
  type MethodName,
  methodName,
  replyCodeName,
  writeMethodFrame,
} from './methods.ts'
export {
  type BasicProperties,
  type DecodedProperties,
  decodeProperties,
  encodeContentHeader,
  encodeProperties,
  propertyOffset,
  readBodySize,
  readHeaders,
  readOctetProperty,
  readPropertyFlags,
  readShortstrProperty,
  readTimestamp,
  validateContentHeader,
  withProperties,
} from './properties.ts'
export { PROTOCOL_HEADER, type ProtocolHeader, parseProtocolHeader } from './protocol-header.ts'
export {
  decodeAmqplainResponse,
  decodePlainResponse,
  encodeAmqplainResponse,
  encodeExternalResponse,
  encodePlainResponse,
  type PlainCredentials,
} from './sasl.ts'

// What other libraries need.
export type { FieldType, MethodArgsByName, MethodDefinition } from './generated/methods.ts'
export { methodDefinition } from './methods.ts'
