/**
 * The runtime parameters of one vhost: JSON values by component and name. Policies and limits are parameters, as in RabbitMQ.
 *
 * It keeps what it is given; `parameter-components.ts` checks values and makes them effective.
 */

import type { VhostRecorder } from '../metadata/vhost-recorder.ts'
import { type JsonValue, sameJson } from './json-value.ts'

/** A parameter of a vhost. */
export interface Parameter {
  readonly component: string
  readonly name: string
  readonly value: JsonValue
}

/** Who hears of every change. */
export interface ParameterObserver {
  parameterSet(component: string, name: string, value: JsonValue): void
  parameterDeleted(component: string, name: string): void
}

export class VhostParameters {
  readonly #components = new Map<string, Map<string, JsonValue>>()
  readonly #observer: ParameterObserver | undefined
  #recorder: VhostRecorder | undefined

  constructor(observer?: ParameterObserver) {
    this.#observer = observer
  }

  /** Records every change from now on; none for `undefined`. */
  recordIn(recorder: VhostRecorder | undefined): void {
    this.#recorder = recorder
  }

  get(component: string, name: string): JsonValue | undefined {
    return this.#components.get(component)?.get(name)
  }

  /** Those of a component, in the order they were first set. */
  of(component: string): ReadonlyMap<string, JsonValue> {
    return this.#components.get(component) ?? new Map()
  }

  all(): Parameter[] {
    return [...this.#components].flatMap(([component, values]) =>
      [...values].map(([name, value]) => ({ component, name, value })),
    )
  }

  /** Sets a value. Returns whether that is another than before. */
  set(component: string, name: string, value: JsonValue): boolean {
    const values = this.#components.get(component) ?? new Map<string, JsonValue>()
    if (sameJson(values.get(name), value)) return false
    this.#components.set(component, values.set(name, value))
    this.#recorder?.parameterSet(component, name, value)
    this.#observer?.parameterSet(component, name, value)
    return true
  }

  /** Removes a value. Returns whether there was one. */
  delete(component: string, name: string): boolean {
    const values = this.#components.get(component)
    if (values?.delete(name) !== true) return false
    if (values.size === 0) this.#components.delete(component)
    this.#recorder?.parameterDeleted(component, name)
    this.#observer?.parameterDeleted(component, name)
    return true
  }
}
