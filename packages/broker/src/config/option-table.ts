/**
 * Every option of a broker and of the program `warren`: its names, default, range and description.
 *
 * `resolveBrokerOptions`, the readers of files, environment variables and flags, the help text and `docs/configuration.md` all
 * come from this table. Its rows stand in `table/`, a file per subject.
 */

import type { OptionRow, OptionRows } from './option-row.ts'
import type { BrokerOptions } from './options.ts'
import { ACCESS_OPTIONS } from './table/access-options.ts'
import { CONNECTION_OPTIONS } from './table/connections-options.ts'
import { HTTP_OPTIONS } from './table/http-options.ts'
import { LDAP_OPTIONS } from './table/ldap-options.ts'
import { LOG_OPTIONS, type LogSettings } from './table/log-options.ts'
import { MANAGEMENT_OPTIONS } from './table/management-options.ts'
import { NETWORK_OPTIONS } from './table/network-options.ts'
import { OAUTH2_OPTIONS } from './table/oauth2-options.ts'
import { RESOURCE_OPTIONS } from './table/resources-options.ts'
import { STATISTICS_OPTIONS } from './table/statistics-options.ts'
import { TLS_OPTIONS } from './table/tls-options.ts'

/** What may be configured from outside: a broker's options and the program's own. */
export interface ProgramSettings extends BrokerOptions, LogSettings {}

export type OptionName = keyof ProgramSettings

/** The options of a broker; the keys are their names in `BrokerOptions`. */
export const BROKER_OPTIONS: OptionRows<keyof BrokerOptions> = {
  ...NETWORK_OPTIONS,
  ...TLS_OPTIONS,
  ...CONNECTION_OPTIONS,
  ...RESOURCE_OPTIONS,
  ...ACCESS_OPTIONS,
  ...HTTP_OPTIONS,
  ...OAUTH2_OPTIONS,
  ...LDAP_OPTIONS,
  ...MANAGEMENT_OPTIONS,
  ...STATISTICS_OPTIONS,
}

/** All that `warren` can be told. */
export const PROGRAM_OPTIONS: { readonly [Name in OptionName]-?: OptionRow } = {
  ...BROKER_OPTIONS,
  ...LOG_OPTIONS,
}

/** The names in `PROGRAM_OPTIONS`, in its order. */
export const OPTION_NAMES: readonly OptionName[] = Object.keys(PROGRAM_OPTIONS) as OptionName[]

/** `heartbeatSeconds` → `--heartbeat-seconds`. */
export function optionFlag(name: OptionName): string {
  return `--${optionWords(name).join('-')}`
}

/** `heartbeatSeconds` → `WARREN_HEARTBEAT_SECONDS`. */
export function optionVariable(name: OptionName): string {
  return `WARREN_${optionWords(name).join('_').toUpperCase()}`
}

function optionWords(name: OptionName): string[] {
  return name.split(/(?=[A-Z])/).map((word) => word.toLowerCase())
}
