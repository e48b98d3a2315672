/** Parameters of the whole broker: any JSON, under names of one's own. */

import { formatKey } from '../metadata/metadata-key.ts'
import type { MetadataRecorder } from '../metadata/metadata-recorder.ts'
import { type JsonValue, sameJson } from './json-value.ts'

export class GlobalParameters {
  readonly #values = new Map<string, JsonValue>()
  #recorder: MetadataRecorder | undefined

  /** Records every change from now on. */
  recordIn(recorder: MetadataRecorder): void {
    this.#recorder = recorder
  }

  all(): ReadonlyMap<string, JsonValue> {
    return this.#values
  }

  set(name: string, value: JsonValue): void {
    if (sameJson(this.#values.get(name), value)) return
    this.#values.set(name, value)
    this.#recorder?.put(formatKey('global-parameter', name), JSON.stringify(value))
  }

  delete(name: string): void {
    if (this.#values.delete(name)) this.#recorder?.delete(formatKey('global-parameter', name))
  }
}
