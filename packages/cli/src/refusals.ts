/** What commands say in place of an answer of the HTTP API, in rabbitmqctl's words and with its exit codes. */

import { isManagementError, type ManagementErrorCode } from '@warrenmq/client/management'
import { CliError } from './cli-error.ts'
import type { Context } from './context.ts'
import { ExitCode } from './exit-code.ts'

/** Waits for an answer; where it is an error with this code, throws another one. */
export async function orRefuse<Answer>(
  answer: Promise<Answer>,
  code: ManagementErrorCode,
  refusal: () => CliError,
): Promise<Answer> {
  try {
    return await answer
  } catch (error) {
    throw isManagementError(error, code) ? refusal() : error
  }
}

/** rabbitmqctl ends with 67 after most commands that name an unknown user, and with 69 after some. */
export function noUser(name: string, exitCode: ExitCode = ExitCode.noUser): CliError {
  return new CliError(exitCode, `User "${name}" does not exist`, "'amqpctl list_users' lists those there are.")
}

export function noVhost(name: string): CliError {
  return new CliError(
    ExitCode.dataError,
    `Virtual host '${name}' does not exist`,
    "'amqpctl list_vhosts' lists those there are; 'amqpctl add_vhost' makes one.",
  )
}

/** Waits for an answer about something in the vhost of the command line; 404 means that there is no such vhost. */
export function inVhost<Answer>(context: Context, answer: Promise<Answer>): Promise<Answer> {
  return orRefuse(answer, 'NOT_FOUND', () => noVhost(context.vhost))
}

export function noParameter(): CliError {
  return new CliError(ExitCode.unavailable, 'Parameter does not exist')
}

/** An argument that is to be JSON. @throws CliError */
export function parseJsonArgument(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new CliError(
      ExitCode.unavailable,
      `JSON decoding error. Reason: ${reason}`,
      `Put the document in single quotes, as in '{"max-length":1000}'.`,
    )
  }
}

/** An argument that is to be a JSON object. @throws CliError */
export function parseObjectArgument(text: string): Record<string, unknown> {
  const value = parseJsonArgument(text)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw new CliError(ExitCode.unavailable, `JSON decoding error. Reason: ${text} is no object`)
}
