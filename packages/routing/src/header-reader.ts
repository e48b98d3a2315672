/**
 * The headers of one message, as a headers exchange compares them.
 */

import type { TypedTable } from '@warrenmq/codec'
import { type HeaderKey, headerKey } from './field-value.ts'
import type { HeaderRequirement } from './header-rule.ts'

/** Reads each header's {@link HeaderKey} at most once, however many bindings ask: that of a nested table is as long as the table. */
export class HeaderReader {
  readonly #headers: TypedTable
  readonly #keys = new Map<string, HeaderKey>()

  constructor(headers: TypedTable) {
    this.#headers = headers
  }

  /** The value of a header, or `undefined` when the message has no such header. */
  key(name: string): HeaderKey | undefined {
    let key = this.#keys.get(name)
    if (key !== undefined) return key
    const value = this.#headers[name]
    if (value === undefined) return undefined
    key = headerKey(value)
    this.#keys.set(name, key)
    return key
  }

  meetsAll(requirements: readonly HeaderRequirement[]): boolean {
    for (let i = 0; i < requirements.length; i++) {
      const key = this.key(requirements[i].name)
      if (key === undefined) return false
      const wanted = requirements[i].key
      if (wanted !== undefined && wanted !== key) return false
    }
    return true
  }
}
