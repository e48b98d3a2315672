import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { METHODS } from '../../src/generated/methods.ts'
import {
  decodeMethod,
  encodeMethod,
  encodeMethodFrame,
  encodePlainResponse,
  encodeTypedTable,
  type FieldType,
  type MethodDefinition,
  MethodId,
  type MethodInput,
  type MethodName,
  methodDefinition,
  methodName,
  type TypedTable,
  writeMethodFrame,
} from '../../src/index.ts'
import { concat, errorOf, fromHex, isAccepted, refusal, toHex, typedTableArbitrary, utf8 } from '../testkit.ts'

/** Frames as RabbitMQ 3.10.8 and its clients put them on the wire. */
const VECTORS: readonly { name: MethodName; channel: number; args: object; hex: string }[] = [
  {
    name: 'connection.tune',
    channel: 0,
    args: { channelMax: 2047, frameMax: 131072, heartbeat: 60 },
    hex: '0100000000000c000a001e07ff00020000003cce',
  },
  {
    name: 'connection.start-ok',
    channel: 0,
    args: {
      clientProperties: { product: 'x', capabilities: { 'basic.nack': true } },
      mechanism: 'PLAIN',
      response: encodePlainResponse('guest', 'guest'),
      locale: 'en_US',
    },
    hex: '01000000000051000a000b0000002d0770726f647563745300000001780c6361706162696c6974696573460000000d0a62617369632e6e61636b740105504c41494e0000000c00677565737400677565737405656e5f5553ce',
  },
  { name: 'connection.open', channel: 0, args: { virtualHost: '/' }, hex: '01000000000008000a0028012f0000ce' },
  { name: 'connection.open-ok', channel: 0, args: {}, hex: '01000000000005000a002900ce' },
  { name: 'channel.open', channel: 1, args: {}, hex: '010001000000050014000a00ce' },
  { name: 'channel.open-ok', channel: 1, args: {}, hex: '010001000000080014000b00000000ce' },
  {
    name: 'queue.declare',
    channel: 1,
    args: { queue: 'q', durable: true, exclusive: true, autoDelete: true, arguments: { 'x-max-length': 10 } },
    hex: '0100010000001f0032000a000001710e000000120c782d6d61782d6c656e677468490000000ace',
  },
  { name: 'queue.declare-ok', channel: 1, args: { queue: 'q' }, hex: '0100010000000e0032000b01710000000000000000ce' },
  { name: 'confirm.select', channel: 1, args: {}, hex: '010001000000050055000a00ce' },
  { name: 'confirm.select-ok', channel: 1, args: {}, hex: '010001000000040055000bce' },
  {
    name: 'basic.publish',
    channel: 1,
    args: { routingKey: 'q', mandatory: true },
    hex: '0100010000000a003c0028000000017101ce',
  },
  { name: 'basic.ack', channel: 1, args: { deliveryTag: 1 }, hex: '0100010000000d003c0050000000000000000100ce' },
  {
    name: 'basic.consume',
    channel: 1,
    args: { queue: 'q', consumerTag: 'ct' },
    hex: '01000100000010003c0014000001710263740000000000ce',
  },
  { name: 'basic.consume-ok', channel: 1, args: { consumerTag: 'ct' }, hex: '01000100000007003c0015026374ce' },
  {
    name: 'basic.deliver',
    channel: 1,
    args: { consumerTag: 'ct', deliveryTag: 1, routingKey: 'q' },
    hex: '01000100000013003c003c026374000000000000000100000171ce',
  },
  {
    name: 'channel.close',
    channel: 1,
    args: { replyCode: 404, replyText: "NOT_FOUND - no queue 'nope' in vhost '/'", classId: 50, methodId: 10 },
    hex: '01000100000033001400280194284e4f545f464f554e44202d206e6f20717565756520276e6f70652720696e2076686f737420272f270032000ace',
  },
  {
    name: 'connection.close',
    channel: 0,
    args: { replyCode: 200, replyText: 'bye' },
    hex: '0100000000000e000a003200c80362796500000000ce',
  },
  { name: 'connection.close-ok', channel: 0, args: {}, hex: '01000000000004000a0033ce' },
]

type AnyInput = MethodInput<MethodName>

/** A method and arguments for it. */
interface Call {
  readonly definition: MethodDefinition
  readonly args: Record<string, unknown>
}

const ARGUMENTS: Record<FieldType, fc.Arbitrary<unknown>> = {
  octet: fc.nat(0xff),
  short: fc.nat(0xffff),
  long: fc.nat(0xffffffff),
  longlong: fc.oneof(fc.maxSafeNat(), fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n })),
  bit: fc.boolean(),
  shortstr: fc.string({ unit: 'grapheme', maxLength: 25 }),
  longstr: fc.uint8Array({ maxLength: 40 }),
  table: typedTableArbitrary,
}

