/**
 * Makes `src/generated/*.ts` of `spec/amqp-0-9-1.json`.
 *
 *     node scripts/generate.mjs           writes the files
 *     import { generate }                 gives their texts, for the test that compares
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = new URL('..', import.meta.url)
const HEADER = '// Generated from spec/amqp-0-9-1.json by scripts/generate.mjs. Do not edit.\n'
const TYPES = {
  octet: 'number',
  short: 'number',
  long: 'number',
  longlong: 'number | bigint',
  bit: 'boolean',
  shortstr: 'string',
  longstr: 'Uint8Array',
  table: 'TypedTable',
}
const READERS = {
  octet: 'reader.uint8()',
  short: 'reader.uint16()',
  long: 'reader.uint32()',
  longlong: 'reader.uint64()',
  shortstr: 'reader.shortString()',
  longstr: 'reader.longString()',
  table: 'readTable(reader)',
}
const WRITERS = {
  octet: (value) => `writer.uint8(${value} ?? 0)`,
  short: (value) => `writer.uint16(${value} ?? 0)`,
  long: (value) => `writer.uint32(${value} ?? 0)`,
  longlong: (value) => `writer.uint64(${value} ?? 0)`,
  shortstr: (value) => `writer.shortString(${value} ?? '')`,
  longstr: (value) => `writer.longString(${value} ?? '')`,
  table: (value) => `writeTable(writer, ${value} ?? {})`,
}

/** Texts of the generated files by their path from the package's root. */
export function generate() {
  const spec = JSON.parse(readFileSync(new URL('spec/amqp-0-9-1.json', root), 'utf8'))
  return {
    'src/generated/constants.ts': constants(spec),
    'src/generated/methods.ts': methods(spec),
    'src/generated/method-codecs.ts': methodCodecs(spec),
  }
}

function constants(spec) {
  const methodIds = allMethods(spec).map(({ key, id, fullName }) => [`  /** ${fullName} */`, `  ${key}: ${hex(id)},`])
  const properties = spec.properties.map(({ name, type }, i) => ({
    name: camel(name),
    flag: `0x${(0x8000 >> i).toString(16).padStart(4, '0')}`,
    type,
  }))
  const codes = spec.replyCodes.map(({ name, code }) => `  ${name}: ${code},`)
  const hard = spec.replyCodes.filter(({ kind }) => kind === 'hard').map(({ code }) => code)
  return `${HEADER}
/** Kinds of frame (AMQP 0-9-1 §4.2.3). */
export const FrameType = { method: 1, header: 2, body: 3, heartbeat: 8 } as const
export type FrameType = (typeof FrameType)[keyof typeof FrameType]

/** Octet that ends every frame (§4.2.3). */
export const FRAME_END = 206

/** Ids of the classes. */
export const ClassId = {
${spec.classes.map(({ name, id }) => `  ${name}: ${id},`).join('\n')}
} as const
export type ClassId = (typeof ClassId)[keyof typeof ClassId]

/** Ids of the methods, as they stand at the start of a method frame: \`classId << 16 | methodId\`. */
export const MethodId = {
${methodIds.flat().join('\n')}
} as const
export type MethodId = (typeof MethodId)[keyof typeof MethodId]

/** Bits of the property flags in a content header (§4.2.6.1). */
export const PropertyFlag = {
${properties.map(({ name, flag }) => `  ${name}: ${flag},`).join('\n')}
} as const
export type PropertyFlag = (typeof PropertyFlag)[keyof typeof PropertyFlag]

/** How a content property stands on the wire. */
export interface PropertyDefinition {
  readonly name: keyof typeof PropertyFlag
  readonly flag: PropertyFlag
  readonly type: 'shortstr' | 'octet' | 'timestamp' | 'table'
}

/** The content properties, in wire order. */
export const PROPERTIES: readonly PropertyDefinition[] = [
${properties.map(({ name, flag, type }) => `  { name: '${name}', flag: ${flag}, type: '${type}' },`).join('\n')}
]

/** Reply codes (§1.5.2). */
export const ReplyCode = {
${codes.join('\n')}
} as const
export type ReplyCode = (typeof ReplyCode)[keyof typeof ReplyCode]

/** Reply codes that close the connection. */
export const HARD_REPLY_CODES: readonly number[] = [${hard.join(', ')}]

/** What RabbitMQ calls the types of table values, by tag. */
export const FIELD_TYPE_NAMES: Readonly<Record<string, string>> = {
${spec.fieldTypes.map(({ tag, name }) => `  ${tag}: '${name}',`).join('\n')}
}

/** Tags of table values. */
export type FieldTag =
${spec.fieldTypes.map(({ tag }) => `  | '${tag}'`).join('\n')}
`
}

