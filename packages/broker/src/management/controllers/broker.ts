/** The broker as a whole: its name, what it can do, and what its users' interface is told. */

import { badRequest, objectNotFound } from '../http-error.ts'
import { LIST_QUERY, replyList } from '../lists/reply-list.ts'
import type { ManagementParts } from '../management-parts.ts'
import { NO_CONTENT, ok } from '../reply.ts'
import { type Route, route } from '../route.ts'
import { FEATURE_FLAGS } from '../views/feature-flags.ts'

/** The parameter of the whole broker that holds the name of the cluster, as in RabbitMQ. */
const CLUSTER_NAME = 'cluster_name'

export const brokerRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/cluster-name',
    access: 'management',
    summary: 'The name of the cluster',
    handle: ({ parts }) => ok({ name: clusterName(parts) }),
  }),
  route({
    method: 'PUT',
    path: '/cluster-name',
    access: 'administrator',
    summary: 'Names the cluster',
    body: { required: ['name'], properties: { name: { type: 'string' } } },
    async handle(request) {
      await request.parts.admin.putGlobalParameter(CLUSTER_NAME, request.body().name)
      return NO_CONTENT
    },
  }),
  route({
    method: 'GET',
    path: '/extensions',
    access: 'management',
    summary: 'Plug-ins of the user interface',
    handle: () => ok([{ javascript: 'dispatcher.js' }]),
  }),
  route({
    method: 'GET',
    path: '/feature-flags',
    access: 'administrator',
    summary: "RabbitMQ's feature flags, all of them enabled",
    query: LIST_QUERY,
    handle: (request) =>
      replyList(request, FEATURE_FLAGS, { order: ['name'], keys: { name: ({ name }) => name }, view: (flag) => flag }),
  }),
  route({
    method: 'PUT',
    path: '/feature-flags/:name/enable',
    access: 'administrator',
    summary: 'Does nothing: every feature flag is enabled',
    handle(request) {
      if (FEATURE_FLAGS.every(({ name }) => name !== request.param('name'))) throw badRequest('unsupported')
      return NO_CONTENT
    },
  }),
  route({
    method: 'POST',
    path: '/rebalance/queues',
    access: 'administrator',
    summary: 'Does nothing: all queues are on this node',
    handle: () => NO_CONTENT,
  }),
  route({
    method: 'DELETE',
    path: '/reset',
    access: 'administrator',
    summary: 'Does nothing: figures are those of what is there, and need no repair',
    handle: () => NO_CONTENT,
  }),
  route({
    method: 'DELETE',
    path: '/reset/:node',
    access: 'administrator',
    summary: 'The same, for a node',
    handle(request) {
      if (request.param('node') !== request.parts.nodeName) throw objectNotFound()
      return NO_CONTENT
    },
  }),
  route({
    method: 'GET',
    path: '/auth',
    access: 'anyone',
    summary: 'How users log in',
    handle: () => ok({ enable_uaa: false, uaa_client_id: '', uaa_location: '' }),
  }),
]

/** The name that was given to the cluster, or that of the node. */
export function clusterName({ globalParameters, nodeName }: ManagementParts): string {
  const name = globalParameters.all().get(CLUSTER_NAME)
  return typeof name === 'string' ? name : nodeName
}
