/** Users and their rights as a whole. */

import type { User } from '../../access/user-store.ts'
import { checkUserLimits } from '../../limits/user-limits.ts'
import type { JsonObject, JsonValue } from '../../parameters/json-value.ts'
import { badRequest, objectNotFound } from '../http-error.ts'
import { LIST_QUERY, replyList } from '../lists/reply-list.ts'
import type { ManagementParts } from '../management-parts.ts'
import { CREATED, NO_CONTENT, ok } from '../reply.ts'
import { type Route, route } from '../route.ts'
import { viewUser } from '../views/user.ts'
import { readTags } from './vhosts.ts'

export const userRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/users',
    access: 'administrator',
    summary: 'All users',
    query: LIST_QUERY,
    handle: (request) => replyUsers(request, request.parts.users.users()),
  }),
  route({
    method: 'GET',
    path: '/users/without-permissions',
    access: 'administrator',
    summary: 'Users who may enter no vhost',
    query: LIST_QUERY,
    handle(request) {
      const { users } = request.parts
      return replyUsers(
        request,
        users.users().filter(({ name }) => users.permissionsOf(name).size === 0),
      )
    },
  }),
  route({
    method: 'POST',
    path: '/users/bulk-delete',
    access: 'administrator',
    summary: 'Removes several users, or none when one of them is not there',
    body: { required: ['users'], properties: { users: { type: 'array' } } },
    async handle(request) {
      const { users = [] } = request.body()
      const { admin, users: store } = request.parts
      const isUser = (name: JsonValue): name is string => typeof name === 'string' && store.get(name) !== undefined
      const missing = users.find((name) => !isUser(name))
      if (missing !== undefined) throw badRequest(['no_such_user', missing])
      for (const name of users) if (isUser(name)) await admin.deleteUser(name)
      return NO_CONTENT
    },
  }),
  route({
    method: 'GET',
    path: '/users/:user',
    access: 'administrator',
    summary: 'A user',
    handle: async (request) => ok(await showUser(expectUser(request.param('user'), request.parts), request.parts)),
  }),
  route({
    method: 'PUT',
    path: '/users/:user',
    access: 'administrator',
    summary: 'Makes a user, or changes password, tags and limits of one',
    body: {
      properties: {
        password: { type: 'string' },
        password_hash: { type: 'string', description: 'base64; empty for no login by password' },
        hashing_algorithm: { type: 'string' },
        tags: { type: 'any', description: 'a list, or a text with commas' },
        administrator: { type: 'boolean', description: 'instead of tags' },
        limits: { type: 'object' },
      },
    },
    async handle(request) {
      const name = request.param('user')
      const { admin, users } = request.parts
      const {
        password,
        password_hash: passwordHash,
        hashing_algorithm: algorithm,
        limits = {},
        ...given
      } = request.body()
      const tags = given.tags === undefined ? tagsOfFlag(given.administrator) : readTags(given.tags)
      if (password !== undefined && passwordHash !== undefined) {
        throw badRequest('both_password_and_password_hash_are_provided')
      }
      if (passwordHash !== undefined && !isBase64(passwordHash)) throw badRequest(['not_base64', passwordHash])
      const faults = checkUserLimits(limits)
      if (faults.length > 0) throw badRequest(faults.join('\n'))
      const isNew = users.get(name) === undefined
      // The algorithm is that of a given hash; a password is hashed as we do it.
      const secret = password === undefined ? { passwordHash, hashingAlgorithm: algorithm } : { password }
      await admin.putUser(name, { ...secret, tags })
      for (const [limit, value] of Object.entries(limits)) await admin.putUserLimit(name, limit, value as number)
      return isNew ? CREATED : NO_CONTENT
    },
  }),
  route({
    method: 'DELETE',
    path: '/users/:user',
    access: 'administrator',
    summary: 'Removes a user and ends their connections',
    async handle(request) {
      const { name } = expectUser(request.param('user'), request.parts)
      await request.parts.admin.deleteUser(name)
      return NO_CONTENT
    },
  }),
]

/** @throws HttpError 404 */
export function expectUser(name: string, { users }: ManagementParts): User {
  const user = users.get(name)
  if (user === undefined) throw objectNotFound()
  return user
}

async function replyUsers(
  request: Parameters<typeof replyList>[0] & { parts: ManagementParts },
  users: readonly User[],
) {
  const shown: JsonObject[] = []
  for (const user of users) shown.push(await showUser(user, request.parts))
  return replyList(request, shown, { order: ['name'], keys: { name: ({ name }) => name }, view: (user) => user })
}

async function showUser(user: User, { passwordToExport, users }: ManagementParts): Promise<JsonObject> {
  return viewUser(user, await passwordToExport(user), users.limitsOf(user.name))
}

/** What RabbitMQ's first clients sent instead of tags. @throws HttpError 400 */
function tagsOfFlag(administrator: boolean | undefined): string[] {
  if (administrator === undefined) throw badRequest('tags_not_present')
  return administrator ? ['administrator'] : []
}

function isBase64(text: string): boolean {
  return /^[A-Za-z0-9+/]*={0,2}$/.test(text)
}
