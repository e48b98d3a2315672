/** Publishes as fast as it may until its number is sent or it is told to stop. */

import { setImmediate, setTimeout } from 'node:timers/promises'
import { ClientError, type Connection } from '@warrenmq/client'
import type { PerfCounters } from './counters.ts'
import type { PerfSettings } from './settings.ts'
import { stampedBody } from './stamp.ts'

/** Messages in a row, after which others get their turn. */
const BATCH = 100
/** How long confirms are waited for at the end. */
const LAST_CONFIRMS_MS = 5000

/** Where messages go. */
export interface Destination {
  readonly exchange: string
  readonly routingKey: string
}

interface Sender {
  /** Waits while there is no room. */
  send(body: Uint8Array): Promise<void>
  /** Waits for what is unconfirmed. */
  finish(): Promise<void>
}

/** Resolves once all is sent and confirmed. `fail` is told of what goes wrong meanwhile. @throws ClientError */
export async function produce(
  connection: Connection,
  destination: Destination,
  settings: PerfSettings,
  counters: PerfCounters,
  stop: AbortSignal,
  fail: (error: unknown) => void,
): Promise<void> {
  const { size, rate, confirmWindow, producerMessages = Number.POSITIVE_INFINITY } = settings
  const open = confirmWindow === undefined ? openPlainSender : openConfirmSender
  const sender = await open(connection, destination, settings, counters, fail)
  const startedMs = performance.now()
  for (let number = 0; number < producerMessages && !stop.aborted; number++) {
    if (rate !== undefined) await until(startedMs + (number * 1000) / rate, stop)
    if (stop.aborted) break
    await sender.send(stampedBody(size))
    counters.count('sent')
    if (number % BATCH === BATCH - 1) await setImmediate()
  }
  await sender.finish()
}

async function until(timeMs: number, stop: AbortSignal): Promise<void> {
  const waitMs = timeMs - performance.now()
  if (waitMs > 0) await setTimeout(waitMs, undefined, { signal: stop }).catch(() => {})
}

async function openPlainSender(
  connection: Connection,
  { exchange, routingKey }: Destination,
  { persistent, mandatory }: PerfSettings,
  counters: PerfCounters,
  fail: (error: unknown) => void,
): Promise<Sender> {
  const channel = await connection.openChannel()
  channel.on('returned', () => counters.count('returned'))
  channel.on('closed', ({ error }) => error && fail(error))
  return {
    send: (body) => channel.publish(exchange, routingKey, body, { persistent, mandatory }),
    // An answer means that the broker has all that was sent before.
    finish: async () => {
      const all = channel.call('basic.qos', { prefetchCount: 0 }, { timeoutMs: LAST_CONFIRMS_MS })
      await all.catch(() => {})
    },
  }
}

async function openConfirmSender(
  connection: Connection,
  { exchange, routingKey }: Destination,
  { persistent, mandatory, confirmWindow }: PerfSettings,
  counters: PerfCounters,
  fail: (error: unknown) => void,
): Promise<Sender> {
  const options = { window: confirmWindow as number, persistent, mandatory, timeoutMs: 0 }
  const publisher = await connection.createPublisher(options)
  const failed = (error: unknown) => {
    if (error instanceof ClientError && error.code === 'MESSAGE_NACKED') counters.count('refused')
    else if (error instanceof ClientError && error.code === 'MESSAGE_RETURNED') counters.count('returned')
    else fail(error)
  }
  return {
    async send(body) {
      await publisher.drain()
      const sentMs = performance.now()
      publisher.publish(exchange, routingKey, body).then(() => {
        counters.count('confirmed')
        counters.measure('confirmLatency', (performance.now() - sentMs) * 1000)
      }, failed)
    },
    // Each failure was told of already.
    finish: () => publisher.flush({ timeoutMs: LAST_CONFIRMS_MS }).catch(() => {}),
  }
}
