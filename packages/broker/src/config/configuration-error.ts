/** What kind of configuration is wrong. */
export type ConfigurationErrorCode = 'INVALID_VALUE' | 'UNKNOWN_KEY' | 'UNREADABLE_FILE' | 'INVALID_LINE'

/** Bad configuration, in one sentence that names the option, the value and what would be right. */
export class ConfigurationError extends Error {
  readonly code: ConfigurationErrorCode

  constructor(code: ConfigurationErrorCode, message: string) {
    super(message)
    this.name = 'ConfigurationError'
    this.code = code
  }
}
