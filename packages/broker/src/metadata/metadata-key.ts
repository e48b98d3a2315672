/**
 * The keys of metadata: a kind, and the names that tell things of the kind apart, as a JSON array. No two lists of names give the same
 * key, whatever is in them, and a key is well-formed Unicode even when a name is not.
 *
 * | kind | names | value |
 * | --- | --- | --- |
 * | `format` | | the version of all this, {@link METADATA_FORMAT}; there from the first start on |
 * | `log-id` | | a number above all that were ever given out to vhosts, queues and exchanges |
 * | `user` | user | {@link UserValue} |
 * | `permission` | user, vhost | `Permissions` |
 * | `topic-permission` | user, vhost, exchange | `TopicPermissions` |
 * | `global-parameter` | name | any JSON |
 * | `vhost` | vhost | {@link VhostValue} |
 * | `ended-vhost` | number of vhost | `{}`; there while what was in a deleted vhost is removed |
 * | `parameter` | number of vhost, component, name | any JSON: a policy, limits |
 * | `exchange` | number of vhost, exchange | {@link ExchangeValue} |
 * | `queue` | number of vhost, queue | {@link QueueValue} |
 * | `binding` | number of vhost, source, kind of destination, destination, routing key, identity of arguments | {@link BindingValue} |
 */

import type { PasswordHash } from '../access/password.ts'
import type { UserLimits } from '../limits/user-limits.ts'
import type { VhostMetadata } from '../vhost/vhost-metadata.ts'

/** Version of keys and values. */
export const METADATA_FORMAT = '1'

/** Kinds of metadata. A thing of a later kind may need one of an earlier kind to be there. */
export const METADATA_KINDS = [
  'format',
  'log-id',
  'user',
  'global-parameter',
  'vhost',
  'ended-vhost',
  'permission',
  'topic-permission',
  'parameter',
  'exchange',
  'queue',
  'binding',
] as const
export type MetadataKind = (typeof METADATA_KINDS)[number]

export interface UserValue {
  readonly password: PasswordHash
  readonly tags: readonly string[]
  readonly limits: UserLimits
}

export interface VhostValue {
  readonly number: number
  /** What an operator says of it. */
  readonly said: VhostMetadata
}

/** Arguments, where there are any, as {@link encodeArguments} gives them. */
interface WithArguments {
  readonly arguments?: string | undefined
}

export interface ExchangeValue extends WithArguments {
  readonly type: string
  readonly autoDelete: boolean
  readonly internal: boolean
  /** 0 for one that keeps no messages. */
  readonly logId: number
}

export interface QueueValue extends WithArguments {
  readonly autoDelete: boolean
  readonly logId: number
}

export type BindingValue = WithArguments

export function formatKey(kind: MetadataKind, ...names: readonly string[]): string {
  return JSON.stringify([kind, ...names])
}

/** @throws SyntaxError for what {@link formatKey} never gives. */
export function parseKey(key: string): readonly [kind: MetadataKind, ...names: string[]] {
  return JSON.parse(key)
}
