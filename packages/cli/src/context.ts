/** What a command works with. */

import { ManagementClient } from '@warrenmq/client/management'
import type { CommandGroup } from './command.ts'
import type { ConnectionSettings } from './options/connection-settings.ts'
import type { Output } from './output/output.ts'
import type { Terminal } from './terminal.ts'

export class Context {
  readonly output: Output
  readonly terminal: Terminal
  /** All commands, for those that tell about commands. */
  readonly groups: readonly CommandGroup[]
  readonly #resolveSettings: () => ConnectionSettings
  #settings: ConnectionSettings | undefined
  #client: ManagementClient | undefined
  #node: string | undefined

  constructor(
    resolveSettings: () => ConnectionSettings,
    output: Output,
    terminal: Terminal,
    groups: readonly CommandGroup[],
  ) {
    this.#resolveSettings = resolveSettings
    this.output = output
    this.terminal = terminal
    this.groups = groups
  }

  /** Resolved when a command first needs them, so that a damaged file does not keep one from mending it. */
  get settings(): ConnectionSettings {
    this.#settings ??= this.#resolveSettings()
    return this.#settings
  }

  get client(): ManagementClient {
    this.#client ??= this.clientFor(this.settings)
    return this.#client
  }

  /** The one that commands work in. */
  get vhost(): string {
    return this.settings.vhost ?? '/'
  }

  /** A client of the same broker for somebody else. */
  clientFor({ user, password }: { readonly user: string; readonly password: string }): ManagementClient {
    const { url, timeoutSeconds } = this.settings
    return new ManagementClient({ url, user, password, timeoutMs: timeoutSeconds * 1000 })
  }

  /** The node that was named with `--node`, otherwise the one that answers. */
  async node(): Promise<string> {
    this.#node ??= this.settings.node ?? (await this.client.nodes.overview()).node
    return this.#node
  }
}
