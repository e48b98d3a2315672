import type { Arguments } from './common.ts'

/** A user, as far as the broker itself keeps it. */
export interface User {
  readonly name: string
  /** `base64(salt ‖ hash)`; empty when the user has no password. */
  readonly password_hash: string
  readonly hashing_algorithm: string | null
  readonly tags: readonly string[]
  readonly limits?: Readonly<Record<string, number>> | readonly never[]
}

/** What a user is made with, or changed to: exactly one of the passwords. */
export interface UserDefinition {
  readonly password?: string
  /** `''` leaves the user without a password. */
  readonly password_hash?: string
  readonly hashing_algorithm?: string
  readonly tags: readonly string[]
}

/** Who is asking. */
export interface WhoAmI {
  readonly name: string
  readonly tags: readonly string[]
}

/** Regular expressions on names of resources. */
export interface Rights {
  readonly configure: string
  readonly write: string
  readonly read: string
}

export interface Permission extends Rights {
  readonly user: string
  readonly vhost: string
}

/** Regular expressions on routing keys of one topic exchange. */
export interface TopicRights {
  readonly exchange: string
  readonly write: string
  readonly read: string
}

export interface TopicPermission extends TopicRights {
  readonly user: string
  readonly vhost: string
}

export interface Vhost {
  readonly name: string
  readonly description?: string
  readonly tags?: readonly string[]
  /** `undefined`, the text, when none was given. */
  readonly default_queue_type?: string
  readonly metadata?: Arguments
  readonly tracing: boolean
  /** By node: `running`, `stopped`. */
  readonly cluster_state?: Readonly<Record<string, string>>
  readonly messages?: number
}

/** What may be said of a vhost. */
export interface VhostDefinition {
  readonly description?: string
  readonly tags?: readonly string[]
  readonly defaultQueueType?: string
  readonly tracing?: boolean
}

/** Limits of a vhost or a user by name; `[]` is RabbitMQ's way to write that there are none. */
export type LimitValues = Readonly<Record<string, number>> | readonly never[]

export interface VhostLimits {
  readonly vhost: string
  readonly value: LimitValues
}

export interface UserLimits {
  readonly user: string
  readonly value: LimitValues
}

export interface LoginAttempts {
  readonly protocol: string
  readonly auth_attempts: number
  readonly auth_attempts_failed: number
  readonly auth_attempts_succeeded: number
}
