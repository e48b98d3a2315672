/** What this program is, as it tells others. */

import { readFileSync } from 'node:fs'

export const PRODUCT_NAME = 'WarrenMQ'

/** Version of the package, beside the build and beside the source. */
export const PRODUCT_VERSION: string = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
).version
