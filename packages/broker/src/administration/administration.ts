/**
 * What an operator does to a running broker: `broker.admin`.
 *
 * Each subject has a file with its interface and the function that makes it; this one puts them together. Every method resolves once the
 * change is in force, and durable where anything is, and rejects with an AdministrationError when nothing was changed. Deleting what is not there is no error.
 */

import type { PasswordHash } from '../access/password.ts'
import type { User, UserStore } from '../access/user-store.ts'
import type { RandomSource } from '../clock.ts'
import type { TopologyLimits } from '../limits/topology-limits.ts'
import type { MetadataRecorder } from '../metadata/metadata-recorder.ts'
import type { GlobalParameters } from '../parameters/global-parameters.ts'
import type { AmqpConnection } from '../protocols/amqp/connection.ts'
import type { Vhost } from '../vhost/vhost.ts'
import { type ConnectionAdministration, createConnectionAdministration } from './connections.ts'
import { createDefinitionsAdministration, type DefinitionsAdministration } from './definitions.ts'
import { createLimitAdministration, type LimitAdministration } from './limits.ts'
import { createParameterAdministration, type ParameterAdministration } from './parameters.ts'
import { createPermissionAdministration, type PermissionAdministration } from './permissions.ts'
import { createPolicyAdministration, type PolicyAdministration } from './policies.ts'
import { createUserAdministration, type UserAdministration } from './users.ts'
import { createVhostAdministration, type VhostAdministration } from './vhosts.ts'

export interface Administration
  extends UserAdministration,
    VhostAdministration,
    PermissionAdministration,
    PolicyAdministration,
    ParameterAdministration,
    LimitAdministration,
    DefinitionsAdministration,
    ConnectionAdministration {}

type AdministrativeMethod = (...args: readonly unknown[]) => Promise<unknown>

/** The parts of a broker that are administered. */
export interface AdministeredParts {
  readonly users: UserStore
  readonly vhosts: Map<string, Vhost>
  readonly connections: ReadonlySet<AmqpConnection>
  readonly random: RandomSource
  readonly limits: TopologyLimits
  readonly globalParameters: GlobalParameters
  /** `undefined` where nothing is durable. */
  readonly metadata: MetadataRecorder | undefined
  /** The user who gets all rights in new vhosts. */
  readonly defaultUser: string
  createVhost(name: string): Vhost
  /** A vhost that only tries something out: nobody finds it, and limits do not hold. To be closed. */
  createTrialVhost(name: string): Vhost
  /** The user's password hash; the one of the configuration is made for it. */
  passwordToExport(user: User): Promise<PasswordHash>
}

export function createAdministration(parts: AdministeredParts): Administration {
  const administration = {
    ...createUserAdministration(parts),
    ...createVhostAdministration(parts),
    ...createPermissionAdministration(parts),
    ...createPolicyAdministration(parts),
    ...createParameterAdministration(parts),
    ...createLimitAdministration(parts),
    ...createDefinitionsAdministration(parts),
    ...createConnectionAdministration(parts),
  }
  return parts.metadata === undefined ? administration : settling(administration, parts.metadata)
}

/** The same methods, each of which resolves once what it changed is durable. */
function settling(administration: Administration, metadata: MetadataRecorder): Administration {
  const methods = Object.entries(administration).map(([name, method]: [string, AdministrativeMethod]) => {
    const settled: AdministrativeMethod = async (...args) => {
      const result = await method(...args)
      await metadata.settled()
      return result
    }
    return [name, settled]
  })
  return Object.fromEntries(methods)
}
