/** Policies and operator policies. */

import { toJson } from '../../administration/policies.ts'
import type { ParameterComponent } from '../../parameters/parameter-components.ts'
import { deleteParameter, setParameter } from '../../parameters/parameter-components.ts'
import type { Policy } from '../../policy/policy.ts'
import { listPolicies, OPERATOR_POLICY, POLICY } from '../../policy/policy-components.ts'
import type { Vhost } from '../../vhost/vhost.ts'
import type { Access } from '../authorization.ts'
import { objectNotFound } from '../http-error.ts'
import { LIST_QUERY, type Listing, replyList } from '../lists/reply-list.ts'
import type { ManagementRequest } from '../management-request.ts'
import { CREATED, NO_CONTENT, ok } from '../reply.ts'
import { type Route, route } from '../route.ts'
import { viewPolicy } from '../views/policy.ts'
import { validated } from './validation.ts'

/** A policy and where it is. */
interface ListedPolicy {
  readonly vhost: string
  readonly policy: Policy
}

const LISTING: Listing<ListedPolicy> = {
  order: ['priority'],
  keys: { priority: ({ policy }) => policy.priority },
  view: ({ vhost, policy }) => viewPolicy(vhost, policy),
}

const BODY = {
  required: ['pattern', 'definition'],
  properties: {
    // Their types are checked together with all else that a policy must be, for RabbitMQ's texts.
    pattern: { type: 'any', description: 'a regular expression on names' },
    definition: { type: 'any', description: 'settings by name' },
    priority: { type: 'any', default: 0 },
    'apply-to': { type: 'any', default: 'all', enum: ['all', 'queues', 'exchanges'] },
  },
} as const

export const policyRoutes: readonly Route[] = [
  ...routesOf('policies', POLICY, 'policymaker'),
  ...routesOf('operator-policies', OPERATOR_POLICY, 'administrator'),
]

function routesOf(segment: 'policies' | 'operator-policies', component: ParameterComponent, access: Access): Route[] {
  const what = segment === 'policies' ? 'policy' : 'operator policy'
  const list = (vhosts: readonly Vhost[]) =>
    vhosts.flatMap((vhost) =>
      listPolicies(vhost.parameters, component).map((policy) => ({ vhost: vhost.name, policy })),
    )
  const expectPolicy = (request: Pick<ManagementRequest<'name', never>, 'vhost' | 'param'>): ListedPolicy => {
    const found = list([request.vhost()]).find(({ policy }) => policy.name === request.param('name'))
    if (found === undefined) throw objectNotFound()
    return found
  }
  return [
    route({
      method: 'GET',
      path: `/${segment}`,
      access: 'management',
      summary: `Each ${what} of all vhosts that the user may enter`,
      query: LIST_QUERY,
      handle: async (request) => replyList(request, list(await request.caller.vhosts()), LISTING),
    }),
    route({
      method: 'GET',
      path: `/${segment}/:vhost`,
      access: 'vhost',
      summary: `Each ${what} of a vhost`,
      query: LIST_QUERY,
      handle: (request) => replyList(request, list([request.vhost()]), LISTING),
    }),
    route({
      method: 'GET',
      path: `/${segment}/:vhost/:name`,
      access,
      summary: `One ${what}`,
      handle(request) {
        const { vhost, policy } = expectPolicy(request)
        return ok(viewPolicy(vhost, policy))
      },
    }),
    route({
      method: 'PUT',
      path: `/${segment}/:vhost/:name`,
      access,
      summary: `Sets one ${what}`,
      body: BODY,
      async handle(request) {
        const vhost = request.vhostToChange()
        const { pattern, definition, priority = 0, 'apply-to': applyTo = 'all' } = request.body()
        const name = request.param('name')
        const isNew = vhost.parameters.get(component.name, name) === undefined
        const value = toJson({ pattern, definition, priority, 'apply-to': applyTo })
        const put = () => setParameter(vhost, component.name, name, value)
        await (component === POLICY ? validated(put) : put())
        await request.parts.metadata?.settled()
        return isNew ? CREATED : NO_CONTENT
      },
    }),
    route({
      method: 'DELETE',
      path: `/${segment}/:vhost/:name`,
      access,
      summary: `Removes one ${what}`,
      async handle(request) {
        const { policy } = expectPolicy(request)
        await deleteParameter(request.vhost(), component.name, policy.name)
        await request.parts.metadata?.settled()
        return NO_CONTENT
      },
    }),
  ]
}