function methods(spec) {
  const all = allMethods(spec)
  return `${HEADER}
import type { TypedTable } from '../field-value.ts'

/** Arguments of every method, by its name. */
export interface MethodArgsByName {
${all.map(argsType).join('\n')}
}

/** How the arguments of a method stand on the wire. */
export interface MethodDefinition {
  readonly id: number
  readonly name: keyof MethodArgsByName
  /** Who may send it. */
  readonly sender: 'client' | 'server' | 'both'
  /** Whether a content header and body follow. */
  readonly content: boolean
  /** Names of the methods that answer it; empty for an asynchronous one. */
  readonly replies: readonly (keyof MethodArgsByName)[]
  readonly fields: readonly (readonly [name: string, type: FieldType])[]
}

/** Types of method arguments (§4.2.1). */
export type FieldType = 'octet' | 'short' | 'long' | 'longlong' | 'bit' | 'shortstr' | 'longstr' | 'table'

/** Every method, in the order of the specification. */
export const METHODS: readonly MethodDefinition[] = [
${all.map(definition).join('\n')}
]
`
}

function argsType({ fullName, arguments: args }) {
  if (args.length === 0) return `  '${fullName}': Readonly<Record<never, never>>`
  const fields = args.map(({ name, type }) => `    readonly ${camel(name)}: ${TYPES[type]}`)
  return `  '${fullName}': {\n${fields.join('\n')}\n  }`
}

function definition({ fullName, id, sender, content = false, replies = [], className, arguments: args }) {
  const names = replies.map((reply) => `'${className}.${reply}'`).join(', ')
  const fields = args.map(({ name, type }) => `      ['${camel(name)}', '${type}'],`)
  const list = fields.length === 0 ? '[]' : `[\n${fields.join('\n')}\n    ]`
  return `  {
    id: ${hex(id)},
    name: '${fullName}',
    sender: '${sender}',
    content: ${content},
    replies: [${names}],
    fields: ${list},
  },`
}

function methodCodecs(spec) {
  return `${HEADER}
import type { ByteReader } from '../byte-reader.ts'
import type { ByteWriter } from '../byte-writer.ts'
import { readTable, writeTable } from '../field-table.ts'
import type { MethodArgs, MethodInput, MethodName } from '../method-types.ts'

/** Reads and writes the arguments of one method: straight code per method, so that each kind of argument object has one shape. */
export interface MethodCodec<N extends MethodName> {
  read(reader: ByteReader): MethodArgs<N>
  write(writer: ByteWriter, args: MethodInput<N>): void
}

/** The codec of every method. */
export const METHOD_CODECS: { readonly [N in MethodName]: MethodCodec<N> } = {
${allMethods(spec).map(methodCodec).join('\n')}
}
`
}

function methodCodec({ fullName, arguments: args }) {
  if (args.length === 0) return `  '${fullName}': { read: () => ({}), write: () => {} },`
  const firstBit = args.findIndex(({ type }) => type === 'bit')
  const bits = args.filter(({ type }) => type === 'bit')
  // Consecutive bits share an octet (§4.2.5.2). No method has more than one octet of them.
  const consecutive = args.slice(firstBit, firstBit + bits.length).every(({ type }) => type === 'bit')
  if (bits.length > 8 || !consecutive) throw new Error(`${fullName}: bits must be at most 8, side by side`)
  const before = firstBit < 0 ? [] : args.slice(0, firstBit)
  const after = firstBit < 0 ? args : args.slice(firstBit + bits.length)
  return `  '${fullName}': {
    read(reader) {
${lines(6, [
  ...before.map(({ name, type }) => `const ${camel(name)} = ${READERS[type]}`),
  ...(firstBit < 0 ? [] : ['const bits = reader.uint8()']),
])}      return {
${lines(8, [
  ...before.map(({ name }) => `${camel(name)},`),
  ...bits.map(({ name }, i) => `${camel(name)}: (bits & ${1 << i}) !== 0,`),
  ...after.map(({ name, type }) => `${camel(name)}: ${READERS[type]},`),
])}      }
    },
    write(writer, args) {
${lines(6, [
  ...before.map(write),
  ...(firstBit < 0
    ? []
    : [
        `writer.uint8(${bits.map(({ name }, i) => `${bits.length > 1 ? '(' : ''}args.${camel(name)} ? ${1 << i} : 0${bits.length > 1 ? ')' : ''}`).join(' | ')})`,
      ]),
  ...after.map(write),
])}    },
  },`
}

function write({ name, type }) {
  return WRITERS[type](`args.${camel(name)}`)
}

function lines(indent, texts) {
  return texts.map((text) => `${' '.repeat(indent)}${text}\n`).join('')
}

function allMethods(spec) {
  return spec.classes.flatMap(({ name: className, id: classId, methods: list }) =>
    list.map((method) => ({
      ...method,
      className,
      id: classId * 0x10000 + method.id,
      fullName: `${className}.${method.name}`,
      key: camel(`${className}-${method.name}`),
    })),
  )
}

function camel(name) {
  return name.replace('nowait', 'no-wait').replaceAll(/-(\w)/g, (_, letter) => letter.toUpperCase())
}

function hex(id) {
  return `0x${id.toString(16).padStart(8, '0')}`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of Object.entries(generate())) writeFileSync(new URL(path, root), text)
}
