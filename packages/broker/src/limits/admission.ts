/** Whether one more connection or channel is within the limits of its vhost and user, with RabbitMQ's texts where it is not. */

import { MethodId, ReplyCode } from '@warrenmq/codec'
import type { UserStore } from '../access/user-store.ts'
import { ConnectionException } from '../errors.ts'
import type { UserUsage, UserUsages } from './user-limits.ts'
import type { VhostLimits } from './vhost-limits.ts'

interface LimitedVhost {
  readonly name: string
  readonly limits: VhostLimits
  readonly connectionCount: number
}

/** @throws ConnectionException NOT_ALLOWED when the vhost takes no more connections. */
export function assertVhostAdmits({ name, limits, connectionCount }: LimitedVhost, user: string): void {
  const { maxConnections } = limits
  if (maxConnections === undefined || connectionCount < maxConnections) return
  const text = `access to vhost '${name}' refused for user '${user}': connection limit (${maxConnections}) is reached`
  throw new ConnectionException(ReplyCode.NOT_ALLOWED, text, MethodId.connectionOpen)
}

/** @throws ConnectionException NOT_ALLOWED when the user may open no more connections. */
export function assertUserMayConnect(users: UserStore, usages: UserUsages, user: string): void {
  const limit = users.limit(user, 'max-connections')
  if (limit === undefined || (usages.get(user)?.connectionCount ?? 0) < limit) return
  const text = `connection refused for user '${user}': user connection limit (${limit}) is reached`
  throw new ConnectionException(ReplyCode.NOT_ALLOWED, text, MethodId.connectionOpen)
}

/** @throws ConnectionException NOT_ALLOWED when the user may open no more channels. */
export function assertUserMayOpenChannel(users: UserStore, usage: UserUsage, user: string): void {
  const limit = users.limit(user, 'max-channels')
  if (limit === undefined || usage.channelCount < limit) return
  const text = `number of channels opened for user '${user}' has reached the maximum allowed user limit of (${limit})`
  throw new ConnectionException(ReplyCode.NOT_ALLOWED, text, 0)
}
