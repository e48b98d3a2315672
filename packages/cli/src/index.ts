/** The public surface of `@warrenmq/cli`: the program as a function, for tests and programs that embed it. */

export { ExitCode } from './exit-code.ts'
export { runAmqpctl } from './run-amqpctl.ts'
export type { Terminal } from './terminal.ts'
