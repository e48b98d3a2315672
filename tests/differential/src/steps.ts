/** The words that scenarios are made of. Without more said, a step is on channel 1 of connection A. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { BasicProperties, FieldTable, MethodInput, MethodName } from '@warrenmq/codec'
import type { Administration, OpenOptions } from '@warrenmq/testkit'
import type { Step } from './run.ts'

/** Connection and channel. */
export type Where = readonly [connection: string, channel: number]

export const A1: Where = ['A', 1]
export const A2: Where = ['A', 2]
export const B1: Where = ['B', 1]

/** A method, and whatever is answered. */
export function call<N extends MethodName>(method: N, args: MethodInput<N> = {}, [name, channel]: Where = A1): Step {
  return (run) => run.call(name, channel, method, args)
}

/** Sends without opening the channel, and waits for what channel 1 of that connection says to it. */
export function send<N extends MethodName>(method: N, args: MethodInput<N> = {}, [name, channel]: Where = A1): Step {
  return async (run) => {
    const link = await run.channel(name, 1)
    link.send(channel, method, args)
    await run.barrier(link, 1)
  }
}

/** Bytes as they are, after channel 1 was opened. */
export function bytes(...parts: readonly Uint8Array[]): Step {
  return async (run) => {
    const link = await run.channel('A', 1)
    link.write(...parts)
    await run.barrier(link, 1)
  }
}

/** The connection is opened with these options. */
export function connection(name: string, options: OpenOptions): Step {
  return (run) => run.configure(name, options)
}

/** What the broker's administrator does. */
export function admin(action: (admin: Administration, vhost: string) => Promise<void>): Step {
  return (run) => action(run.admin, run.vhost)
}

export function queue(name: string, args: FieldTable = {}, flags: MethodInput<'queue.declare'> = {}, at = A1): Step {
  return call('queue.declare', { queue: name, arguments: args, ...flags }, at)
}

export function exchange(name: string, type: string, flags: MethodInput<'exchange.declare'> = {}, at = A1): Step {
  return call('exchange.declare', { exchange: name, type, ...flags }, at)
}

export function bind(queueName: string, from: string, routingKey = '', args: FieldTable = {}): Step {
  return call('queue.bind', { queue: queueName, exchange: from, routingKey, arguments: args })
}

export function bindExchange(to: string, from: string, routingKey = '', args: FieldTable = {}): Step {
  return call('exchange.bind', { destination: to, source: from, routingKey, arguments: args })
}

/** A message to an exchange. */
export function publish(
  to: string,
  routingKey: string,
  body = '',
  properties: BasicProperties = {},
  args: MethodInput<'basic.publish'> = {},
  [name, channel]: Where = A1,
): Step {
  return async (run) => {
    const link = await run.channel(name, channel)
    link.publish(channel, { exchange: to, routingKey, ...args }, Buffer.from(body), properties)
    await run.barrier(link, channel)
  }
}

/** Messages to a queue by its name. */
export function fill(queueName: string, bodies: readonly string[], properties: BasicProperties = {}, at = A1): Step {
  return async (run) => {
    for (const body of bodies) await publish('', queueName, body, properties, {}, at)(run)
  }
}

export function consume(
  queueName: string,
  consumerTag: string,
  args: FieldTable = {},
  flags: MethodInput<'basic.consume'> = {},
  at = A1,
): Step {
  return call('basic.consume', { queue: queueName, consumerTag, arguments: args, ...flags }, at)
}

export function get(queueName: string, noAck = true, at = A1): Step {
  return call('basic.get', { queue: queueName, noAck }, at)
}

/** Takes everything out of a queue, with properties and headers. */
export function drain(queueName: string, count: number): Step {
  return async (run) => {
    for (let taken = 0; taken <= count; taken++) await get(queueName, true, ['drain', 1])(run)
  }
}

/** Settles what came `index`th on the channel. */
export function settle(
  method: 'basic.ack' | 'basic.nack' | 'basic.reject',
  index: number,
  flags: { readonly multiple?: boolean; readonly requeue?: boolean } = {},
  [name, channel]: Where = A1,
): Step {
  return (run) => run.call(name, channel, method, { deliveryTag: run.tags(name, channel)[index] ?? 0, ...flags })
}

/** Waits for this many deliveries in all on a channel. */
export function delivered(count: number, [name, channel]: Where = A1): Step {
  return (run) => run.until(name, channel, 'basic.deliver', count)
}

/** Waits for this many of a method in all on a channel. */
export function came(method: MethodName, count: number, [name, channel]: Where = A1): Step {
  return (run) => run.until(name, channel, method, count)
}

/** Waits until a queue has this many ready messages: `ours` here, where that is what differs. */
export function ready(queueName: string, count: number, ours = count): Step {
  return (run) => run.untilReady(queueName, run.target.isRabbit ? count : ours)
}

/** Lets time pass, where to ask would put off what is waited for. */
export function pause(milliseconds: number): Step {
  return () => sleep(milliseconds)
}

/** Waits until a queue is gone. */
export function gone(queueName: string): Step {
  return (run) => run.untilGone(queueName)
}

/** Closes a connection politely. */
export function leave(name: string): Step {
  return async (run) => (await run.link(name)).close()
}
