/** Imports definitions: all of them, or none. What is there and not in them stays. */

import { checkPasswordHash, hashPassword, type PasswordHash } from '../access/password.ts'
import { ALL_PERMISSIONS } from '../access/permissions.ts'
import type { AdministeredParts } from '../administration/administration.ts'
import { VHOST_LIMITS } from '../limits/vhost-limits.ts'
import { isJsonObject } from '../parameters/json-value.ts'
import { parametersChanged } from '../parameters/parameter-components.ts'
import { runInSlices } from '../scheduler/slices.ts'
import type { Vhost } from '../vhost/vhost.ts'
import { checkDefinitions } from './check-definitions.ts'
import type { Definitions, UserDefinition } from './definitions.ts'
import { addBinding, addExchange, addQueue } from './topology.ts'

/**
 * Checks definitions and puts them in force.
 *
 * Connections are served meanwhile, and what they change or delete while a large import runs is not put right by it.
 *
 * @throws DefinitionsError; nothing was changed.
 */
export async function importDefinitions(definitions: Definitions, parts: AdministeredParts): Promise<void> {
  await checkDefinitions(definitions, parts)
  const passwords = await hashPasswords(definitions.users, parts)
  await runInSlices(applyAccess(definitions, passwords, parts))
  const limited = await applyParameters(definitions, parts)
  await runInSlices(applyTopology(definitions, parts))
  // Limits do not hold for what comes with them.
  for (const vhost of limited) await parametersChanged(vhost, VHOST_LIMITS.name)
}

/** Before anything is applied, as it takes its time. */
async function hashPasswords(users: readonly UserDefinition[], parts: AdministeredParts): Promise<PasswordHash[]> {
  const hashes: PasswordHash[] = []
  for (const { password, passwordHash, hashingAlgorithm } of users) {
    const isPlain = password !== undefined && password !== ''
    hashes.push(
      isPlain ? await hashPassword(password, parts.random) : checkPasswordHash(passwordHash, hashingAlgorithm),
    )
  }
  return hashes
}

function* applyAccess(
  { users, vhosts, permissions, topicPermissions }: Definitions,
  passwords: readonly PasswordHash[],
  parts: AdministeredParts,
): Generator<void> {
  // As in RabbitMQ, who runs the broker gets all rights in new vhosts, but not at the start, when the definitions bring the users.
  const grantsAll = parts.users.get(parts.defaultUser) !== undefined
  for (const [index, { name, tags, limits }] of users.entries()) {
    parts.users.put({ name, password: passwords[index], tags: Object.freeze([...tags]) })
    if (isJsonObject(limits)) parts.users.putLimits(name, limits as Record<string, number>)
    yield
  }
  for (const { name, metadata } of vhosts) {
    const present = parts.vhosts.get(name)
    const vhost = present ?? parts.createVhost(name)
    if (metadata !== undefined) vhost.describe(metadata)
    if (present !== undefined) continue
    parts.vhosts.set(name, vhost)
    if (grantsAll) parts.users.putPermissions(parts.defaultUser, name, ALL_PERMISSIONS)
    yield
  }
  for (const { user, vhost, configure, write, read } of permissions) {
    if (parts.users.get(user) !== undefined) parts.users.putPermissions(user, vhost, { configure, write, read })
    yield
  }
  for (const { user, vhost, exchange, write, read } of topicPermissions) {
    if (parts.users.get(user) !== undefined) parts.users.putTopicPermissions(user, vhost, { exchange, write, read })
    yield
  }
}

/** Sets all parameters, and makes them effective but for limits of vhosts. Returns the vhosts with other limits. */
async function applyParameters(
  { parameters, globalParameters }: Definitions,
  parts: AdministeredParts,
): Promise<Vhost[]> {
  for (const { name, value } of globalParameters) parts.globalParameters.set(name, value)
  const changed = new Map<Vhost, Set<string>>()
  for (const { vhost: name, component, name: parameter, value } of parameters) {
    const vhost = parts.vhosts.get(name)
    if (vhost?.parameters.set(component, parameter, value) !== true) continue
    changed.set(vhost, (changed.get(vhost) ?? new Set<string>()).add(component))
  }
  for (const [vhost, components] of changed) {
    for (const component of components) {
      if (component !== VHOST_LIMITS.name) await parametersChanged(vhost, component)
    }
  }
  return [...changed.keys()].filter((vhost) => changed.get(vhost)?.has(VHOST_LIMITS.name))
}

function* applyTopology({ exchanges, queues, bindings }: Definitions, { vhosts }: AdministeredParts): Generator<void> {
  const within = (name: string, step: (vhost: Vhost) => void) => {
    const vhost = vhosts.get(name)
    if (vhost !== undefined) step(vhost)
  }
  for (const exchange of exchanges) yield within(exchange.vhost, (vhost) => addExchange(vhost, exchange))
  for (const queue of queues) yield within(queue.vhost, (vhost) => addQueue(vhost, queue))
  for (const binding of bindings) yield within(binding.vhost, (vhost) => addBinding(vhost, binding))
}
