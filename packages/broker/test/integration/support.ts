/** Words of the behaviour suites: the brokers they run on, tables of errors, and small steps over a raw peer. */

import type { Socket } from 'node:net'
import { type CreateBrokerOptions, createBroker } from '@warrenmq/broker'
import type { BasicProperties, FieldTable, MethodInput } from '@warrenmq/codec'
import {
  eventually,
  type OpenOptions,
  onEachTarget,
  type RawPeer,
  type Received,
  storageOptions,
  type Target,
  within,
} from '@warrenmq/testkit'
import { expect, it } from 'vitest'

/** Runs a suite against this broker in this process, with these options, and against RabbitMQ. */
export function onEachBroker(suite: (target: Target) => void, options: CreateBrokerOptions = {}): void {
  onEachTarget(() => createBroker({ port: 0, ...storageOptions(), ...options }), suite)
}

/** Something a client does wrong on channel 1, and how the broker answers. */
export interface Refusal {
  readonly name: string
  steps(peer: RawPeer): unknown
  /** As `RawPeer.outcome` says it; a pattern where the broker makes up a part of it. */
  readonly expected: string | RegExp
  /** What RabbitMQ 3.10.8 answers where this broker differs on purpose. */
  readonly rabbit?: string
  /** The row of docs/deviations.md that says why; beside `rabbit`. */
  readonly deviation?: string
}

/** One test for each refusal, on a connection of its own. */
export function itRefuses(target: Target, refusals: readonly Refusal[], options: OpenOptions = {}): void {
  it.each(refusals)('$name', async ({ steps, expected, rabbit }) => {
    await using peer = await target.openChannel(options)
    await steps(peer)
    const wanted = target.isRabbit ? (rabbit ?? expected) : expected
    expect(await peer.outcome()).toEqual(typeof wanted === 'string' ? wanted : expect.stringMatching(wanted))
  })
}

/** Declares a queue that ends with its connection. Returns its name. */
export async function declareQueue(
  peer: RawPeer,
  queue = '',
  args: Omit<MethodInput<'queue.declare'>, 'queue'> = {},
): Promise<string> {
  return (await peer.call(1, 'queue.declare', { queue, exclusive: true, ...args })).queue
}

/** Declares an exchange that goes with its last binding. Returns its name. */
export async function declareExchange(
  peer: RawPeer,
  exchange: string,
  type: string,
  args: Omit<MethodInput<'exchange.declare'>, 'exchange' | 'type'> = {},
): Promise<string> {
  await peer.call(1, 'exchange.declare', { exchange, type, autoDelete: true, ...args })
  return exchange
}

/** Binds a queue. */
export async function bind(
  peer: RawPeer,
  queue: string,
  exchange: string,
  routingKey = '',
  args: FieldTable = {},
): Promise<void> {
  await peer.call(1, 'queue.bind', { queue, exchange, routingKey, arguments: args })
}

/** Publishes to a queue by its name. */
export function sendTo(peer: RawPeer, queue: string, body: string | Uint8Array, properties?: BasicProperties): void {
  peer.publish(1, { routingKey: queue }, body, properties)
}

/** Publishes to a queue by its name on channel 9, and waits until the queue has it. */
export async function sendAndConfirm(
  peer: RawPeer,
  queue: string,
  body: string | Uint8Array,
  properties?: BasicProperties,
): Promise<void> {
  await peer.call(9, 'channel.open')
  await peer.call(9, 'confirm.select')
  peer.publish(9, { routingKey: queue }, body, properties)
  await peer.expect(9, 'basic.ack')
  await peer.call(9, 'channel.close', { replyCode: 200, replyText: '' })
}

/** What a passive declare says about a queue. */
export async function inspect(peer: RawPeer, queue: string): Promise<{ messageCount: number; consumerCount: number }> {
  const { messageCount, consumerCount } = await peer.call(1, 'queue.declare', { queue, passive: true })
  return { messageCount, consumerCount }
}

/** Waits until a queue has this many ready messages. */
export async function untilReady(peer: RawPeer, queue: string, count: number): Promise<void> {
  const what = `${count} ready messages in '${queue}'`
  await eventually(async () => (await inspect(peer, queue)).messageCount === count, what)
}

/** Waits until a queue is gone, on channels of its own. */
export async function untilGone(peer: RawPeer, queue: string): Promise<void> {
  let channel = 100
  await eventually(async () => {
    await peer.call(++channel, 'channel.open')
    peer.send(channel, 'queue.declare', { queue, passive: true })
    const { name } = await peer.nextMethod(channel)
    peer.send(channel, name === 'channel.close' ? 'channel.close-ok' : 'channel.close')
    return name === 'channel.close'
  }, `the end of '${queue}'`)
}

/** Waits until a queue is gone, without using it: until what is published to it comes back. */
export async function untilUnroutable(peer: RawPeer, queue: string): Promise<void> {
  await peer.call(9, 'channel.open')
  await peer.call(9, 'confirm.select')
  await eventually(async () => {
    peer.publish(9, { routingKey: queue, mandatory: true }, 'a')
    const returned = (await peer.peek(9)).includes('basic.return')
    if (returned) await peer.expectContent(9, 'basic.return')
    await peer.expect(9, 'basic.ack')
    return returned
  }, `the end of '${queue}'`)
  await peer.call(9, 'channel.close', { replyCode: 200, replyText: '' })
}

/** Gets a message, or `undefined` from an empty queue. */
export async function get(
  peer: RawPeer,
  queue: string,
  { noAck = true, channel = 1 }: { noAck?: boolean; channel?: number } = {},
): Promise<Received<'basic.get-ok'> | undefined> {
  peer.send(channel, 'basic.get', { queue, noAck })
  const coming = await peer.peek(channel)
  if (!coming.includes(': basic.get-empty')) return peer.expectContent(channel, 'basic.get-ok')
  await peer.expect(channel, 'basic.get-empty')
  return undefined
}

/** Takes everything out of a queue and returns the bodies, in order. */
export async function drain(peer: RawPeer, queue: string): Promise<string[]> {
  const bodies: string[] = []
  for (;;) {
    const message = await get(peer, queue)
    if (message === undefined) return bodies
    bodies.push(message.body.toString())
  }
}

/** Takes this many deliveries and returns the bodies, in order. */
export async function takeDeliveries(peer: RawPeer, count: number, channel = 1): Promise<string[]> {
  const bodies: string[] = []
  while (bodies.length < count) bodies.push((await peer.expectContent(channel, 'basic.deliver')).body.toString())
  return bodies
}

/** Takes this many deliveries and counts them by consumer tag. */
export async function countByTag(peer: RawPeer, count: number, channel = 1): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (let taken = 0; taken < count; taken++) {
    const { consumerTag } = (await peer.expectContent(channel, 'basic.deliver')).args
    counts[consumerTag] = (counts[consumerTag] ?? 0) + 1
  }
  return counts
}

/** Whether the broker answers on a socket, rather than ending it. The socket is destroyed. */
export async function isAnswered(socket: Socket): Promise<boolean> {
  const answered = new Promise<boolean>((resolve) => {
    socket.once('data', () => resolve(true))
    socket.on('error', () => resolve(false))
    socket.once('close', () => resolve(false))
  })
  try {
    return await within(answered, 'an answer or the end')
  } finally {
    socket.destroy()
  }
}
