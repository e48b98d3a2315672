/**
 * Methods: typed arguments to bytes and back, by the table in `generated/methods.ts`.
 */

import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'
import { CodecError } from './errors.ts'
import { type FieldTable, readTable, writeTable } from './field-table.ts'
import { FRAME_END, FrameType, HARD_REPLY_CODES, ReplyCode } from './generated/constants.ts'
import { type FieldType, METHODS, type MethodArgsByName, type MethodDefinition } from './generated/methods.ts'

/** Name of a method, such as `queue.declare`. */
export type MethodName = keyof MethodArgsByName

/** Arguments of a method as decoded. */
export type MethodArgs<N extends MethodName> = MethodArgsByName[N]

/** Arguments of a method to encode: what is left out is zero, empty or false; tables may be plain; strings stand for their UTF-8. */
export type MethodInput<N extends MethodName> = {
  readonly [K in keyof MethodArgsByName[N]]?: MethodArgsByName[N][K] extends infer V
    ? V extends Uint8Array
      ? Uint8Array | string
      : V extends object
        ? FieldTable
        : V
    : never
}

/** A method with its arguments. */
export type Method = {
  readonly [N in MethodName]: { readonly id: number; readonly name: N; readonly args: MethodArgs<N> }
}[MethodName]

const byId = new Map<number, MethodDefinition>(METHODS.map((method) => [method.id, method]))
const byName = new Map<string, MethodDefinition>(METHODS.map((method) => [method.name, method]))
const replyCodeNames = new Map<number, string>(Object.entries(ReplyCode).map(([name, code]) => [code, name]))

/** Name of the method with this id (`classId << 16 | methodId`), if there is one. */
export function methodName(id: number): MethodName | undefined {
  return byId.get(id)?.name
}

/** How a method stands on the wire. */
export function methodDefinition(name: MethodName): MethodDefinition {
  return byName.get(name) as MethodDefinition
}

/** Name of a reply code, such as `NOT_FOUND`; the number itself for an unknown one. */
export function replyCodeName(code: number): string {
  return replyCodeNames.get(code) ?? String(code)
}

/** Whether a reply code closes the connection, not only the channel. */
export function isHardError(code: number): boolean {
  return HARD_REPLY_CODES.includes(code)
}

/**
 * Decodes the payload of a method frame, `bytes[start]` … `bytes[end - 1]`. Byte arguments are views into `bytes`.
 *
 * @throws CodecError UNKNOWN_METHOD, MALFORMED_ARGUMENTS when they are too short or too long, INVALID_UTF8, UNKNOWN_FIELD_TAG,
 * NESTING_TOO_DEEP.
 */
export function decodeMethod(bytes: Uint8Array, start = 0, end: number = bytes.length): Method {
  const reader = new ByteReader(bytes, start, end)
  const id = reader.uint32()
  const definition = byId.get(id)
  if (definition === undefined) {
    throw new CodecError('UNKNOWN_METHOD', `unknown method ${id >>> 16}.${id & 0xffff}`)
  }
  const args = readArguments(reader, definition.fields)
  if (reader.offset !== reader.end) {
    throw new CodecError('MALFORMED_ARGUMENTS', `${reader.end - reader.offset} bytes too many for ${definition.name}`)
  }
  return { id, name: definition.name, args } as unknown as Method
}

function readArguments(reader: ByteReader, fields: MethodDefinition['fields']): Record<string, unknown> {
  const args: Record<string, unknown> = {}
  let bits = 0
  let bitCount = 0
  for (const [name, type] of fields) {
    if (type === 'bit') {
      if (bitCount % 8 === 0) bits = reader.uint8()
      args[name] = ((bits >> (bitCount % 8)) & 1) === 1
      bitCount++
    } else {
      bitCount = 0
      args[name] = readArgument(reader, type)
    }
  }
  return args
}

function readArgument(reader: ByteReader, type: Exclude<FieldType, 'bit'>): unknown {
  switch (type) {
    case 'octet':
      return reader.uint8()
    case 'short':
      return reader.uint16()
    case 'long':
      return reader.uint32()
    case 'longlong':
      return reader.uint64()
    case 'shortstr':
      return reader.shortString()
    case 'longstr':
      return reader.view(reader.uint32())
    case 'table':
      return readTable(reader)
  }
}

/** Encodes a method as the payload of a frame. @throws CodecError VALUE_OUT_OF_RANGE. */
export function encodeMethod<N extends MethodName>(name: N, args: MethodInput<N>): Uint8Array {
  const writer = new ByteWriter()
  writePayload(writer, name, args)
  return writer.finish()
}

/** Encodes a method as a whole frame. @throws CodecError VALUE_OUT_OF_RANGE. */
export function encodeMethodFrame<N extends MethodName>(channel: number, name: N, args: MethodInput<N>): Uint8Array {
  const writer = new ByteWriter()
  writeFrame(writer, channel, name, args)
  return writer.finish()
}

/**
 * Writes a method as a whole frame into `target` and returns the offset behind it.
 *
 * @throws CodecError BUFFER_TOO_SMALL, VALUE_OUT_OF_RANGE.
 */
export function writeMethodFrame<N extends MethodName>(
  target: Uint8Array,
  offset: number,
  channel: number,
  name: N,
  args: MethodInput<N>,
): number {
  const writer = new ByteWriter(target, offset)
  writeFrame(writer, channel, name, args)
  return writer.offset
}

function writeFrame(writer: ByteWriter, channel: number, name: MethodName, args: object): void {
  writer.uint8(FrameType.method)
  writer.uint16(channel)
  writer.withLength(() => writePayload(writer, name, args))
  writer.uint8(FRAME_END)
}

function writePayload(writer: ByteWriter, name: MethodName, args: object): void {
  const definition = byName.get(name)
  if (definition === undefined) throw new CodecError('UNKNOWN_METHOD', `unknown method ${name}`)
  writer.uint32(definition.id)
  writeArguments(writer, definition.fields, args as Record<string, unknown>)
}

function writeArguments(writer: ByteWriter, fields: MethodDefinition['fields'], args: Record<string, unknown>): void {
  let bits = 0
  let bitCount = 0
  const flush = () => {
    if (bitCount > 0) writer.uint8(bits)
    bits = 0
    bitCount = 0
  }
  for (const [name, type] of fields) {
    if (type !== 'bit') {
      flush()
      writeArgument(writer, type, args[name])
      continue
    }
    if (bitCount === 8) flush()
    if (args[name] === true) bits |= 1 << bitCount
    bitCount++
  }
  flush()
}

function writeArgument(writer: ByteWriter, type: Exclude<FieldType, 'bit'>, value: unknown): void {
  switch (type) {
    case 'octet':
      return writer.uint8((value as number | undefined) ?? 0)
    case 'short':
      return writer.uint16((value as number | undefined) ?? 0)
    case 'long':
      return writer.uint32((value as number | undefined) ?? 0)
    case 'longlong':
      return writer.uint64((value as number | bigint | undefined) ?? 0)
    case 'shortstr':
      return writer.shortString((value as string | undefined) ?? '')
    case 'longstr':
      return writer.longString((value as string | Uint8Array | undefined) ?? '')
    case 'table':
      return writeTable(writer, (value as FieldTable | undefined) ?? {})
  }
}
