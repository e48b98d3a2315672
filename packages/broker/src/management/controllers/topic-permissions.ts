/** Permissions of users on routing keys of topic exchanges. */

import type { JsonObject } from '../../parameters/json-value.ts'
import { objectNotFound } from '../http-error.ts'
import { LIST_QUERY, replyList } from '../lists/reply-list.ts'
import type { ManagementParts } from '../management-parts.ts'
import type { ManagementRequest } from '../management-request.ts'
import { CREATED, NO_CONTENT, type Reply } from '../reply.ts'
import { type Route, route } from '../route.ts'
import { assertPatterns } from './pattern-fields.ts'
import { assertVhostAndUser, permissionLists } from './permission-lists.ts'

const BODY = {
  required: ['exchange', 'write', 'read'],
  properties: { exchange: { type: 'string' }, write: { type: 'string' }, read: { type: 'string' } },
} as const

type UserInVhost = ManagementRequest<'vhost' | 'user', typeof BODY>

export const topicPermissionRoutes: readonly Route[] = [
  ...permissionLists({
    name: 'topic-permissions',
    words: 'topic permissions',
    all: allPermissions,
    reply: replyPermissions,
  }),
  ...onOne('/topic-permissions/:vhost/:user'),
  // RabbitMQ takes the exchange from the path only where it deletes.
  ...onOne('/topic-permissions/:vhost/:user/:exchange'),
]

/** The same three methods are there with and without an exchange in the path. */
function onOne(path: '/topic-permissions/:vhost/:user' | '/topic-permissions/:vhost/:user/:exchange'): Route[] {
  return [
    route({
      method: 'GET',
      path,
      access: 'administrator',
      summary: 'The topic permissions of a user in a vhost',
      query: LIST_QUERY,
      handle: (request) => replyPermissions(request, expectPermissions(request as UserInVhost)),
    }),
    route({
      method: 'PUT',
      path,
      access: 'administrator',
      summary: 'Sets what routing keys of an exchange a user may use',
      body: BODY,
      handle: (request) => putPermissions(request as UserInVhost),
    }),
    route({
      method: 'DELETE',
      path,
      access: 'administrator',
      summary: 'Lifts the topic permissions of a user in a vhost',
      async handle(request) {
        expectPermissions(request as UserInVhost)
        const exchange = path.endsWith(':exchange') ? request.param('exchange' as 'user') : undefined
        await request.parts.admin.deleteTopicPermissions(request.param('user'), request.param('vhost'), exchange)
        return NO_CONTENT
      },
    }),
  ]
}

async function putPermissions(request: UserInVhost): Promise<Reply> {
  const permissions = request.body()
  assertPatterns([permissions.write, permissions.read])
  const vhost = request.param('vhost')
  const user = request.param('user')
  assertVhostAndUser(request.parts, vhost, user)
  const { admin, users } = request.parts
  const isNew = (users.topicPermissionsOf(user).get(vhost)?.size ?? 0) === 0
  await admin.putTopicPermissions(user, vhost, permissions)
  return isNew ? CREATED : NO_CONTENT
}

/** @throws HttpError 404 */
function expectPermissions(request: UserInVhost): JsonObject[] {
  const found = allPermissions(request.parts).filter(
    ({ user, vhost }) => user === request.param('user') && vhost === request.param('vhost'),
  )
  if (found.length === 0) throw objectNotFound()
  return found
}

function allPermissions({ users }: ManagementParts): JsonObject[] {
  return users
    .users()
    .flatMap(({ name: user }) =>
      [...users.topicPermissionsOf(user)].flatMap(([vhost, rights]) =>
        Array.from(rights.values(), (right): JsonObject => ({ user, vhost, ...right })),
      ),
    )
}

function replyPermissions(
  request: Pick<ManagementRequest, 'query'>,
  permissions: readonly JsonObject[],
): Promise<Reply> {
  return replyList(request, permissions, {
    order: ['vhost', 'user', 'exchange'],
    keys: { vhost: ({ vhost }) => vhost, user: ({ user }) => user, exchange: ({ exchange }) => exchange },
    view: (each) => each,
  })
}