const callArbitrary: fc.Arbitrary<Call> = fc
  .constantFrom(...METHODS)
  .chain((definition) =>
    fc
      .record(Object.fromEntries(definition.fields.map(([name, type]) => [name, ARGUMENTS[type]])))
      .map((args) => ({ definition, args })),
  )

/** The payload as the specification has it: argument by argument, bits gathered until another type comes. */
function encodeNaively({ definition, args }: Call): Uint8Array {
  let hex = definition.id.toString(16).padStart(8, '0')
  let bits: unknown[] = []
  const flush = () => {
    if (bits.length > 0) hex += integer(Number.parseInt(bits.map(Number).reverse().join(''), 2), 1)
    bits = []
  }
  for (const [name, type] of definition.fields) {
    if (type === 'bit') {
      bits.push(args[name])
    } else {
      flush()
      hex += encodeArgument(type, args[name] as never)
    }
  }
  flush()
  return fromHex(hex)
}

function encodeArgument(type: FieldType, value: never): string {
  const sizes: Partial<Record<FieldType, number>> = { octet: 1, short: 2, long: 4, longlong: 8 }
  const size = sizes[type]
  if (size !== undefined) return integer(value, size)
  const bytes = type === 'shortstr' ? utf8(value) : type === 'table' ? encodeTypedTable(value as TypedTable) : value
  return integer((bytes as Uint8Array).length, type === 'shortstr' ? 1 : 4) + toHex(bytes as Uint8Array)
}

function integer(value: number | bigint, size: number): string {
  return value.toString(16).padStart(size * 2, '0')
}

describe('method frames', () => {
  it.each(VECTORS)('$name has the bytes seen on the wire, both ways', ({ name, channel, args, hex }) => {
    expect(toHex(encodeMethodFrame(channel, name, args as AnyInput))).toBe(hex)
    const frame = fromHex(hex)
    const method = decodeMethod(frame, 7, frame.length - 1)
    expect(method).toMatchObject({ name, id: methodDefinition(name).id })
    expect(toHex(encodeMethodFrame(channel, name, method.args as AnyInput))).toBe(hex)
  })

  it('are written into a buffer of the caller', () => {
    const target = new Uint8Array(30).fill(0xee)
    const end = writeMethodFrame(target, 3, 1, 'basic.ack', { deliveryTag: 1 })
    expect(toHex(target)).toBe(`eeeeee0100010000000d003c0050000000000000000100ce${'ee'.repeat(6)}`)
    expect(end).toBe(24)
  })

  it('fit exactly or not at all', () => {
    fc.assert(
      fc.property(callArbitrary, fc.nat(0xffff), fc.nat(10), ({ definition: { name }, args }, channel, offset) => {
        const frame = encodeMethodFrame(channel, name, args as AnyInput)
        const target = new Uint8Array(offset + frame.length)
        expect(writeMethodFrame(target, offset, channel, name, args as AnyInput)).toBe(target.length)
        expect(toHex(target.subarray(offset))).toBe(toHex(frame))
        const tight = target.subarray(0, target.length - 1)
        expect(errorOf(() => writeMethodFrame(tight, offset, channel, name, args as AnyInput)).code).toBe(
          'BUFFER_TOO_SMALL',
        )
      }),
    )
    expect(refusal(() => writeMethodFrame(new Uint8Array(20), 0, 1, 'basic.ack', {}))).toBe(
      'BUFFER_TOO_SMALL: 21 bytes needed, the buffer has 20',
    )
  })
})

