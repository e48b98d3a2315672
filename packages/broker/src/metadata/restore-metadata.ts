/**
 * Builds users, vhosts and all that is durable in them from metadata, at the start of a broker. Nothing is recorded, and nothing checked
 * that was checked when it was made: limits may have become lower since, and what is there stays.
 */

import type { Permissions, TopicPermissions } from '../access/permissions.ts'
import type { UserStore } from '../access/user-store.ts'
import type { GlobalParameters } from '../parameters/global-parameters.ts'
import { copyJson } from '../parameters/json-value.ts'
import { parametersChanged } from '../parameters/parameter-components.ts'
import { runInSlices } from '../scheduler/slices.ts'
import type { Destination } from '../vhost/exchange.ts'
import type { Vhost } from '../vhost/vhost.ts'
import { decodeArguments } from './argument-codec.ts'
import {
  type BindingValue,
  type ExchangeValue,
  formatKey,
  METADATA_FORMAT,
  METADATA_KINDS,
  type MetadataKind,
  parseKey,
  type QueueValue,
  type UserValue,
  type VhostValue,
} from './metadata-key.ts'
import type { MetadataState } from './metadata-state.ts'

/** Where things go. */
export interface RestoredParts {
  readonly users: UserStore
  readonly vhosts: Map<string, Vhost>
  readonly globalParameters: GlobalParameters
  /** Makes a vhost that does not record yet. */
  createVhost(name: string): Vhost
}

export interface RestoredMetadata {
  /** Above all log ids that were ever given out. */
  readonly nextLogId: number
  readonly vhostNumbers: ReadonlyMap<Vhost, number>
  /** Keys of what needs something that is not there, such as a binding of a queue that is gone. They are to be removed. */
  readonly orphans: readonly string[]
  /** Keys of deleted vhosts whose contents are among the orphans. They are to be removed last. */
  readonly endedVhosts: readonly string[]
  /** Keys of what this version cannot read, each with the reason. They stay. */
  readonly unusable: readonly string[]
}

/** Kinds that come before the policies of vhosts are put in force. */
const BEFORE_POLICIES: readonly MetadataKind[] = METADATA_KINDS.slice(0, METADATA_KINDS.indexOf('exchange'))
const AFTER_POLICIES: readonly MetadataKind[] = METADATA_KINDS.slice(METADATA_KINDS.indexOf('exchange'))

/**
 * Restores everything, in slices.
 *
 * @throws Error for metadata of another format.
 */
export async function restoreMetadata(state: MetadataState, parts: RestoredParts): Promise<RestoredMetadata> {
  const format = state.get(formatKey('format'))
  if (format !== METADATA_FORMAT) {
    throw new Error(`the metadata has format ${format ?? 'none'}; this version of the broker reads ${METADATA_FORMAT}`)
  }
  const restoring = new Restoring(state, parts)
  await runInSlices(restoring.sort())
  await runInSlices(restoring.restore(BEFORE_POLICIES))
  // Before there are queues and exchanges, which then come under their policies one by one.
  for (const vhost of parts.vhosts.values()) {
    const components = new Set(vhost.parameters.all().map(({ component }) => component))
    for (const component of components) await parametersChanged(vhost, component)
  }
  await runInSlices(restoring.restore(AFTER_POLICIES))
  return restoring
}

/** Something that is needed has no record. */
class Orphaned extends Error {}

interface Entry {
  readonly key: string
  readonly names: readonly string[]
  readonly value: string
}

type Restore = (names: readonly string[], value: unknown) => void

class Restoring implements RestoredMetadata {
  nextLogId = 1
  readonly orphans: string[] = []
  readonly unusable: string[] = []
  readonly endedVhosts: string[] = []
  readonly vhostNumbers = new Map<Vhost, number>()
  readonly #state: MetadataState
  readonly #parts: RestoredParts
  /** By number. */
  readonly #vhosts = new Map<string, Vhost>()
  readonly #entries = new Map<string, Entry[]>(METADATA_KINDS.map((kind) => [kind, []]))

  constructor(state: MetadataState, parts: RestoredParts) {
    this.#state = state
    this.#parts = parts
  }

  /** Finds out what there is. */
  *sort(): Generator<void> {
    for (const [key, value] of this.#state.pairs()) {
      const [kind, ...names] = parseKey(key)
      const entries = this.#entries.get(kind)
      if (entries === undefined) this.unusable.push(`${key}: unknown kind`)
      else entries.push({ key, names, value })
      yield
    }
  }

