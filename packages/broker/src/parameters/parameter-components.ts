/**
 * The components that parameters of a vhost may have: how each checks its values, and how it makes them effective.
 */

import { AdministrationError } from '../access/access-error.ts'
import { VHOST_LIMITS } from '../limits/vhost-limits.ts'
import { OPERATOR_POLICY, POLICY } from '../policy/policy-components.ts'
import type { Vhost } from '../vhost/vhost.ts'
import type { JsonValue } from './json-value.ts'
import { formatFaults } from './term-validation.ts'

export interface ParameterComponent {
  readonly name: string
  /** What is wrong with a value, the latest fault first. `isImport`: it comes from definitions, which may be those of a broker with plugins. */
  check(name: string, value: JsonValue, isImport: boolean): readonly string[]
  /** Makes the vhost's values effective, after some changed. Resolves when they are for all that is there. */
  changed(vhost: Vhost): Promise<void>
}

const COMPONENTS: ReadonlyMap<string, ParameterComponent> = new Map(
  [POLICY, OPERATOR_POLICY, VHOST_LIMITS].map((component) => [component.name, component]),
)

/** Components of RabbitMQ's plugins. Their parameters are kept when definitions hold some, and do nothing. */
const PLUGIN_COMPONENTS: ReadonlySet<string> = new Set(['shovel', 'federation-upstream', 'federation-upstream-set'])

/** What is wrong with a parameter, as RabbitMQ's HTTP API says it, or `undefined`. */
export function checkParameter(
  component: string,
  name: string,
  value: JsonValue,
  isImport = false,
): string | undefined {
  const known = COMPONENTS.get(component)
  if (known === undefined) {
    return isImport && isPluginComponent(component) ? undefined : formatFaults([`component ${component} not found`])
  }
  const faults = known.check(name, value, isImport)
  return faults.length === 0 ? undefined : formatFaults(faults)
}

export function isPluginComponent(component: string): boolean {
  return PLUGIN_COMPONENTS.has(component)
}

/**
 * Sets a parameter. Resolves once it is in force.
 *
 * @throws AdministrationError INVALID
 */
export async function setParameter(vhost: Vhost, component: string, name: string, value: JsonValue): Promise<void> {
  const fault = checkParameter(component, name, value)
  if (fault !== undefined) throw new AdministrationError('INVALID', fault)
  if (vhost.parameters.set(component, name, value)) await parametersChanged(vhost, component)
}

/** Removes a parameter; one that is not there is no error. Resolves once that is in force. */
export async function deleteParameter(vhost: Vhost, component: string, name: string): Promise<void> {
  if (vhost.parameters.delete(component, name)) await parametersChanged(vhost, component)
}

/** Makes a vhost's parameters of a component effective. */
export async function parametersChanged(vhost: Vhost, component: string): Promise<void> {
  await COMPONENTS.get(component)?.changed(vhost)
}
