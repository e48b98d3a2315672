/** Turns whatever a command threw into a message and an exit code. */

import { isManagementError, type ManagementError } from '@warrenmq/client/management'
import { CliError } from './cli-error.ts'
import { ExitCode } from './exit-code.ts'

/** What is written to standard error, and how the program ends. */
export interface Description {
  readonly exitCode: ExitCode
  readonly text: string
}

export function describeError(error: unknown, environment: Readonly<Record<string, string | undefined>>): Description {
  if (error instanceof CliError) return describe(error)
  if (isManagementError(error)) return describe(explain(error))
  const details = error instanceof Error ? (environment.AMQPCTL_DEBUG ? error.stack : error.message) : String(error)
  return describe(
    new CliError(ExitCode.software, `${details}`, 'This is a bug. AMQPCTL_DEBUG=1 shows where; please report it.'),
  )
}

function describe({ exitCode, message, hints }: CliError): Description {
  const advice = hints.map((hint) => ` * ${hint}\n`).join('')
  return { exitCode, text: `Error:\n${message}\n${advice === '' ? '' : `\nWhat to do:\n${advice}`}` }
}

/** What an answer of the HTTP API means for whoever typed the command. */
function explain(error: ManagementError): CliError {
  switch (error.code) {
    case 'UNREACHABLE':
      return new CliError(
        ExitCode.unavailable,
        error.message,
        'See whether the broker runs and its HTTP API listens there (with RabbitMQ: rabbitmq-plugins enable rabbitmq_management).',
        'Name another address with --url, AMQPCTL_URL or a profile.',
      )
    case 'TIMEOUT':
      return new CliError(
        ExitCode.temporaryFailure,
        `Error: the operation timed out: ${error.message}`,
        'Give it longer with --timeout <seconds>.',
      )
    case 'NOT_AUTHENTICATED':
      return new CliError(
        ExitCode.unavailable,
        `The broker refused the login: ${error.reason ?? 'wrong user or password'}`,
        'Name user and password with --user and AMQPCTL_PASSWORD, or a profile (amqpctl help profile).',
        'The user guest can log in from the same machine only.',
      )
    case 'ACCESS_REFUSED':
      return new CliError(
        ExitCode.unavailable,
        `The broker refused: ${error.message}`,
        'Ask with a user that has the tag or the permissions for it (amqpctl help set_user_tags, help set_permissions).',
      )
    case 'UNADDRESSABLE_NAME':
      return new CliError(ExitCode.dataError, error.message)
    case 'NOT_FOUND':
      return new CliError(ExitCode.unavailable, error.message)
    case 'UNSUPPORTED':
      return new CliError(ExitCode.unavailable, `${error.message}: this broker does not offer it over HTTP`)
    case 'SERVER_ERROR':
    case 'INVALID_RESPONSE':
      return new CliError(ExitCode.software, error.message, "Look into the broker's log.")
    default:
      return new CliError(ExitCode.unavailable, error.message)
  }
}
