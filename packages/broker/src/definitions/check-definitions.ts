/**
 * Checks definitions as a whole before anything of them is applied, against each other and against what the broker has.
 *
 * Queues, exchanges and bindings are tried out in vhosts that nobody sees, by the code that will make them.
 */

import { AdministrationError } from '../access/access-error.ts'
import { checkPasswordHash } from '../access/password.ts'
import { assertPermission } from '../access/permissions.ts'
import { assertName } from '../access/user-store.ts'
import type { AdministeredParts } from '../administration/administration.ts'
import { AmqpException } from '../errors.ts'
import { checkUserLimits } from '../limits/user-limits.ts'
import { isJsonObject } from '../parameters/json-value.ts'
import { checkParameter } from '../parameters/parameter-components.ts'
import { runInSlices } from '../scheduler/slices.ts'
import type { Vhost } from '../vhost/vhost.ts'
import { checkRoom } from './check-room.ts'
import type { Definitions, ParameterDefinition, UserDefinition } from './definitions.ts'
import { DefinitionsError } from './definitions-error.ts'
import { addBinding, addExchange, addQueue } from './topology.ts'

/** @throws DefinitionsError naming every fault. */
export async function checkDefinitions(definitions: Definitions, parts: AdministeredParts): Promise<void> {
  const faults = checkRoom(definitions, parts)
  const trials = new Map<string, Vhost>()
  try {
    await runInSlices(check(definitions, parts, trials, faults))
  } finally {
    for (const trial of trials.values()) trial.close()
  }
  if (faults.length > 0) throw new DefinitionsError(faults)
}

function* check(
  definitions: Definitions,
  parts: AdministeredParts,
  trials: Map<string, Vhost>,
  faults: string[],
): Generator<void> {
  const users = new Set(definitions.users.map(({ name }) => name))
  const vhosts = new Set([...parts.vhosts.keys(), ...definitions.vhosts.map(({ name }) => name)])
  const attempt = (path: string, step: () => void) => {
    const fault = faultOf(step)
    if (fault !== undefined) faults.push(`${path}: ${fault}`)
  }
  const inVhost = (path: string, name: string, step: (trial: Vhost) => void) =>
    attempt(path, () => step(trialVhost(name, vhosts, parts, trials)))

  for (const user of definitions.users) yield attempt(user.path, () => checkUser(user))
  for (const { path, name } of definitions.vhosts) yield attempt(path, () => assertName('vhost', name))
  for (const { path, user, vhost, configure, write, read } of [
    ...definitions.permissions,
    ...definitions.topicPermissions,
  ]) {
    yield attempt(path, () => {
      if (!users.has(user)) parts.users.expect(user)
      assertVhost(vhosts, vhost)
      for (const pattern of [configure, write, read]) assertPermission(pattern)
    })
  }
  for (const parameter of definitions.parameters) {
    yield attempt(parameter.path, () => checkDefinedParameter(parameter, vhosts))
  }
  for (const exchange of definitions.exchanges) {
    yield inVhost(exchange.path, exchange.vhost, (trial) => addExchange(trial, exchange))
  }
  for (const queue of definitions.queues) yield inVhost(queue.path, queue.vhost, (trial) => addQueue(trial, queue))
  for (const binding of definitions.bindings) {
    yield inVhost(binding.path, binding.vhost, (trial) => {
      addBinding(trial, binding, parts.vhosts.get(binding.vhost))
    })
  }
}

function checkUser({ name, password, passwordHash, hashingAlgorithm, limits }: UserDefinition): void {
  assertName('user', name)
  if (password === undefined) checkPasswordHash(passwordHash, hashingAlgorithm)
  // RabbitMQ writes no limits as an empty list in some places.
  const [fault] = isJsonObject(limits) ? checkUserLimits(limits) : []
  if (fault !== undefined) throw new AdministrationError('INVALID', fault)
}

function checkDefinedParameter({ component, name, value, vhost }: ParameterDefinition, vhosts: Set<string>): void {
  assertVhost(vhosts, vhost)
  const fault = checkParameter(component, name, value, true)
  if (fault !== undefined) throw new AdministrationError('INVALID', fault.replace(/^Validation failed\n\n/, '').trim())
}

/** The vhost to try things out in, instead of the one of that name. */
function trialVhost(
  name: string,
  vhosts: ReadonlySet<string>,
  parts: AdministeredParts,
  trials: Map<string, Vhost>,
): Vhost {
  assertVhost(vhosts, name)
  const trial = trials.get(name) ?? parts.createTrialVhost(name)
  trials.set(name, trial)
  return trial
}

function assertVhost(vhosts: ReadonlySet<string>, name: string): void {
  if (!vhosts.has(name)) throw new AdministrationError('NOT_FOUND', `vhost '${name}' does not exist`)
}

/** What a step refuses; anything else that it throws is a bug. */
function faultOf(step: () => void): string | undefined {
  try {
    step()
    return undefined
  } catch (error) {
    if (error instanceof AdministrationError) return error.message
    if (error instanceof AmqpException) return error.message.replace(/^[A-Z_]+ - /, '')
    throw error
  }
}
