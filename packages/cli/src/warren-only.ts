/** Commands on endpoints that RabbitMQ does not have. */

import { isManagementError } from '@warrenmq/client/management'
import { CliError } from './cli-error.ts'
import type { Context } from './context.ts'
import { ExitCode } from './exit-code.ts'

/** As brokers call themselves in their overview. */
export const WARREN = 'WarrenMQ'

/** Help says it with every such command. */
export const WARREN_ONLY = 'With WarrenMQ only: RabbitMQ has no such endpoint.'

/** Waits for an answer; where there is no such thing, tells whether it is the object or the endpoint that is missing. */
export async function onWarren<Answer>(
  context: Context,
  answer: Promise<Answer>,
  missing: () => CliError,
): Promise<Answer> {
  try {
    return await answer
  } catch (error) {
    if (isManagementError(error, 'NOT_FOUND')) throw await explainMissing(context, missing)
    if (isManagementError(error, 'UNSUPPORTED')) throw await explainMissing(context, () => error)
    throw error
  }
}

/** The error that tells what is missing. */
export async function explainMissing(context: Context, missing: () => Error): Promise<Error> {
  const { product_name: product = 'RabbitMQ', product_version: version } = await context.client.nodes.overview()
  if (product === WARREN) return missing()
  const broker = version === undefined ? product : `${product} ${version}`
  return new CliError(
    ExitCode.unavailable,
    `${context.client.url} is ${broker}, which has no such endpoint: this command works with WarrenMQ only`,
  )
}

/** Also right when there is no such vhost. */
export function noQueue(context: Context, name: string): CliError {
  return new CliError(
    ExitCode.unavailable,
    `There is no queue '${name}' in vhost '${context.vhost}'`,
    "'amqpctl list_queues' lists those there are; --vhost names another vhost.",
  )
}

export function noExchange(context: Context, name: string): CliError {
  return new CliError(
    ExitCode.unavailable,
    `There is no exchange '${name}' in vhost '${context.vhost}'`,
    "'amqpctl list_exchanges' lists those there are; --vhost names another vhost.",
  )
}
