/** Connections, as an operator ends them. */

import type { AdministeredParts } from './administration.ts'

export interface ConnectionAdministration {
  /** Ends a connection with 320 CONNECTION_FORCED. `name` is `<peer> -> <server>`. @default reason Closed via management plugin */
  closeConnection(name: string, reason?: string): Promise<void>
}

export function createConnectionAdministration({ connections }: AdministeredParts): ConnectionAdministration {
  return {
    async closeConnection(name, reason = 'Closed via management plugin') {
      for (const connection of connections) if (connection.name === name) connection.forceClose(reason)
    },
  }
}
