/** Turns what stopped the start of `warren` into a sentence for the person who started it. */

import { ConfigurationError } from '../config/configuration-error.ts'
import { type OptionName, optionFlag } from '../config/option-table.ts'
import { DefinitionsError } from '../definitions/definitions-error.ts'
import { DataDirectoryError } from '../log/data-directory-error.ts'

/** Why a listener could not be opened. */
interface ListenError extends NodeJS.ErrnoException {
  port?: number
  /** The option that says where it was to listen, if it is not `port`. */
  option?: OptionName
}

/** Errors whose message is for the operator. */
const OPERATORS = [ConfigurationError, DataDirectoryError, DefinitionsError]

/** One sentence for what an operator can mend; the stack for a bug. */
export function describeFailure(error: unknown, host: string, port: number): string {
  if (OPERATORS.some((type) => error instanceof type)) return (error as Error).message
  if (!(error instanceof Error)) return String(error)
  const { code, port: failedPort = port, option = 'port' } = error as ListenError
  const flag = optionFlag(option)
  switch (code) {
    case 'EADDRINUSE':
      return `port ${failedPort} is already in use on ${host}; stop the program that has it, or choose another with ${flag}`
    case 'EACCES':
      return `port ${failedPort} on ${host} takes privileges that this user lacks; choose one from 1024 with ${flag}`
    case 'EADDRNOTAVAIL':
      return `${host} is not an address of this machine; choose another with --host`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the name ${host} leads to no address; choose another with --host`
    default:
      return error.stack ?? error.message
  }
}
