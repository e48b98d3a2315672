/** Why a data directory cannot be opened: one sentence for the operator. */

export type DataDirectoryErrorCode = 'LOCKED' | 'UNKNOWN_FORMAT'

export class DataDirectoryError extends Error {
  override readonly name = 'DataDirectoryError'
  readonly code: DataDirectoryErrorCode

  constructor(code: DataDirectoryErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
