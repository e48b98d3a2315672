/** Limits of vhosts and of users. */

import { LIMITS_NAME, VHOST_LIMITS } from '../../limits/vhost-limits.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../parameters/json-value.ts'
import type { Vhost } from '../../vhost/vhost.ts'
import { badRequest } from '../http-error.ts'
import { LIST_QUERY, replyList } from '../lists/reply-list.ts'
import type { ManagementParts } from '../management-parts.ts'
import { NO_CONTENT, ok } from '../reply.ts'
import { type Route, route } from '../route.ts'
import { expectUser } from './users.ts'

const BODY = { required: ['value'], properties: { value: { type: 'any' } } } as const

export const limitRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/vhost-limits',
    access: 'management',
    summary: 'The limits of all vhosts that the user knows of',
    query: LIST_QUERY,
    async handle(request) {
      return replyList(request, (await request.caller.vhosts('known')).flatMap(vhostLimits), {
        order: ['vhost'],
        keys: { vhost: ({ vhost }) => vhost },
        view: (limits) => limits,
      })
    },
  }),
  route({
    method: 'GET',
    path: '/vhost-limits/:vhost',
    access: 'vhost-visible',
    summary: 'The limits of a vhost',
    handle: (request) => ok(vhostLimits(request.vhost())),
  }),
  route({
    method: 'PUT',
    path: '/vhost-limits/:vhost/:limit',
    access: 'administrator',
    summary: 'Sets a limit of a vhost: max-connections, max-queues',
    body: BODY,
    async handle(request) {
      const vhost = request.vhostToChange()
      const { value } = request.body()
      await request.parts.admin.putVhostLimit(vhost.name, request.param('limit'), value as number)
      return NO_CONTENT
    },
  }),
  route({
    method: 'DELETE',
    path: '/vhost-limits/:vhost/:limit',
    access: 'administrator',
    summary: 'Lifts a limit of a vhost',
    async handle(request) {
      await request.parts.admin.deleteVhostLimit(request.vhost().name, request.param('limit'))
      return NO_CONTENT
    },
  }),
  route({
    method: 'GET',
    path: '/user-limits',
    access: 'management',
    summary: 'The limits of all users',
    query: LIST_QUERY,
    handle(request) {
      const names = request.parts.users.users().map(({ name }) => name)
      return replyList(
        request,
        names.flatMap((name) => userLimits(name, request.parts)),
        { order: ['user'], keys: { user: ({ user }) => user }, view: (limits) => limits },
      )
    },
  }),
  route({
    method: 'GET',
    path: '/user-limits/:user',
    access: 'management',
    summary: 'The limits of a user',
    handle: (request) => ok(userLimits(expectUser(request.param('user'), request.parts).name, request.parts)),
  }),
  route({
    method: 'PUT',
    path: '/user-limits/:user/:limit',
    access: 'administrator',
    summary: 'Sets a limit of a user: max-connections, max-channels',
    body: BODY,
    async handle(request) {
      const { value } = request.body()
      const name = request.param('user')
      if (request.parts.users.get(name) === undefined) throw badRequest(['no_such_user', name])
      await request.parts.admin.putUserLimit(name, request.param('limit'), value as number)
      return NO_CONTENT
    },
  }),
  route({
    method: 'DELETE',
    path: '/user-limits/:user/:limit',
    access: 'administrator',
    summary: 'Lifts a limit of a user',
    async handle(request) {
      const { name } = expectUser(request.param('user'), request.parts)
      await request.parts.admin.deleteUserLimit(name, request.param('limit'))
      return NO_CONTENT
    },
  }),
]

/** One entry, or none for a vhost without limits. */
function vhostLimits({ name, parameters }: Vhost): JsonObject[] {
  const value: JsonValue | undefined = parameters.get(VHOST_LIMITS.name, LIMITS_NAME)
  return isJsonObject(value) && Object.keys(value).length > 0 ? [{ vhost: name, value }] : []
}

/** One entry, or none for a user without limits. */
function userLimits(user: string, { users }: ManagementParts): JsonObject[] {
  const value = { ...users.limitsOf(user) }
  return Object.keys(value).length > 0 ? [{ user, value }] : []
}
