/** A name and its vhost, as they stand inside of other things. */

import type { JsonObject } from '../../parameters/json-value.ts'

export function viewName(name: string, vhost: string): JsonObject {
  return { name, vhost }
}
