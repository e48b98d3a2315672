import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  decodeMethod,
  decodeProperties,
  encodeContentHeader,
  encodeMethod,
  FrameParser,
  FrameType,
  type Method,
  type MethodInput,
  type MethodName,
  methodDefinition,
  readBodySize,
} from '../../src/index.ts'
import { concat, FrameCollector, fromHex, toHex } from '../testkit.ts'

// A session between RabbitMQ and a client that uses every class, recorded by fixtures/capture.mjs.
const fixture = new URL('../fixtures/rabbitmq-3.10.8.json', import.meta.url)
const { session }: { session: { from: 'client' | 'server'; hex: string }[] } = JSON.parse(readFileSync(fixture, 'utf8'))

function framesOf(side: 'client' | 'server') {
  const collector = new FrameCollector()
  const bytes = session.filter(({ from }) => from === side).map(({ hex }) => fromHex(hex))
  new FrameParser().push(concat(...bytes), collector)
  return collector.frames.map(({ type, payload }) => ({ type, payload: fromHex(payload) }))
}

describe.each(['client', 'server'] as const)('what the %s of a recorded session sent', (side) => {
  const frames = framesOf(side)
  const methods = frames.filter(({ type }) => type === FrameType.method).map(({ payload }) => decodeMethod(payload))

  it('is cut into as many frames as were recorded', () => {
    expect(frames).toHaveLength(session.filter(({ from }) => from === side).length)
    expect(methods.length).toBeGreaterThan(30)
  })

  it('encodes to the same methods', () => {
    const encoded = methods.map((method: Method) => encodeMethod(method.name, method.args as MethodInput<MethodName>))
    const recorded = frames.filter(({ type }) => type === FrameType.method).map(({ payload }) => payload)
    expect(encoded.map(toHex)).toEqual(recorded.map(toHex))
  })

  it('encodes to the same content headers', () => {
    const recorded = frames.filter(({ type }) => type === FrameType.header).map(({ payload }) => payload)
    const encoded = recorded.map((payload) => encodeContentHeader(readBodySize(payload, 0), decodeProperties(payload)))
    expect(recorded.length).toBeGreaterThan(1)
    expect(encoded.map(toHex)).toEqual(recorded.map(toHex))
  })

  it('is what the table lets this side send', () => {
    for (const { name } of methods) expect([side, 'both']).toContain(methodDefinition(name).sender)
  })
})

it('answers each method of a recorded session with one of its replies', () => {
  const methods = session
    .filter(({ hex }) => hex.startsWith('01'))
    .map(({ from, hex }) => ({ from, ...decodeMethod(fromHex(hex).slice(7, -1)) }))
  methods.forEach(({ from, name }, i) => {
    const { replies } = methodDefinition(name)
    if (replies.length === 0 || name === 'queue.declare') return
    const answer = methods.slice(i + 1).find((method) => method.from !== from && replies.includes(method.name))
    expect(answer, name).toBeDefined()
  })
})
