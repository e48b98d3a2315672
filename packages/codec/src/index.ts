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
export {
  propertyOffset,
  readBodySize,
  readHeaders,
  readOctetProperty,
  readPropertyFlags,
  readShortstrProperty,
  readTimestamp,
  validateContentHeader,
} from './content-header.ts'
export { withHeaders, withProperties } from './content-header-changes.ts'
export { CodecError, type CodecErrorCode, type CodecErrorDetails } from './errors.ts'
export { decodeFieldTable, decodeTypedTable, encodeFieldTable, encodeTypedTable } from './field-table.ts'
export {
  type Decimal,
  type FieldTable,
  type FieldValue,
  fieldTypeName,
  NESTING_MAX,
  type TypedFieldValue,
  type TypedTable,
  TypedValue,
  type TypedValueByTag,
  toPlainTable,
  typed,
} from './field-value.ts'
export { FrameParser, type FrameParserOptions, type FrameSink } from './frame-parser.ts'
export {
  ClassId,
  type FieldTag,
  FRAME_END,
  FrameType,
  MethodId,
  PropertyFlag,
  ReplyCode,
} from './generated/constants.ts'
// What other libraries need.
export type { FieldType, MethodArgsByName, MethodDefinition } from './generated/methods.ts'
export type { Method, MethodArgs, MethodInput, MethodName } from './method-types.ts'
export {
  decodeMethod,
  encodeMethod,
  encodeMethodFrame,
  methodDefinition,
  methodName,
  writeMethodFrame,
} from './methods.ts'
export {
  type BasicProperties,
  type DecodedProperties,
  decodeProperties,
  encodeContentHeader,
  encodeProperties,
} from './properties.ts'
export { PROTOCOL_HEADER, type ProtocolHeader, parseProtocolHeader } from './protocol-header.ts'
export { isHardError, replyCodeName } from './reply-codes.ts'
export {
  decodeAmqplainResponse,
  decodePlainResponse,
  encodeAmqplainResponse,
  encodeExternalResponse,
  encodePlainResponse,
  type PlainCredentials,
} from './sasl.ts'
