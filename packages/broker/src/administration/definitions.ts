/** Definitions, as an operator exports and imports them. */

import type { DefinitionsDocument } from '../definitions/definitions.ts'
import { exportDefinitions, exportVhostDefinitions } from '../definitions/export-definitions.ts'
import { importDefinitions } from '../definitions/import-definitions.ts'
import { readDefinitions } from '../definitions/read-definitions.ts'
import type { AdministeredParts } from './administration.ts'
import { expectVhost } from './vhosts.ts'

export interface DefinitionsAdministration {
  /** All users, vhosts, rights, parameters, policies, queues, exchanges and bindings, or what is in one vhost, in RabbitMQ's shape. */
  exportDefinitions(vhost?: string): Promise<DefinitionsDocument>
  /**
   * Brings in what RabbitMQ or `exportDefinitions` has exported: all of it, or nothing when there is a fault in it. What is there stays.
   *
   * @param vhost Where everything goes, for definitions of one vhost.
   * @throws DefinitionsError naming every fault and where it is.
   */
  importDefinitions(definitions: string | DefinitionsDocument, vhost?: string): Promise<void>
}

export function createDefinitionsAdministration(parts: AdministeredParts): DefinitionsAdministration {
  return {
    async exportDefinitions(vhost) {
      if (vhost === undefined) return exportDefinitions(parts)
      return exportVhostDefinitions(expectVhost(parts.vhosts, vhost))
    },
    async importDefinitions(definitions, vhost) {
      if (vhost !== undefined) expectVhost(parts.vhosts, vhost)
      await importDefinitions(readDefinitions(definitions, vhost), parts)
    },
  }
}
