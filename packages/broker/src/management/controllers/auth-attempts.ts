/** How often somebody tried to log in, by protocol. Sources of logins are not kept, as in RabbitMQ unless it is told to. */

import { objectNotFound } from '../http-error.ts'
import type { ManagementRequest } from '../management-request.ts'
import { NO_CONTENT, ok } from '../reply.ts'
import { type Route, route } from '../route.ts'

export const authAttemptRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/auth/attempts/:node',
    access: 'monitoring',
    summary: 'Attempts to log in, by protocol',
    handle(request) {
      assertThisNode(request)
      const attempts = Array.from(request.parts.statistics.logins, ([protocol, { succeeded, failed }]) => ({
        protocol,
        auth_attempts: succeeded + failed,
        auth_attempts_failed: failed,
        auth_attempts_succeeded: succeeded,
      }))
      return ok(attempts)
    },
  }),
  route({
    method: 'DELETE',
    path: '/auth/attempts/:node',
    access: 'monitoring',
    summary: 'Begins to count anew',
    handle(request) {
      assertThisNode(request)
      request.parts.statistics.logins.clear()
      return NO_CONTENT
    },
  }),
  route({
    method: 'GET',
    path: '/auth/attempts/:node/source',
    access: 'monitoring',
    summary: 'The same by address and user, which is not kept',
    handle(request) {
      assertThisNode(request)
      return ok([])
    },
  }),
  route({
    method: 'DELETE',
    path: '/auth/attempts/:node/source',
    access: 'monitoring',
    summary: 'Does nothing',
    handle(request) {
      assertThisNode(request)
      return NO_CONTENT
    },
  }),
]

/** @throws HttpError 404 */
function assertThisNode(request: Pick<ManagementRequest<'node', never>, 'param' | 'parts'>): void {
  if (request.param('node') !== request.parts.nodeName) throw objectNotFound()
}
