/**
 * What an operator does to a broker from outside: RabbitMQ's HTTP API, as far as suites need it, and the interface that
 * WarrenMQ's own `broker.admin` meets, so that one suite administers either.
 */

/** What a user is made with. Exactly one of `password` and `passwordHash`, or neither for a user who cannot log in. */
export interface UserInput {
  readonly password?: string
  /** `base64(salt ‖ hash)`, as RabbitMQ exports it. */
  readonly passwordHash?: string
  /** How `passwordHash` was made. @default rabbit_password_hashing_sha256 */
  readonly hashingAlgorithm?: string
  readonly tags: readonly string[]
}

/** Regular expressions on names of resources. */
export interface PermissionInput {
  readonly configure: string
  readonly write: string
  readonly read: string
}

/** Regular expressions on routing keys of one topic exchange. */
export interface TopicPermissionInput {
  readonly exchange: string
  readonly write: string
  readonly read: string
}

export interface PolicyInput {
  /** Regular expression on names. */
  readonly pattern: string
  readonly definition: Readonly<Record<string, unknown>>
  /** @default 0 */
  readonly priority?: number
  /** `queues`, `exchanges`, `all`. @default all */
  readonly applyTo?: string
}

/** What is said of a vhost. */
export interface VhostMetadata {
  readonly description?: string
  readonly tags?: readonly string[]
  readonly defaultQueueType?: string
}

/** Definitions in RabbitMQ's shape. */
export type DefinitionsDocument = Readonly<Record<string, unknown>>

/** Every method resolves once the change is in force. */
export interface Administration {
  putVhost(name: string, metadata?: VhostMetadata): Promise<void>
  deleteVhost(name: string): Promise<void>
  putUser(name: string, user: UserInput): Promise<void>
  deleteUser(name: string): Promise<void>
  putPermissions(user: string, vhost: string, permissions: PermissionInput): Promise<void>
  deletePermissions(user: string, vhost: string): Promise<void>
  putTopicPermissions(user: string, vhost: string, permissions: TopicPermissionInput): Promise<void>
  deleteTopicPermissions(user: string, vhost: string): Promise<void>
  putPolicy(vhost: string, name: string, policy: PolicyInput): Promise<void>
  deletePolicy(vhost: string, name: string): Promise<void>
  putOperatorPolicy(vhost: string, name: string, policy: PolicyInput): Promise<void>
  deleteOperatorPolicy(vhost: string, name: string): Promise<void>
  /** `max-connections`, `max-queues`; -1 is no limit. */
  putVhostLimit(vhost: string, limit: string, value: number): Promise<void>
  deleteVhostLimit(vhost: string, limit: string): Promise<void>
  /** `max-connections`, `max-channels`; -1 is no limit. */
  putUserLimit(user: string, limit: string, value: number): Promise<void>
  deleteUserLimit(user: string, limit: string): Promise<void>
  putParameter(component: string, vhost: string, name: string, value: unknown): Promise<void>
  deleteParameter(component: string, vhost: string, name: string): Promise<void>
  putGlobalParameter(name: string, value: unknown): Promise<void>
  deleteGlobalParameter(name: string): Promise<void>
  /** Everything, or what is in one vhost, in RabbitMQ's JSON. */
  exportDefinitions(vhost?: string): Promise<DefinitionsDocument>
  importDefinitions(definitions: DefinitionsDocument, vhost?: string): Promise<void>
  /** Ends a connection with 320 CONNECTION_FORCED. `name` is `<peer> -> <server>`. */
  closeConnection(name: string, reason?: string): Promise<void>
}

/** RabbitMQ's, over its HTTP API as user guest. */
export class RabbitAdministration implements Administration {
  readonly #origin: string

  constructor(port: number) {
    this.#origin = `http://127.0.0.1:${port}`
  }

  putVhost(name: string, { description, tags, defaultQueueType }: VhostMetadata = {}): Promise<void> {
    return this.#put(['vhosts', name], { description, tags: tags?.join(','), default_queue_type: defaultQueueType })
  }

  deleteVhost(name: string): Promise<void> {
    return this.#delete(['vhosts', name])
  }

  putUser(name: string, { password, passwordHash, hashingAlgorithm, tags }: UserInput): Promise<void> {
    const secret = password === undefined ? { password_hash: passwordHash ?? '' } : { password }
    return this.#put(['users', name], { ...secret, hashing_algorithm: hashingAlgorithm, tags: tags.join(',') })
  }

