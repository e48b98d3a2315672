/** Words of the client's suites: the brokers they run on, and connections to them. */

import { type Channel, type Connection, type ConnectOptions, connect } from '@warrenmq/client'
import { onEachTarget, startWarren, type Target } from '@warrenmq/testkit'

let count = 0

/** Runs a suite against the program `warren` and against RabbitMQ. */
export function onEachBroker(suite: (target: Target) => void): void {
  onEachTarget(() => startWarren(), suite)
}

/** A connection to the broker, or to a proxy before it. */
export function connectTo(target: { readonly port: number }, options: ConnectOptions = {}): Promise<Connection> {
  return connect(`amqp://guest:guest@127.0.0.1:${target.port}`, { reconnect: QUICK, ...options })
}

/** Comes back as fast as a test wants it. */
export const QUICK = { initialDelayMs: 5, maxDelayMs: 50 }

/** A name that nothing else on the broker has. */
export function uniqueName(what: string): string {
  return `client-${what}-${process.pid}-${++count}`
}

/** A queue that goes with its connection. Returns its name. */
export async function temporaryQueue(channel: Channel, options = {}): Promise<string> {
  return (await channel.declareQueue(uniqueName('queue'), { exclusive: true, ...options })).queue
}