  *restore(kinds: readonly MetadataKind[]): Generator<void> {
    for (const kind of kinds) {
      const restore = this.#restorers[kind]
      for (const entry of this.#entries.get(kind) ?? []) yield this.#attempt(restore, entry)
      this.#entries.delete(kind)
    }
  }

  #attempt(restore: Restore, { key, names, value }: Entry): void {
    try {
      restore(names, JSON.parse(value))
    } catch (error) {
      if (error instanceof Orphaned) this.orphans.push(key)
      // What is wrong with JSON is told with a piece of it, which may be of a password's hash.
      else this.unusable.push(`${key}: ${error instanceof SyntaxError ? 'no JSON' : (error as Error).message}`)
    }
  }

  readonly #restorers: { readonly [Kind in MetadataKind]: Restore } = {
    format: () => {},
    'log-id': (_names, value) => this.#noteLogId(value as number),
    user: ([name], value) => {
      const { password, tags, limits } = value as UserValue
      this.#parts.users.put({ name, password, tags: Object.freeze(tags) })
      this.#parts.users.putLimits(name, limits)
    },
    'global-parameter': ([name], value) => this.#parts.globalParameters.set(name, copyJson(value)),
    vhost: ([name], value) => {
      const { number, said } = value as VhostValue
      this.#noteLogId(number + 1)
      const vhost = this.#parts.createVhost(name)
      this.#parts.vhosts.set(name, vhost)
      this.#vhosts.set(String(number), vhost)
      this.vhostNumbers.set(vhost, number)
      if (Object.keys(said).length > 0) vhost.describe(said)
    },
    permission: ([user, vhost], value) => {
      this.#assertUserAndVhost(user, vhost)
      this.#parts.users.putPermissions(user, vhost, value as Permissions)
    },
    'topic-permission': ([user, vhost], value) => {
      this.#assertUserAndVhost(user, vhost)
      this.#parts.users.putTopicPermissions(user, vhost, value as TopicPermissions)
    },
    // What was in it is found to belong to nothing.
    'ended-vhost': ([number]) => this.endedVhosts.push(formatKey('ended-vhost', number)),
    parameter: ([vhost, component, name], value) => {
      this.#vhost(vhost).parameters.set(component, name, copyJson(value))
    },
    exchange: ([vhost, name], value) => {
      const { type, autoDelete, internal, logId, arguments: table } = value as ExchangeValue
      this.#noteLogId(logId + 1)
      const settings = { name, type, durable: true, autoDelete, internal, arguments: decodeArguments(table) }
      this.#vhost(vhost).addExchange(settings, logId)
    },
    queue: ([vhost, name], value) => {
      const { autoDelete, logId, arguments: table } = value as QueueValue
      this.#noteLogId(logId + 1)
      const settings = { name, durable: true, autoDelete, arguments: decodeArguments(table), exclusiveOwner: undefined }
      this.#vhost(vhost).addQueue(settings, logId)
    },
    binding: ([vhost, source, kind, name, routingKey], value) => {
      const { exchanges, queues } = this.#vhost(vhost)
      const from = this.#expect(exchanges.get(source), formatKey('exchange', vhost, source))
      const to: Destination =
        kind === 'queue'
          ? this.#expect(queues.get(name), formatKey('queue', vhost, name))
          : this.#expect(exchanges.get(name), formatKey('exchange', vhost, name))
      const table = decodeArguments((value as BindingValue).arguments)
      this.#vhost(vhost).bind(from, { destination: to, routingKey, arguments: table })
    },
  }

  /** The counter is recorded before it is used, so the rest only guards against its loss. */
  #noteLogId(next: number): void {
    if (next > this.nextLogId) this.nextLogId = next
  }

  /** The vhost of this number. Where it is missing and was not deleted, its record was damaged, and what is in it must not go, too. */
  #vhost(number: string): Vhost {
    const vhost = this.#vhosts.get(number)
    if (vhost !== undefined) return vhost
    throw this.#state.get(formatKey('ended-vhost', number)) === undefined
      ? new Error(`there is no vhost ${number}`)
      : new Orphaned(number)
  }

  #assertUserAndVhost(user: string, vhost: string): void {
    this.#expect(this.#parts.users.get(user), formatKey('user', user))
    this.#expect(this.#parts.vhosts.get(vhost), formatKey('vhost', vhost))
  }

  /** What others need. @throws Orphaned when there is no record of it. */
  #expect<T>(found: T | undefined, key: string): T {
    if (found !== undefined) return found
    if (this.#state.get(key) === undefined) throw new Orphaned(key)
    throw new Error(`${key} cannot be used`)
  }
}
