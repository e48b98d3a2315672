/** Parameters of vhosts, and those of the whole broker. */

import { isJsonObject, type JsonObject, type JsonValue } from '../../parameters/json-value.ts'
import type { Parameter } from '../../parameters/vhost-parameters.ts'
import { POLICY } from '../../policy/policy-components.ts'
import type { Vhost } from '../../vhost/vhost.ts'
import { isAdministrator } from '../authorization.ts'
import type { Caller } from '../caller.ts'
import { objectNotFound } from '../http-error.ts'
import { LIST_QUERY, type Listing, replyList } from '../lists/reply-list.ts'
import type { ManagementRequest } from '../management-request.ts'
import { CREATED, NO_CONTENT, ok } from '../reply.ts'
import { type Route, route } from '../route.ts'
import { validated } from './validation.ts'

/** A parameter and where it is. */
interface ListedParameter extends Parameter {
  readonly vhost: string
}

function listingFor(caller: Caller): Listing<ListedParameter> {
  return {
    keys: { vhost: ({ vhost }) => vhost, name: ({ name }) => name },
    view: (parameter) => viewParameter(parameter, caller),
  }
}

const BODY = { required: ['value'], properties: { value: { type: 'any' } } } as const

export const parameterRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/parameters',
    access: 'policymaker',
    summary: 'The parameters of all vhosts that the user may enter',
    query: LIST_QUERY,
    handle: async (request) =>
      replyList(request, parametersOf(await request.caller.vhosts()), listingFor(request.caller)),
  }),
  route({
    method: 'GET',
    path: '/parameters/:component',
    access: 'policymaker',
    summary: 'The same, of one component',
    query: LIST_QUERY,
    handle: async (request) =>
      replyList(
        request,
        parametersOf(await request.caller.vhosts(), request.param('component')),
        listingFor(request.caller),
      ),
  }),
  route({
    method: 'GET',
    path: '/parameters/:component/:vhost',
    access: 'policymaker',
    summary: 'The parameters of a component in a vhost',
    query: LIST_QUERY,
    handle: (request) =>
      replyList(request, parametersOf([request.vhost()], request.param('component')), listingFor(request.caller)),
  }),
  route({
    method: 'GET',
    path: '/parameters/:component/:vhost/:name',
    access: 'policymaker',
    summary: 'A parameter',
    handle: (request) => ok(viewParameter(expectParameter(request), request.caller)),
  }),
  route({
    method: 'PUT',
    path: '/parameters/:component/:vhost/:name',
    access: 'policymaker',
    summary: 'Sets a parameter',
    body: BODY,
    async handle(request) {
      const vhost = request.vhostToChange()
      const { value } = request.body()
      const component = request.param('component')
      const name = request.param('name')
      const isNew = vhost.parameters.get(component, name) === undefined
      await validated(() => request.parts.admin.putParameter(component, vhost.name, name, value))
      return isNew ? CREATED : NO_CONTENT
    },
  }),
  route({
    method: 'DELETE',
    path: '/parameters/:component/:vhost/:name',
    access: 'policymaker',
    summary: 'Removes a parameter',
    async handle(request) {
      const { component, vhost, name } = expectParameter(request)
      await request.parts.admin.deleteParameter(component, vhost, name)
      return NO_CONTENT
    },
  }),
  route({
    method: 'GET',
    path: '/global-parameters',
    access: 'global-policymaker',
    summary: 'The parameters of the whole broker',
    query: LIST_QUERY,
    handle: (request) =>
      replyList(request, [...request.parts.globalParameters.all()], {
        order: ['name'],
        keys: { name: ([name]) => name },
        view: viewGlobalParameter,
      }),
  }),
  route({
    method: 'GET',
    path: '/global-parameters/:name',
    access: 'global-policymaker',
    summary: 'A parameter of the whole broker',
    handle: (request) => ok(viewGlobalParameter([request.param('name'), expectGlobalParameter(request)])),
  }),
  route({
    method: 'PUT',
    path: '/global-parameters/:name',
    access: 'global-policymaker',
    summary: 'Sets a parameter of the whole broker',
    body: BODY,
    async handle(request) {
      const { value } = request.body()
      const { admin, globalParameters } = request.parts
      const isNew = !globalParameters.all().has(request.param('name'))
      await admin.putGlobalParameter(request.param('name'), value)
      return isNew ? CREATED : NO_CONTENT
    },
  }),
  route({
    method: 'DELETE',
    path: '/global-parameters/:name',
    access: 'global-policymaker',
    summary: 'Removes a parameter of the whole broker',
    async handle(request) {
      expectGlobalParameter(request)
      await request.parts.admin.deleteGlobalParameter(request.param('name'))
      return NO_CONTENT
    },
  }),
]

function parametersOf(vhosts: readonly Vhost[], component?: string): ListedParameter[] {
  return vhosts.flatMap((vhost) =>
    vhost.parameters
      .all()
      .filter((each) => each.component !== POLICY.name && (component === undefined || each.component === component))
      .map((each) => ({ vhost: vhost.name, ...each })),
  )
}

/** Passwords in URIs, such as those of shovels, are for administrators. */
function viewParameter({ value, vhost, component, name }: ListedParameter, { tags }: Caller): JsonObject {
  return { value: isAdministrator(tags) ? value : withoutPasswords(value), vhost, component, name }
}

function withoutPasswords(value: JsonValue): JsonValue {
  if (typeof value === 'string') return value.replaceAll(/(\w+:\/\/[^\s/:@]*):[^\s/@]*@/g, '$1:***@')
  if (Array.isArray(value)) return value.map(withoutPasswords)
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutPasswords(item)]))
}

function viewGlobalParameter([name, value]: readonly [string, JsonValue]): JsonObject {
  return { value, name }
}

/** @throws HttpError 404 */
function expectParameter(
  request: Pick<ManagementRequest<'component' | 'name', never>, 'vhost' | 'param'>,
): ListedParameter {
  const vhost = request.vhost()
  const component = request.param('component')
  const name = request.param('name')
  const value = component === POLICY.name ? undefined : vhost.parameters.get(component, name)
  if (value === undefined) throw objectNotFound()
  return { vhost: vhost.name, component, name, value }
}

/** @throws HttpError 404 */
function expectGlobalParameter(request: Pick<ManagementRequest<'name', never>, 'param' | 'parts'>): JsonValue {
  const value = request.parts.globalParameters.all().get(request.param('name'))
  if (value === undefined) throw objectNotFound()
  return value
}
