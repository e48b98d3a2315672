/**
 * What definitions hold, as read from RabbitMQ's JSON: users, vhosts and all that is in them but messages.
 *
 * Each part remembers where it stood, such as `queues[3]`, so that whoever finds fault with it can say so.
 */

import type { TypedTable } from '@warrenmq/codec'
import type { JsonValue } from '../parameters/json-value.ts'
import type { VhostMetadata } from '../vhost/vhost-metadata.ts'

/** Definitions in RabbitMQ's shape, as its HTTP API and `rabbitmqctl export_definitions` give them. */
export interface DefinitionsDocument {
  readonly [key: string]: unknown
}

interface Part {
  /** Where it stood in the document. */
  readonly path: string
}

export interface UserDefinition extends Part {
  readonly name: string
  readonly password: string | undefined
  readonly passwordHash: string
  readonly hashingAlgorithm: string | undefined
  readonly tags: readonly string[]
  readonly limits: JsonValue
}

export interface VhostDefinition extends Part {
  readonly name: string
  /** `undefined` when nothing is said of it. */
  readonly metadata: VhostMetadata | undefined
}

export interface PermissionDefinition extends Part {
  readonly user: string
  readonly vhost: string
  /** Only of permissions, not of topic permissions. */
  readonly configure: string
  readonly write: string
  readonly read: string
  /** Only of topic permissions. */
  readonly exchange: string
}

/** Also a policy: a parameter of the component `policy`. */
export interface ParameterDefinition extends Part {
  readonly vhost: string
  readonly component: string
  readonly name: string
  readonly value: JsonValue
}

export interface GlobalParameterDefinition extends Part {
  readonly name: string
  readonly value: JsonValue
}

export interface QueueDefinition extends Part {
  readonly vhost: string
  readonly name: string
  readonly durable: boolean
  readonly autoDelete: boolean
  readonly arguments: TypedTable
}

export interface ExchangeDefinition extends QueueDefinition {
  readonly type: string
  readonly internal: boolean
}

export interface BindingDefinition extends Part {
  readonly vhost: string
  readonly source: string
  readonly destination: string
  readonly destinationType: string
  readonly routingKey: string
  readonly arguments: TypedTable
}

export interface Definitions {
  readonly users: readonly UserDefinition[]
  readonly vhosts: readonly VhostDefinition[]
  readonly permissions: readonly PermissionDefinition[]
  readonly topicPermissions: readonly PermissionDefinition[]
  readonly parameters: readonly ParameterDefinition[]
  readonly globalParameters: readonly GlobalParameterDefinition[]
  readonly queues: readonly QueueDefinition[]
  readonly exchanges: readonly ExchangeDefinition[]
  readonly bindings: readonly BindingDefinition[]
}
