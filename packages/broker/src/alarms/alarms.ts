/**
 * Resource alarms: while one is raised, connections that publish are blocked (RabbitMQ's memory and disk alarms).
 *
 * Each resource may have several sources that raise it, such as the monitor, the store and an operator; it is raised until all have
 * cleared it.
 */

/** What may run short. */
export const ALARM_RESOURCES = ['disk', 'memory'] as const
export type AlarmResource = (typeof ALARM_RESOURCES)[number]

/** Who hears that the set of raised alarms has changed. */
export type AlarmListener = () => void

export class Alarms {
  readonly #sources: Readonly<Record<AlarmResource, Set<string>>> = { memory: new Set(), disk: new Set() }
  readonly #listener: AlarmListener
  readonly #onChange: (resource: AlarmResource, raised: boolean) => void
  #raisedCount = 0

  /** @param onChange hears which alarm it is. */
  constructor(listener: AlarmListener, onChange: (resource: AlarmResource, raised: boolean) => void = () => {}) {
    this.#listener = listener
    this.#onChange = onChange
  }

  /** Whether any alarm is raised. */
  get active(): boolean {
    return this.#raisedCount > 0
  }

  /** The raised alarms in RabbitMQ's words: `low on memory`, `low on disk`, `low on disk & memory`; empty for none. */
  get reason(): string {
    return this.active ? `low on ${ALARM_RESOURCES.filter((resource) => this.isRaised(resource)).join(' & ')}` : ''
  }

  isRaised(resource: AlarmResource): boolean {
    return this.#sources[resource].size > 0
  }

  /** Raises an alarm on behalf of `source`, which alone can clear it. Raising it twice is harmless. */
  raise(resource: AlarmResource, source = 'operator'): void {
    const sources = this.#sources[resource]
    sources.add(source)
    if (sources.size === 1) this.#update(resource)
  }

  /** Takes back what `source` raised. */
  clear(resource: AlarmResource, source = 'operator'): void {
    const sources = this.#sources[resource]
    if (sources.delete(source) && sources.size === 0) this.#update(resource)
  }

  #update(resource: AlarmResource): void {
    const raisedCount = ALARM_RESOURCES.filter((resource) => this.isRaised(resource)).length
    if (raisedCount === this.#raisedCount) return
    this.#raisedCount = raisedCount
    this.#listener()
    this.#onChange(resource, this.isRaised(resource))
  }
}
