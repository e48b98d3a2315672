/** What has to be given back at the end, or when a start fails half-way. */

export class Releases {
  readonly #steps: (() => void | Promise<void>)[] = []

  /** Adds what gives back something that was just taken. */
  add(step: () => void | Promise<void>): void {
    this.#steps.push(step)
  }

  /** Gives everything back, the last first. Harmless the second time. */
  async release(): Promise<void> {
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) await step()
  }
}
