/** What permissions and topic permissions have in common: three lists, and for whom they may be set. */

import type { JsonObject } from '../../parameters/json-value.ts'
import { badRequest } from '../http-error.ts'
import { LIST_QUERY } from '../lists/reply-list.ts'
import type { ManagementParts } from '../management-parts.ts'
import type { ManagementRequest } from '../management-request.ts'
import type { Reply } from '../reply.ts'
import { type Route, route } from '../route.ts'
import { expectUser } from './users.ts'

/** A kind of permissions. */
interface PermissionKind {
  /** In paths. */
  readonly name: 'permissions' | 'topic-permissions'
  /** In summaries. */
  readonly words: string
  all(parts: ManagementParts): readonly JsonObject[]
  reply(request: Pick<ManagementRequest, 'query'>, permissions: readonly JsonObject[]): Promise<Reply>
}

/** All permissions, those of a user, and those in a vhost. */
export function permissionLists({ name, words, all, reply }: PermissionKind): Route[] {
  return [
    route({
      method: 'GET',
      path: `/${name}`,
      access: 'administrator',
      summary: `All ${words}`,
      query: LIST_QUERY,
      handle: (request) => reply(request, all(request.parts)),
    }),
    route({
      method: 'GET',
      path: `/users/:user/${name}`,
      access: 'administrator',
      summary: `The ${words} of a user`,
      query: LIST_QUERY,
      handle(request) {
        const wanted = expectUser(request.param('user'), request.parts).name
        return reply(
          request,
          all(request.parts).filter(({ user }) => user === wanted),
        )
      },
    }),
    route({
      method: 'GET',
      path: `/vhosts/:vhost/${name}`,
      access: 'administrator',
      summary: `The ${words} in a vhost`,
      query: LIST_QUERY,
      handle(request) {
        const wanted = request.vhost().name
        return reply(
          request,
          all(request.parts).filter(({ vhost }) => vhost === wanted),
        )
      },
    }),
  ]
}

/** @throws HttpError 400 where either is not there. */
export function assertVhostAndUser({ users, vhosts }: ManagementParts, vhost: string, user: string): void {
  if (!vhosts.has(vhost) || users.get(user) === undefined) throw badRequest('vhost_or_user_not_found')
}
