/** Runs random sessions against one broker, on connections that last as long as no step ends them. */

import type { Administration } from '@warrenmq/testkit'
import { Link } from '../link.ts'
import type { Command } from './commands.ts'
import { Session } from './session.ts'

/** Where sessions run: a vhost that nobody else uses. */
export interface Place {
  readonly port: number
  readonly vhost: string
  readonly admin: Administration
}

/** How patient a run is. */
export interface Patience {
  /** Rounds without news that count as rest. */
  readonly quietRounds: number
  /** Before each round, in milliseconds. */
  readonly pauseMs: number
}

/** A session that differs is run again with more time: what RabbitMQ had not yet done when it was asked shows no more then. */
export const LOOKS: readonly Patience[] = [
  { quietRounds: 1, pauseMs: 0 },
  { quietRounds: 5, pauseMs: 8 },
  { quietRounds: 6, pauseMs: 25 },
]

/** Runs sessions one after the other, on connections that last as long as no step ends them. */
export class SessionRunner {
  readonly #place: Place
  readonly #links: (Link | undefined)[] = [undefined, undefined]
  #control: Link | undefined

  constructor(place: Place) {
    this.#place = place
  }

  /** What could be seen, a line each. */
  async run(commands: readonly Command[], patience: Patience): Promise<string[]> {
    this.#control = await this.#alive(this.#control)
    for (const index of [0, 1]) this.#links[index] = await this.#alive(this.#links[index])
    const session = new Session(this.#place, this.#links as Link[], this.#control, patience, commands)
    try {
      for (const [index, command] of commands.entries()) await session.step(index, command)
      await session.finish()
    } catch (error) {
      session.lines.push(`! ${error instanceof Error ? error.message : error}`)
      await this.close()
    } finally {
      await session.clearPolicies()
    }
    return session.lines
  }

  async close(): Promise<void> {
    const links = [...this.#links, this.#control]
    this.#links.fill(undefined)
    this.#control = undefined
    for (const link of links) await link?.close().catch(() => {})
  }

  async #alive(link: Link | undefined): Promise<Link> {
    if (link !== undefined && link.closed === undefined) return link
    return Link.open(this.#place.port, { virtualHost: this.#place.vhost })
  }
}
