/** Policies and operator policies, as an operator changes them. */

import { AdministrationError } from '../access/access-error.ts'
import { copyJson, type JsonObject, type JsonValue, JsonValueError } from '../parameters/json-value.ts'
import { deleteParameter, type ParameterComponent, setParameter } from '../parameters/parameter-components.ts'
import type { Policy } from '../policy/policy.ts'
import { listPolicies, OPERATOR_POLICY, POLICY } from '../policy/policy-components.ts'
import type { AdministeredParts } from './administration.ts'
import { expectVhost } from './vhosts.ts'

/** What a policy is made with. */
export interface PolicyInput {
  /** Regular expression on names of queues and exchanges, matched anywhere in them. */
  readonly pattern: string
  /** Settings by RabbitMQ's keys, such as `message-ttl` (docs/policies.md). */
  readonly definition: Readonly<Record<string, unknown>>
  /** Of several that match, the one with the highest priority holds. @default 0 */
  readonly priority?: number | undefined
  /** `queues`, `exchanges`, `all`, `classic_queues`, `quorum_queues` or `streams`. @default all */
  readonly applyTo?: string | undefined
}

export interface PolicyAdministration {
  /** A vhost's policies, the least important first. */
  policies(vhost: string): Promise<readonly Policy[]>
  /** Sets a policy. Resolves once it holds for all queues and exchanges of the vhost. */
  putPolicy(vhost: string, name: string, policy: PolicyInput): Promise<void>
  deletePolicy(vhost: string, name: string): Promise<void>
  /** A vhost's operator policies, the least important first. */
  operatorPolicies(vhost: string): Promise<readonly Policy[]>
  /** Sets limits that policies and arguments cannot exceed. */
  putOperatorPolicy(vhost: string, name: string, policy: PolicyInput): Promise<void>
  deleteOperatorPolicy(vhost: string, name: string): Promise<void>
}

export function createPolicyAdministration({ vhosts }: AdministeredParts): PolicyAdministration {
  const list = (component: ParameterComponent, vhost: string) =>
    listPolicies(expectVhost(vhosts, vhost).parameters, component)
  const put = (component: ParameterComponent, vhost: string, name: string, policy: PolicyInput) =>
    setParameter(expectVhost(vhosts, vhost), component.name, name, toParameter(policy))
  const remove = (component: ParameterComponent, vhost: string, name: string) =>
    deleteParameter(expectVhost(vhosts, vhost), component.name, name)
  return {
    policies: async (vhost) => list(POLICY, vhost),
    putPolicy: async (vhost, name, policy) => put(POLICY, vhost, name, policy),
    deletePolicy: async (vhost, name) => remove(POLICY, vhost, name),
    operatorPolicies: async (vhost) => list(OPERATOR_POLICY, vhost),
    putOperatorPolicy: async (vhost, name, policy) => put(OPERATOR_POLICY, vhost, name, policy),
    deleteOperatorPolicy: async (vhost, name) => remove(OPERATOR_POLICY, vhost, name),
  }
}

function toParameter({ pattern, definition, priority = 0, applyTo = 'all' }: PolicyInput): JsonObject {
  return toJson({ pattern, definition, priority, 'apply-to': applyTo }) as JsonObject
}

/** @throws AdministrationError INVALID for what JSON cannot say. */
export function toJson(value: unknown): JsonValue {
  try {
    return copyJson(value)
  } catch (error) {
    if (!(error instanceof JsonValueError)) throw error
    throw new AdministrationError('INVALID', `the value ${error.message}`, { cause: error })
  }
}