  deleteUser(name: string): Promise<void> {
    return this.#delete(['users', name])
  }

  putPermissions(user: string, vhost: string, permissions: PermissionInput): Promise<void> {
    return this.#put(['permissions', vhost, user], permissions)
  }

  deletePermissions(user: string, vhost: string): Promise<void> {
    return this.#delete(['permissions', vhost, user])
  }

  putTopicPermissions(user: string, vhost: string, permissions: TopicPermissionInput): Promise<void> {
    return this.#put(['topic-permissions', vhost, user], permissions)
  }

  deleteTopicPermissions(user: string, vhost: string): Promise<void> {
    return this.#delete(['topic-permissions', vhost, user])
  }

  putPolicy(vhost: string, name: string, policy: PolicyInput): Promise<void> {
    return this.#put(['policies', vhost, name], policyBody(policy))
  }

  deletePolicy(vhost: string, name: string): Promise<void> {
    return this.#delete(['policies', vhost, name])
  }

  putOperatorPolicy(vhost: string, name: string, policy: PolicyInput): Promise<void> {
    return this.#put(['operator-policies', vhost, name], policyBody(policy))
  }

  deleteOperatorPolicy(vhost: string, name: string): Promise<void> {
    return this.#delete(['operator-policies', vhost, name])
  }

  putVhostLimit(vhost: string, limit: string, value: number): Promise<void> {
    return this.#put(['vhost-limits', vhost, limit], { value })
  }

  deleteVhostLimit(vhost: string, limit: string): Promise<void> {
    return this.#delete(['vhost-limits', vhost, limit])
  }

  putUserLimit(user: string, limit: string, value: number): Promise<void> {
    return this.#put(['user-limits', user, limit], { value })
  }

  deleteUserLimit(user: string, limit: string): Promise<void> {
    return this.#delete(['user-limits', user, limit])
  }

  putParameter(component: string, vhost: string, name: string, value: unknown): Promise<void> {
    return this.#put(['parameters', component, vhost, name], { value })
  }

  deleteParameter(component: string, vhost: string, name: string): Promise<void> {
    return this.#delete(['parameters', component, vhost, name])
  }

  putGlobalParameter(name: string, value: unknown): Promise<void> {
    return this.#put(['global-parameters', name], { value })
  }

  deleteGlobalParameter(name: string): Promise<void> {
    return this.#delete(['global-parameters', name])
  }

  async exportDefinitions(vhost?: string): Promise<DefinitionsDocument> {
    return JSON.parse(await this.#call('GET', definitionsPath(vhost), {}))
  }

  async importDefinitions(definitions: DefinitionsDocument, vhost?: string): Promise<void> {
    const headers = { 'Content-Type': 'application/json' }
    await this.#call('POST', definitionsPath(vhost), headers, JSON.stringify(definitions))
  }

  closeConnection(name: string, reason?: string): Promise<void> {
    return this.#delete(['connections', name], reason === undefined ? {} : { 'X-Reason': reason })
  }

  async #put(path: readonly string[], body: unknown): Promise<void> {
    await this.#call('PUT', path, { 'Content-Type': 'application/json' }, JSON.stringify(body))
  }

  /** Deletes; what is not there is gone already. */
  async #delete(path: readonly string[], headers: Record<string, string> = {}): Promise<void> {
    await this.#call('DELETE', path, headers)
  }

  async #call(
    method: string,
    path: readonly string[],
    headers: Record<string, string>,
    body: string | null = null,
  ): Promise<string> {
    const authorization = `Basic ${Buffer.from('guest:guest').toString('base64')}`
    const url = `${this.#origin}/api/${path.map(encodeURIComponent).join('/')}`
    const response = await fetch(url, { method, headers: { authorization, ...headers }, body })
    const text = await response.text()
    if (response.ok || (method === 'DELETE' && response.status === 404)) return text
    throw new Error(`${method} ${path.join('/')}: ${response.status} ${text}`)
  }
}

function policyBody({ pattern, definition, priority = 0, applyTo = 'all' }: PolicyInput): unknown {
  return { pattern, definition, priority, 'apply-to': applyTo }
}

function definitionsPath(vhost: string | undefined): string[] {
  return vhost === undefined ? ['definitions'] : ['definitions', vhost]
}
