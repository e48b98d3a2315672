/** Policies and operator policies as components of parameters. */

import type { JsonObject } from '../parameters/json-value.ts'
import type { ParameterComponent } from '../parameters/parameter-components.ts'
import type { VhostParameters } from '../parameters/vhost-parameters.ts'
import type { Vhost } from '../vhost/vhost.ts'
import type { Policy } from './policy.ts'
import { PolicyTable } from './policy-table.ts'
import { checkPolicy, readPolicy } from './policy-validation.ts'

export const POLICY: ParameterComponent = {
  name: 'policy',
  check: (name, value, isImport) => checkPolicy(name, value, { isOperator: false, withPluginKeys: isImport }),
  changed: policiesChanged,
}

export const OPERATOR_POLICY: ParameterComponent = {
  name: 'operator_policy',
  check: (name, value) => checkPolicy(name, value, { isOperator: true }),
  changed: policiesChanged,
}

/** A vhost's policies or operator policies, the least important first, as RabbitMQ lists them. */
export function listPolicies(parameters: VhostParameters, component: ParameterComponent): Policy[] {
  const policies = [...parameters.of(component.name)].map(([name, value]) => readPolicy(name, value as JsonObject))
  return policies.sort((a, b) => a.priority - b.priority)
}

function policiesChanged(vhost: Vhost): Promise<void> {
  const { parameters, policies } = vhost
  return policies.replace(new PolicyTable(listPolicies(parameters, POLICY), listPolicies(parameters, OPERATOR_POLICY)))
}
