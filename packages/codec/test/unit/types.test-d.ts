import { expectTypeOf, it } from 'vitest'
import {
  decodeMethod,
  encodeMethod,
  type FieldTable,
  type MethodArgs,
  type MethodInput,
  readShortstrProperty,
  type TypedTable,
  typed,
} from '../../src/index.ts'

it('types the arguments of a decoded method by its name', () => {
  const method = decodeMethod(new Uint8Array(0))
  if (method.name === 'queue.declare') {
    expectTypeOf(method.args).toEqualTypeOf<MethodArgs<'queue.declare'>>()
    expectTypeOf(method.args.autoDelete).toEqualTypeOf<boolean>()
    expectTypeOf(method.args.arguments).toEqualTypeOf<TypedTable>()
  }
  if (method.name === 'basic.deliver') expectTypeOf(method.args.deliveryTag).toEqualTypeOf<number | bigint>()
  if (method.name === 'connection.start') expectTypeOf(method.args.mechanisms).toEqualTypeOf<Uint8Array>()
})

it('takes any part of the arguments to encode, and no others', () => {
  expectTypeOf<MethodInput<'queue.declare'>['arguments']>().toEqualTypeOf<FieldTable | undefined>()
  expectTypeOf<MethodInput<'connection.secure-ok'>['response']>().toEqualTypeOf<Uint8Array | string | undefined>()
  expectTypeOf<MethodInput<'tx.select'>>().toEqualTypeOf<Readonly<Record<never, never>>>()
  // @ts-expect-error an exchange has no such argument
  encodeMethod('exchange.declare', { exclusive: true })
  // @ts-expect-error a name is text
  encodeMethod('exchange.declare', { exchange: 5 })
  // @ts-expect-error no such method
  encodeMethod('queue.create', {})
})

it('holds tags and values together', () => {
  typed('S', 'text')
  typed('l', 2n ** 60n)
  // @ts-expect-error an unsigned byte is a number
  typed('B', 'text')
  // @ts-expect-error a decimal has a scale
  typed('D', { value: 5 })
  // @ts-expect-error the paper specification's tag, which RabbitMQ does not know
  typed('U', 5)
})

it('reads only properties that exist', () => {
  // @ts-expect-error bit 0 stands for no property
  readShortstrProperty(new Uint8Array(0), 0, 0, 1)
})
