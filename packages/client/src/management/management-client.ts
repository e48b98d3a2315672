/** The client of the HTTP API: one property per resource. */

import { Bindings } from './resources/bindings.ts'
import { Channels, Connections, Consumers } from './resources/connections.ts'
import { DefinitionsResource } from './resources/definitions.ts'
import { Exchanges } from './resources/exchanges.ts'
import { HealthChecks } from './resources/health-checks.ts'
import { Limits } from './resources/limits.ts'
import { Messages } from './resources/messages.ts'
import { Nodes } from './resources/nodes.ts'
import { Parameters } from './resources/parameters.ts'
import { Permissions } from './resources/permissions.ts'
import { Policies } from './resources/policies.ts'
import { Queues } from './resources/queues.ts'
import { Streams } from './resources/streams.ts'
import { Users } from './resources/users.ts'
import { Vhosts } from './resources/vhosts.ts'
import { type ManagementClientOptions, type ManagementRequest, type RequestOptions, Transport } from './transport.ts'

/**
 * Administers a WarrenMQ or RabbitMQ over its HTTP API.
 *
 * It holds no connection and needs no closing. Every method takes a signal and a time limit of its own as its last argument, and
 * rejects with `ManagementError`.
 */
export class ManagementClient {
  /** Without credentials and without a slash at the end. */
  readonly url: string
  readonly users: Users
  readonly vhosts: Vhosts
  readonly permissions: Permissions
  readonly queues: Queues
  readonly exchanges: Exchanges
  readonly bindings: Bindings
  readonly connections: Connections
  readonly channels: Channels
  readonly consumers: Consumers
  readonly policies: Policies
  readonly operatorPolicies: Policies
  readonly limits: Limits
  readonly parameters: Parameters
  readonly definitions: DefinitionsResource
  readonly nodes: Nodes
  readonly healthChecks: HealthChecks
  /** Single messages of queues. With WarrenMQ only. */
  readonly messages: Messages
  /** What flows and what happens. With WarrenMQ only. */
  readonly streams: Streams
  readonly #transport: Transport

  /** @throws TypeError when `url` is none. */
  constructor(options: ManagementClientOptions = {}) {
    const transport = new Transport(options)
    this.#transport = transport
    this.url = transport.url
    this.users = new Users(transport)
    this.vhosts = new Vhosts(transport)
    this.permissions = new Permissions(transport)
    this.queues = new Queues(transport)
    this.exchanges = new Exchanges(transport)
    this.bindings = new Bindings(transport)
    this.connections = new Connections(transport)
    this.channels = new Channels(transport)
    this.consumers = new Consumers(transport)
    this.policies = new Policies(transport, 'policies')
    this.operatorPolicies = new Policies(transport, 'operator-policies')
    this.limits = new Limits(transport)
    this.parameters = new Parameters(transport)
    this.definitions = new DefinitionsResource(transport)
    this.nodes = new Nodes(transport)
    this.healthChecks = new HealthChecks(transport)
    this.messages = new Messages(transport)
    this.streams = new Streams(transport)
  }

  /** Any request of the HTTP API, for what has no method here. Resolves to the parsed body, or undefined when there is none. */
  request<Answer>(request: ManagementRequest, options?: RequestOptions): Promise<Answer> {
    return this.#transport.request<Answer>(request, options)
  }
}
