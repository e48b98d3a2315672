/** How `amqpctl` ends: the codes of `rabbitmqctl`, which are those of sysexits.h. */
export const ExitCode = {
  ok: 0,
  /** Unknown command or option, missing or too many arguments, an unsupported column (EX_USAGE). */
  usage: 64,
  /** An argument has a wrong value, or names a vhost or file that does not exist (EX_DATAERR). */
  dataError: 65,
  /** A user does not exist (EX_NOUSER). */
  noUser: 67,
  /** The broker cannot be reached, a check failed, or the broker refused (EX_UNAVAILABLE). */
  unavailable: 69,
  /** A user exists already, or something went wrong inside (EX_SOFTWARE). */
  software: 70,
  /** No answer in time (EX_TEMPFAIL). */
  temporaryFailure: 75,
  /** The configuration file or a setting cannot be used (EX_CONFIG). */
  configuration: 78,
} as const
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode]
