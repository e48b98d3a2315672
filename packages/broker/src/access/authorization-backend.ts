/** What decides about rights: the broker's own users, or something that has to be asked. */

import type { Right } from './permissions.ts'

/** What a right is asked on. */
export type ResourceKind = 'queue' | 'exchange'

/** Who asks: a user as logged in, in the vhost of one connection. */
export interface Subject {
  readonly user: string
  readonly tags: readonly string[]
  readonly vhost: string
  /** Address of the client. */
  readonly remoteAddress: string
}

/**
 * Decides about rights.
 *
 * An answer that is there at once is given at once; one that has to be fetched comes as a promise, which never rejects: a backend that
 * fails refuses. Answers are kept by {@link Rights} until the version it goes by has changed.
 */
export interface AuthorizationBackend {
  /** Whether the user may open a connection in the vhost. */
  mayEnter(subject: Subject): boolean | Promise<boolean>
  /** Whether the user has a right on a queue or exchange; the default exchange is `amq.default`. */
  may(subject: Subject, right: Right, kind: ResourceKind, name: string): boolean | Promise<boolean>
  /** Whether any routing key of the topic exchange may be used, so that {@link mayUseTopic} need not be asked for each. */
  hasFreeTopics(subject: Subject, exchange: string): boolean
  /** Whether the user may publish or bind with a routing key of a topic exchange. */
  mayUseTopic(subject: Subject, right: 'write' | 'read', exchange: string, key: string): boolean | Promise<boolean>
}
