/**
 * A number that grows whenever somebody's rights may have changed, and tells those who cannot afford to compare it for each message.
 */
export class AccessVersion {
  value = 0
  readonly #listeners: (() => void)[] = []

  /** Calls `listener` after every change. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }

  changed(): void {
    this.value++
    for (const listener of this.#listeners) listener()
  }
}
