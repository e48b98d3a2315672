/** Brokers that a suite runs against: ours, and RabbitMQ where it is installed. */

import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, inject } from 'vitest'
import { type Administration, RabbitAdministration } from './administration.ts'
import type {} from './global-setup.ts'
import { type OpenOptions, openChannel, openConnection } from './open.ts'
import type { RawPeer } from './raw-peer.ts'

const START_LIMIT_MS = 60_000

/** A broker that was started for a suite. */
export interface StartedBroker extends AsyncDisposable {
  readonly port: number
  /** Port of its HTTP API; 0 for none. */
  readonly managementPort?: number
  /** Users, vhosts, permissions, policies, as far as it can be administered from here. */
  readonly admin?: Partial<Administration>
}

/** What a suite runs against; it is up when the tests run. */
export interface Target {
  readonly name: 'warren' | 'rabbitmq'
  readonly isRabbit: boolean
  readonly port: number
  /** Where its HTTP API is: `http://127.0.0.1:15672`. Ours has one if the suite asks for it with `managementPort: 0`. */
  readonly httpUrl: string
  /** Users, vhosts, permissions, policies. */
  readonly admin: Administration
  /** A connection after its handshake. */
  openConnection(options?: OpenOptions): Promise<RawPeer>
  /** A connection with channel 1 open. */
  openChannel(options?: OpenOptions): Promise<RawPeer>
}

/** Defines a suite twice: against the broker that `startWarren` starts, and against the run's RabbitMQ. */
export function onEachTarget(startWarren: () => Promise<StartedBroker>, suite: (target: Target) => void): void {
  defineSuite('warren', startWarren, suite)
  if (inject('foreign').rabbitmqServer !== undefined) defineSuite('rabbitmq', sharedRabbit, suite)
}

/** Defines a suite against the broker that `startWarren` starts alone, for what RabbitMQ does not have. */
export function onWarren(startWarren: () => Promise<StartedBroker>, suite: (target: Target) => void): void {
  defineSuite('warren', startWarren, suite)
}

/** Both brokers for one suite: ours, and RabbitMQ or `undefined` where it is not installed. They are up when the tests run. */
export function targetPair(startWarren: () => Promise<StartedBroker>): { warren: Target; rabbit: Target | undefined } {
  const hasRabbit = inject('foreign').rabbitmqServer !== undefined
  return {
    warren: defineTarget('warren', startWarren),
    rabbit: hasRabbit ? defineTarget('rabbitmq', sharedRabbit) : undefined,
  }
}

function defineSuite(name: Target['name'], start: () => Promise<StartedBroker>, suite: (target: Target) => void): void {
  describe(name, () => suite(defineTarget(name, start)))
}

/** A target that the suite around starts and ends. */
function defineTarget(name: Target['name'], start: () => Promise<StartedBroker>): Target {
  let broker: StartedBroker | undefined
  beforeAll(async () => {
    broker = await start()
  }, START_LIMIT_MS)
  afterAll(async () => {
    await broker?.[Symbol.asyncDispose]()
  })
  const target: Target = {
    name,
    isRabbit: name === 'rabbitmq',
    get port() {
      if (broker === undefined) throw new Error(`${name} is not up before the tests run`)
      return broker.port
    },
    get httpUrl() {
      if (!broker?.managementPort) throw new Error(`${name} has no HTTP API in this suite`)
      return `http://127.0.0.1:${broker.managementPort}`
    },
    get admin() {
      if (broker?.admin === undefined) throw new Error(`${name} cannot be administered in this suite`)
      return broker.admin as Administration
    },
    openConnection: (options) => openConnection(target.port, options),
    openChannel: (options) => openChannel(target.port, options),
  }
  return target
}

/** The RabbitMQ of this run, which the first to ask starts. It ends with the run. */
async function sharedRabbit(): Promise<StartedBroker> {
  const answer = await text(connect(inject('rabbitDoorPort'), '127.0.0.1'))
  if (!answer.startsWith('{')) throw new Error(answer)
  const { port, managementPort } = JSON.parse(answer) as { port: number; managementPort: number }
  return { port, managementPort, admin: new RabbitAdministration(managementPort), async [Symbol.asyncDispose]() {} }
}
