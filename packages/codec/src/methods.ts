/**
 * Methods: arguments to bytes and back (specification §4.2.4).
 *
 *     | class 16 | method 16 | arguments …
 *
 * Hot path (`bench/methods.bench.ts`): the code of each method is generated.
 */

import { ByteReader } from './byte-reader.ts'
import { ByteWriter, encodeBytes } from './byte-writer.ts'
import { CodecError } from './errors.ts'
import { FRAME_END, FrameType } from './generated/constants.ts'
import { METHOD_CODECS } from './generated/method-codecs.ts'
import { METHODS, type MethodDefinition } from './generated/methods.ts'
import type { Method, MethodInput, MethodName } from './method-types.ts'

/** A method's definition beside its code, whose types only the generated table tells apart. */
interface Entry {
  readonly definition: MethodDefinition
  readonly codec: {
    read(reader: ByteReader): object
    write(writer: ByteWriter, args: never): void
  }
}

const entries: readonly Entry[] = METHODS.map((definition) => ({ definition, codec: METHOD_CODECS[definition.name] }))
const byId = new Map<number, Entry>(entries.map((entry) => [entry.definition.id, entry]))
const byName = new Map<string, Entry>(entries.map((entry) => [entry.definition.name, entry]))

/** Name of the method with this id (`classId << 16 | methodId`), if there is one. */
export function methodName(id: number): MethodName | undefined {
  return byId.get(id)?.definition.name
}

/** How a method stands on the wire. @throws CodecError UNKNOWN_METHOD. */
export function methodDefinition(name: MethodName): MethodDefinition {
  return entryOf(name).definition
}

/**
 * Decodes the payload of a method frame, `bytes[start]` … `bytes[end - 1]`. Values that are bytes are views into `bytes`.
 *
 * @throws CodecError UNKNOWN_METHOD (`details.methodId`), MALFORMED_ARGUMENTS when they are too short or too long, INVALID_UTF8,
 * UNKNOWN_FIELD_TAG, NESTING_TOO_DEEP.
 */
export function decodeMethod(bytes: Uint8Array, start = 0, end: number = bytes.length): Method {
  const reader = new ByteReader(bytes, start, end)
  const id = reader.uint32()
  const entry = byId.get(id)
  if (entry === undefined) {
    throw new CodecError('UNKNOWN_METHOD', `unknown method ${id >>> 16}.${id & 0xffff}`, { methodId: id })
  }
  const name = entry.definition.name
  const args = entry.codec.read(reader)
  if (reader.offset !== reader.end) {
    throw new CodecError('MALFORMED_ARGUMENTS', `${reader.end - reader.offset} bytes too many for ${name}`)
  }
  return { id, name, args } as Method
}

/** Encodes a method as the payload of a frame. @throws CodecError VALUE_OUT_OF_RANGE, and as `encodeTypedTable`. */
export function encodeMethod<N extends MethodName>(name: N, args: MethodInput<N>): Uint8Array {
  return encodeBytes((writer) => writePayload(writer, name, args))
}

/** Encodes a method as a whole frame. @throws CodecError VALUE_OUT_OF_RANGE, and as `encodeTypedTable`. */
export function encodeMethodFrame<N extends MethodName>(channel: number, name: N, args: MethodInput<N>): Uint8Array {
  return encodeBytes((writer) => writeFrame(writer, channel, name, args))
}

/**
 * Writes a method as a whole frame into `target` and returns the offset behind it.
 *
 * @throws CodecError BUFFER_TOO_SMALL, VALUE_OUT_OF_RANGE, and as `encodeTypedTable`; the bytes from `offset` on are then undefined.
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
  const mark = writer.beginLength()
  writePayload(writer, name, args)
  writer.endLength(mark)
  writer.uint8(FRAME_END)
}

function writePayload(writer: ByteWriter, name: MethodName, args: object): void {
  const { definition, codec } = entryOf(name)
  writer.uint32(definition.id)
  codec.write(writer, args as never)
}

function entryOf(name: MethodName): Entry {
  const entry = byName.get(name)
  if (entry === undefined) throw new CodecError('UNKNOWN_METHOD', `unknown method ${name}`)
  return entry
}