describe('methods', () => {
  it('encode as the specification has it, and decode to what was encoded', () => {
    fc.assert(
      fc.property(callArbitrary, (call) => {
        const { id, name } = call.definition
        const payload = encodeMethod(name, call.args as AnyInput)
        expect(toHex(payload)).toBe(toHex(encodeNaively(call)))
        expect(decodeMethod(payload)).toEqual({ id, name, args: call.args })
      }),
      { numRuns: 500 },
    )
  })

  it.each(METHODS.map(({ name }) => name))('%s may leave every argument out', (name) => {
    const zero = { octet: 0, short: 0, long: 0, longlong: 0, bit: false, shortstr: '', longstr: utf8(''), table: {} }
    const args = Object.fromEntries(methodDefinition(name).fields.map(([field, type]) => [field, zero[type]]))
    expect(decodeMethod(encodeMethod(name, {})).args).toEqual(args)
  })

  it('take text for bytes and plain tables', () => {
    const payload = encodeMethod('connection.start-ok', { response: 'ü', clientProperties: { product: 'x' } })
    const { args } = decodeMethod(payload)
    expect(args).toMatchObject({ response: utf8('ü'), clientProperties: { product: { tag: 'S', value: 'x' } } })
  })

  it('are refused when cut anywhere, and with bytes behind', () => {
    fc.assert(
      fc.property(callArbitrary, fc.nat(), ({ definition: { name }, args }, cut) => {
        const payload = encodeMethod(name, args as AnyInput)
        const length = cut % payload.length
        expect(errorOf(() => decodeMethod(payload, 0, length)).code).toBe('MALFORMED_ARGUMENTS')
        expect(refusal(() => decodeMethod(concat(payload, Uint8Array.of(0))))).toBe(
          `MALFORMED_ARGUMENTS: 1 bytes too many for ${name}`,
        )
      }),
    )
    expect(refusal(() => decodeMethod(fromHex('003c00')))).toBe('MALFORMED_ARGUMENTS: 4 bytes needed at 0, 3 left')
    expect(refusal(() => decodeMethod(fromHex('003c0050'), 3, 2))).toBe(
      'MALFORMED_ARGUMENTS: 4 bytes needed at 3, 0 left',
    )
  })

  it('are refused when unknown, with their id', () => {
    const error = errorOf(() => decodeMethod(fromHex('003c00ff')))
    expect(error).toMatchObject({ name: 'CodecError', code: 'UNKNOWN_METHOD', message: 'unknown method 60.255' })
    expect(error.details).toEqual({ methodId: 0x003c00ff })
    expect(refusal(() => encodeMethod('no.such' as MethodName, {}))).toBe('UNKNOWN_METHOD: unknown method no.such')
    expect(refusal(() => methodDefinition('no.such' as MethodName))).toBe('UNKNOWN_METHOD: unknown method no.such')
  })

  it('are refused with a short string that is not UTF-8', () => {
    expect(refusal(() => decodeMethod(fromHex('00140028 0194 02 c328 0000 0000')))).toBe(
      'INVALID_UTF8: short string at 7 is not UTF-8',
    )
  })

  it('are refused with values that do not fit', () => {
    const outOfRange = (name: MethodName, args: AnyInput) => refusal(() => encodeMethod(name, args))
    expect(outOfRange('basic.qos', { prefetchCount: 65536 })).toBe(
      'VALUE_OUT_OF_RANGE: 65536 must be an integer from 0 to 65535',
    )
    expect(outOfRange('basic.qos', { prefetchSize: 1.5 })).toBe(
      'VALUE_OUT_OF_RANGE: 1.5 must be an integer from 0 to 4294967295',
    )
    expect(outOfRange('basic.ack', { deliveryTag: 2n ** 64n })).toBe(
      'VALUE_OUT_OF_RANGE: 18446744073709551616 must be an integer from 0 to 18446744073709551615',
    )
    expect(outOfRange('queue.declare', { queue: 'ü'.repeat(200) })).toBe(
      'VALUE_OUT_OF_RANGE: short string of 400 bytes must be <= 255',
    )
    expect(refusal(() => encodeMethodFrame(65536, 'channel.open', {}))).toBe(
      'VALUE_OUT_OF_RANGE: 65536 must be an integer from 0 to 65535',
    )
  })

  it('never make the decoder look behind the end, nor end otherwise than with a method or an error', () => {
    const mutations = fc.array(fc.record({ at: fc.nat(), byte: fc.nat(255) }), { minLength: 1, maxLength: 3 })
    fc.assert(
      fc.property(callArbitrary, mutations, ({ definition: { name }, args }, list) => {
        const payload = encodeMethod(name, args as AnyInput)
        for (const { at, byte } of list) payload[at % payload.length] = byte
        const alone = isAccepted(() => decodeMethod(payload))
        const behind = concat(payload, new Uint8Array(300).fill(1))
        expect(isAccepted(() => decodeMethod(behind, 0, payload.length))).toBe(alone)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('the table of methods', () => {
  it('names methods by id', () => {
    expect(methodName(MethodId.basicPublish)).toBe('basic.publish')
    expect(methodName(0)).toBeUndefined()
    expect(Object.values(MethodId).map(methodName)).toEqual(METHODS.map(({ name }) => name))
  })

  it('has the ids that are easily mistaken', () => {
    expect(MethodId.exchangeUnbindOk).toBe(0x00280033)
    expect(MethodId.basicRecoverOk).toBe(0x003c006f)
    expect(MethodId.basicPublish).toBe(0x003c0028)
  })

  it('tells who sends a method, what answers it and whether content follows', () => {
    expect(methodDefinition('basic.get')).toMatchObject({
      sender: 'client',
      replies: ['basic.get-ok', 'basic.get-empty'],
      content: false,
    })
    const withContent = METHODS.filter(({ content }) => content).map(({ name }) => name)
    expect(withContent).toEqual(['basic.publish', 'basic.return', 'basic.deliver', 'basic.get-ok'])
    const fromBoth = METHODS.filter(({ sender }) => sender === 'both').map(({ name }) => name)
    expect(fromBoth).toEqual([
      'connection.close',
      'connection.close-ok',
      'channel.close',
      'channel.close-ok',
      'basic.cancel',
      'basic.ack',
      'basic.nack',
    ])
  })
})
