/** The parts of a broker that have metadata, without the rest of it. */

import { randomBytes } from 'node:crypto'
import { AccessVersion } from '../../../src/access/access-version.ts'
import { UserStore } from '../../../src/access/user-store.ts'
import {
  type AdministeredParts,
  type Administration,
  createAdministration,
} from '../../../src/administration/administration.ts'
import { systemClock } from '../../../src/clock.ts'
import { exportDefinitions } from '../../../src/definitions/export-definitions.ts'
import { BrokerEvents } from '../../../src/events/broker-events.ts'
import { TopologyLimits } from '../../../src/limits/topology-limits.ts'
import { BlockStore } from '../../../src/log/store/block-store.ts'
import { type Logger, silentLogger } from '../../../src/logging/logger.ts'
import { openMetadata } from '../../../src/metadata/open-metadata.ts'
import { GlobalParameters } from '../../../src/parameters/global-parameters.ts'
import { Turn } from '../../../src/scheduler/turn.ts'
import { BrokerStatistics } from '../../../src/statistics/broker-statistics.ts'
import type { Exchange } from '../../../src/vhost/exchange.ts'
import { Vhost } from '../../../src/vhost/vhost.ts'
import { ManualClock } from '../../manual-clock.ts'
import { RecordingJournal } from '../../recording-journal.ts'

const UNLIMITED = { queueMax: -1, exchangeMax: -1, vhostMax: -1 }

export class BrokerParts {
  readonly journal: RecordingJournal
  readonly parts: AdministeredParts
  readonly admin: Administration
  readonly isFirstStart: boolean
  readonly #store: BlockStore

  /** Starts with what `journal` has, and records there. */
  static async start(
    journal: RecordingJournal = new RecordingJournal(),
    logger: Logger = silentLogger,
  ): Promise<BrokerParts> {
    const store = new BlockStore()
    const turn = new Turn((error) => {
      throw error
    })
    const vhosts = new Map<string, Vhost>()
    const limits = new TopologyLimits(UNLIMITED, vhosts)
    const services = {
      store,
      journal,
      turn,
      clock: new ManualClock(),
      logger: silentLogger,
      limits,
      chance: Math.random,
      statistics: new BrokerStatistics(),
      events: new BrokerEvents(systemClock),
      handedOut: () => [],
    }
    const newVhost = (name: string) => new Vhost(name, services)
    const users = new UserStore(new AccessVersion())
    const globalParameters = new GlobalParameters()
    const restored = { users, vhosts, globalParameters, createVhost: newVhost }
    const metadata = await openMetadata({ journal, state: journal.replay() }, restored, logger)
    const parts: AdministeredParts = {
      users,
      vhosts,
      globalParameters,
      limits,
      metadata: metadata.recorder,
      connections: new Set(),
      random: (size) => randomBytes(size),
      defaultUser: 'guest',
      createVhost(name) {
        const vhost = newVhost(name)
        metadata.vhostCreated(vhost)
        return vhost
      },
      createTrialVhost: newVhost,
      passwordToExport: async (user) => user.password,
    }
    return new BrokerParts(journal, parts, metadata.isFirstStart, store)
  }

  private constructor(journal: RecordingJournal, parts: AdministeredParts, isFirstStart: boolean, store: BlockStore) {
    this.journal = journal
    this.parts = parts
    this.admin = createAdministration(parts)
    this.isFirstStart = isFirstStart
    this.#store = store
  }

  close(): void {
    for (const vhost of this.parts.vhosts.values()) vhost.close()
    this.#store.close()
  }

  /** What a restart has to bring back, with every type and number, in an order of its own. */
  durable(): unknown {
    const { users, globalParameters, vhosts } = this.parts
    return {
      users: inOrder(
        users.users().map((user) => ({
          ...user,
          limits: users.limitsOf(user.name),
          permissions: inOrder([...users.permissionsOf(user.name)]),
          topicPermissions: inOrder([...users.topicPermissionsOf(user.name)].filter(([, rights]) => rights.size > 0)),
        })),
      ),
      globalParameters: inOrder([...globalParameters.all()]),
      vhosts: inOrder([...vhosts.values()].map(durableIn)),
    }
  }

  /** The definitions of what a restart has to bring back. */
  async definitions(): Promise<unknown> {
    const document = (await exportDefinitions(this.parts)) as Record<string, readonly Record<string, unknown>[]>
    const durable = new Set<string>()
    for (const kind of ['exchange', 'queue']) {
      for (const each of document[`${kind}s`]) {
        if (each.durable === true) durable.add(JSON.stringify([each.vhost, kind, each.name]))
      }
    }
    const isDurable = (vhost: unknown, kind: string, name: unknown) =>
      String(name).startsWith('amq.') || durable.has(JSON.stringify([vhost, kind, name]))
    const kept: Record<string, unknown> = {}
    for (const [kind, items] of Object.entries(document)) {
      if (!Array.isArray(items)) continue
      const wanted = items.filter((each) => {
        if (kind === 'queues' || kind === 'exchanges') return each.durable
        if (kind !== 'bindings') return true
        return (
          isDurable(each.vhost, 'exchange', each.source) &&
          isDurable(each.vhost, each.destination_type, each.destination)
        )
      })
      kept[kind] = inOrder(wanted)
    }
    return kept
  }
}

function durableIn({ name, metadata, queues, exchanges, parameters, limits }: Vhost): unknown {
  const keptQueues = [...queues.values()].filter(({ settings }) => settings.durable && !settings.exclusiveOwner)
  const keptExchanges = [...exchanges.values()].filter(({ settings }) => settings.durable)
  const bindings = keptExchanges
    .filter((source) => source.name !== '')
    .flatMap((source) => [...source.matcher.bindings()].map((binding) => ({ source: source.name, ...binding })))
    .map((binding) => ({ ...binding, destination: binding.destination as (typeof keptQueues)[number] | Exchange }))
    .filter(
      ({ destination: { settings } }) => settings.durable && !('exclusiveOwner' in settings && settings.exclusiveOwner),
    )
    .map(({ source, destination: { kind, name: to }, routingKey, arguments: table }) => {
      return { source, kind, to, routingKey, arguments: table }
    })
  return {
    name,
    metadata,
    limits,
    parameters: inOrder(parameters.all()),
    queues: inOrder(
      keptQueues.map(({ settings, logId, policy }) => ({ settings, logId, policy: policy.policy?.name ?? null })),
    ),
    exchanges: inOrder(
      keptExchanges.map(({ settings, logId, policy }) => ({ settings, logId, policy: policy.policy?.name ?? null })),
    ),
    bindings: inOrder(bindings),
  }
}

/** Sorted by what JSON says of each; values that JSON cannot say do not matter for that. */
function inOrder<T>(items: readonly T[]): T[] {
  const text = (item: T) => JSON.stringify(item, (_key, value) => (typeof value === 'bigint' ? `${value}` : value))
  return [...items].sort((a, b) => (text(a) < text(b) ? -1 : 1))
}
