/** How `warren` ends; listed in `docs/configuration.md`. A second signal ends it with 128 plus the signal's number. */
export const ExitCode = {
  /** Stopped as asked; also after `--help` and `--version`. */
  stopped: 0,
  /** Could not listen, or ended after a bug. */
  failed: 1,
  /** Refused its flags, environment or file. */
  misconfigured: 2,
} as const
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode]
