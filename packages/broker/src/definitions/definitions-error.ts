/** What is wrong with definitions. */

import { AdministrationError } from '../access/access-error.ts'

/** Most faults that one error names. */
const FAULTS_SHOWN = 20

/** Definitions that cannot be imported; nothing was changed. Each fault is a sentence that says where it is. */
export class DefinitionsError extends AdministrationError {
  readonly faults: readonly string[]

  constructor(faults: readonly string[]) {
    const shown = faults.slice(0, FAULTS_SHOWN)
    const more = faults.length > shown.length ? [`and ${faults.length - shown.length} more`] : []
    super('INVALID', ['the definitions cannot be imported:', ...shown, ...more].join('\n'))
    this.name = 'DefinitionsError'
    this.faults = faults
  }
}
