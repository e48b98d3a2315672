/** A load test from beginning to end: connections, producers, consumers, a report a second. */

import { setTimeout } from 'node:timers/promises'
import { type Connection, type ConnectOptions, connect } from '@warrenmq/client'
import { type RunningConsumer, startConsumer } from './consumer.ts'
import { PerfCounters, type PerfReport } from './counters.ts'
import { produce } from './producer.ts'
import type { PerfSettings } from './settings.ts'
import { preparePerf } from './topology.ts'

const REPORT_MS = 1000
/** Without a number of messages for consumers, they have all when nothing came for so long. */
const QUIET_MS = 1000
/** How long producers have at the end. */
const LAST_MS = 6000

export interface PerfRun {
  readonly connectOptions: ConnectOptions
  readonly settings: PerfSettings
  /** Once a second. */
  report(recent: PerfReport): void
  /** Ends the test early, in order. */
  readonly signal: AbortSignal
}

/** @throws ClientError when the broker refuses something, or is lost. */
export async function runPerf({ connectOptions, settings, report, signal }: PerfRun): Promise<PerfReport> {
  const connections: Connection[] = []
  const over = new AbortController()
  let failure: unknown
  const stop = () => over.abort()
  const fail = (error: unknown) => {
    if (!over.signal.aborted) failure ??= error
    stop()
  }
  const open = async () => {
    // Messages wait as long as the broker blocks them; what is lost is lost.
    const options = { ...connectOptions, name: 'amqpctl perf', reconnect: false as const, timeoutMs: 0, signal }
    const connection = await connect(options)
    connection.on('state', ({ to, error }) => to === 'closed' && error && fail(error))
    connections.push(connection)
    return connection
  }
  try {
    const topology = await preparePerf(await open(), settings)
    const counters = new PerfCounters()
    const consumers: RunningConsumer[] = []
    for (let index = 0; index < settings.consumers; index++) {
      consumers.push(await startConsumer(await open(), topology.queue as string, settings, counters, fail))
    }
    const producing: Connection[] = []
    for (let index = 0; index < settings.producers; index++) producing.push(await open())

    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
    counters.restart()
    const ticker = setInterval(() => report(counters.takeRecent()), REPORT_MS)
    const limit = settings.seconds === undefined ? undefined : globalThis.setTimeout(stop, settings.seconds * 1000)
    const produced = Promise.all(
      producing.map((connection) =>
        produce(connection, topology, settings, counters, over.signal, fail).catch((error) => fail(error)),
      ),
    )
    await Promise.race([untilDone(settings, produced, consumers, counters), untilAborted(over.signal)])
    stop()
    // A broker that blocks them can keep producers for ever.
    await Promise.race([produced, setTimeout(LAST_MS, undefined, { ref: false })])
    const summary = counters.summary()
    clearInterval(ticker)
    clearTimeout(limit)
    await Promise.all(consumers.map((consumer) => consumer.stop()))
    await topology.remove()
    if (failure !== undefined) throw failure
    return summary
  } finally {
    await Promise.all(connections.map((connection) => connection.close()))
  }
}

/** Resolves once every number that was given is reached; never when none was. */
async function untilDone(
  settings: PerfSettings,
  produced: Promise<unknown>,
  consumers: readonly RunningConsumer[],
  counters: PerfCounters,
): Promise<void> {
  const sends = settings.producers > 0 && settings.producerMessages !== undefined
  const receives = consumers.length > 0 && settings.consumerMessages !== undefined
  if (!sends && !receives) return new Promise<void>(() => {})
  if (sends) await produced
  if (receives) await Promise.all(consumers.map(({ reached }) => reached))
  else if (consumers.length > 0) await untilQuiet(counters)
}

async function untilQuiet({ total }: PerfCounters): Promise<void> {
  let before = -1
  while (total.received !== before) {
    before = total.received
    await setTimeout(QUIET_MS)
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
