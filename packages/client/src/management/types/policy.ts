import type { Arguments } from './common.ts'

/** A policy or operator policy. */
export interface Policy {
  readonly vhost: string
  readonly name: string
  /** Regular expression on names. */
  readonly pattern: string
  /** `queues`, `exchanges`, `all`, and with newer brokers `classic_queues` and the like. */
  readonly 'apply-to': string
  readonly definition: Arguments
  readonly priority: number
}

/** What a policy is set to. */
export interface PolicyDefinition {
  readonly pattern: string
  readonly definition: Arguments
  /** @default 0 */
  readonly priority?: number
  /** @default all */
  readonly 'apply-to'?: string
}

export interface Parameter {
  readonly vhost: string
  readonly component: string
  readonly name: string
  readonly value: unknown
}

export interface GlobalParameter {
  readonly name: string
  readonly value: unknown
}

/**
 * Users, vhosts, permissions, policies, queues, exchanges and bindings as one document, in RabbitMQ's form. Parts may be missing.
 */
export interface Definitions {
  readonly rabbit_version?: string
  readonly rabbitmq_version?: string
  readonly users?: readonly Arguments[]
  readonly vhosts?: readonly Arguments[]
  readonly permissions?: readonly Arguments[]
  readonly topic_permissions?: readonly Arguments[]
  readonly parameters?: readonly Arguments[]
  readonly global_parameters?: readonly Arguments[]
  readonly policies?: readonly Arguments[]
  readonly queues?: readonly Arguments[]
  readonly exchanges?: readonly Arguments[]
  readonly bindings?: readonly Arguments[]
}
