/**
 * Stops reading the socket while too many messages wait here: the bound of what a consumer without acknowledgements, which no prefetch limits, may pile up.
 */

import type { Link } from '../link/link.ts'

/** So many waiting messages stop the reading; half as many let it go on. */
const WAITING_MAX = 4096

export class ReadPause {
  readonly #findLink: () => Link | undefined
  #paused: Link | undefined = undefined

  constructor(findLink: () => Link | undefined) {
    this.#findLink = findLink
  }

  /** Looks at how many messages wait now. */
  look(waitingCount: number): void {
    if (this.#paused === undefined && waitingCount >= WAITING_MAX) {
      this.#paused = this.#findLink()
      this.#paused?.pause()
    } else if (this.#paused !== undefined && waitingCount <= WAITING_MAX / 2) {
      this.#paused.resume()
      this.#paused = undefined
    }
  }
}
