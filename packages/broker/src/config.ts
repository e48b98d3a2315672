/**
 * The options of a broker as data, for tools that read, check or explain a configuration: `@warrenmq/broker/config`.
 *
 * It loads no broker.
 */

export { ConfigurationError, type ConfigurationErrorCode } from './config/configuration-error.ts'
export { mergeSettings, type ResolvedProgramSettings } from './config/merge-settings.ts'
export type { OptionRow, OptionRule, OptionValue } from './config/option-row.ts'
export {
  OPTION_NAMES,
  type OptionName,
  optionFlag,
  optionVariable,
  PROGRAM_OPTIONS,
  type ProgramSettings,
} from './config/option-table.ts'
export { describeRule, formatOptionValue } from './config/option-value.ts'
export { readEnvironment } from './config/read-environment.ts'
export { type ConfigurationFile, parseConfiguration, readConfigurationFile } from './config/read-file.ts'
