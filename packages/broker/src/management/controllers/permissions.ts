/** Permissions of users in vhosts. */

import type { Permissions } from '../../access/permissions.ts'
import type { JsonObject } from '../../parameters/json-value.ts'
import { objectNotFound } from '../http-error.ts'
import { replyList } from '../lists/reply-list.ts'
import type { ManagementParts } from '../management-parts.ts'
import type { ManagementRequest } from '../management-request.ts'
import { CREATED, NO_CONTENT, ok, type Reply } from '../reply.ts'
import { type Route, route } from '../route.ts'
import { assertPatterns } from './pattern-fields.ts'
import { assertVhostAndUser, permissionLists } from './permission-lists.ts'

const BODY = {
  required: ['configure', 'write', 'read'],
  properties: { configure: { type: 'string' }, write: { type: 'string' }, read: { type: 'string' } },
} as const

export const permissionRoutes: readonly Route[] = [
  ...permissionLists({ name: 'permissions', words: 'permissions', all: allPermissions, reply: replyPermissions }),
  route({
    method: 'GET',
    path: '/permissions/:vhost/:user',
    access: 'administrator',
    summary: 'The permissions of a user in a vhost',
    handle: (request) => ok(viewPermissions(request.param('user'), request.param('vhost'), expectPermissions(request))),
  }),
  route({
    method: 'PUT',
    path: '/permissions/:vhost/:user',
    access: 'administrator',
    summary: 'Sets the permissions of a user in a vhost',
    body: BODY,
    async handle(request) {
      const permissions = request.body()
      assertPatterns([permissions.configure, permissions.write, permissions.read])
      const vhost = request.param('vhost')
      const user = request.param('user')
      assertVhostAndUser(request.parts, vhost, user)
      const { admin, users } = request.parts
      const isNew = users.permissions(user, vhost) === undefined
      await admin.putPermissions(user, vhost, permissions)
      return isNew ? CREATED : NO_CONTENT
    },
  }),
  route({
    method: 'DELETE',
    path: '/permissions/:vhost/:user',
    access: 'administrator',
    summary: 'Takes all permissions in a vhost from a user',
    async handle(request) {
      expectPermissions(request)
      await request.parts.admin.deletePermissions(request.param('user'), request.param('vhost'))
      return NO_CONTENT
    },
  }),
]

/** @throws HttpError 404 */
function expectPermissions(request: Pick<ManagementRequest<'vhost' | 'user', never>, 'param' | 'parts'>): Permissions {
  const permissions = request.parts.users.permissions(request.param('user'), request.param('vhost'))
  if (permissions === undefined) throw objectNotFound()
  return permissions
}

function viewPermissions(user: string, vhost: string, permissions: Permissions): JsonObject {
  return { user, vhost, ...permissions }
}

function allPermissions({ users }: ManagementParts): JsonObject[] {
  return users
    .users()
    .flatMap(({ name }) =>
      Array.from(users.permissionsOf(name), ([vhost, rights]) => viewPermissions(name, vhost, rights)),
    )
}

function replyPermissions(
  request: Pick<ManagementRequest, 'query'>,
  permissions: readonly JsonObject[],
): Promise<Reply> {
  return replyList(request, permissions, {
    order: ['vhost', 'user'],
    keys: { vhost: ({ vhost }) => vhost, user: ({ user }) => user },
    view: (each) => each,
  })
}
