/** Runtime parameters of vhosts and of the whole broker, as an operator changes them. */

import { AdministrationError } from '../access/access-error.ts'
import type { JsonValue } from '../parameters/json-value.ts'
import { deleteParameter, setParameter } from '../parameters/parameter-components.ts'
import type { Parameter } from '../parameters/vhost-parameters.ts'
import { POLICY } from '../policy/policy-components.ts'
import type { AdministeredParts } from './administration.ts'
import { toJson } from './policies.ts'
import { expectVhost } from './vhosts.ts'

export interface ParameterAdministration {
  /** A vhost's parameters, operator policies and limits among them, without its policies. */
  parameters(vhost: string): Promise<readonly Parameter[]>
  /** Sets a parameter of the component `operator_policy` or `vhost-limits`. Policies have a method of their own. */
  putParameter(component: string, vhost: string, name: string, value: unknown): Promise<void>
  deleteParameter(component: string, vhost: string, name: string): Promise<void>
  /** What is kept for the whole broker under names of one's own: any JSON. */
  globalParameters(): Promise<ReadonlyMap<string, JsonValue>>
  putGlobalParameter(name: string, value: unknown): Promise<void>
  deleteGlobalParameter(name: string): Promise<void>
}

export function createParameterAdministration({
  vhosts,
  globalParameters,
}: AdministeredParts): ParameterAdministration {
  return {
    async parameters(vhost) {
      const { parameters } = expectVhost(vhosts, vhost)
      return parameters.all().filter(({ component }) => component !== POLICY.name)
    },
    async putParameter(component, vhost, name, value) {
      assertNoPolicy(component, 'set')
      await setParameter(expectVhost(vhosts, vhost), component, name, toJson(value))
    },
    async deleteParameter(component, vhost, name) {
      assertNoPolicy(component, 'cleared')
      await deleteParameter(expectVhost(vhosts, vhost), component, name)
    },
    async globalParameters() {
      return globalParameters.all()
    },
    async putGlobalParameter(name, value) {
      globalParameters.set(name, toJson(value))
    },
    async deleteGlobalParameter(name) {
      globalParameters.delete(name)
    },
  }
}

function assertNoPolicy(component: string, done: string): void {
  if (component !== POLICY.name) return
  throw new AdministrationError('INVALID', `policies may not be ${done} using this method`)
}
