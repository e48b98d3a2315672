/** What the broker refuses, as the API says it. */

import { ReplyCode } from '@warrenmq/codec'
import { AdministrationError } from '../access/access-error.ts'
import { DefinitionsError } from '../definitions/definitions-error.ts'
import { AmqpException } from '../errors.ts'
import { badRequest, HttpError, notAuthorised, notFound } from './http-error.ts'

/** The refusal that an error stands for; `undefined` for a bug. */
export function toHttpError(error: unknown): HttpError | undefined {
  if (error instanceof HttpError) return error
  if (error instanceof AmqpException) return fromAmqp(error)
  if (error instanceof DefinitionsError) return badRequest(error.message)
  if (!(error instanceof AdministrationError)) return undefined
  switch (error.code) {
    case 'NOT_FOUND':
      return notFound(error.message)
    case 'INVALID':
      return badRequest(error.message)
    case 'NOT_DURABLE':
      return new HttpError(503, { error: 'service_unavailable', reason: error.message })
  }
}

function fromAmqp({ replyCode, message }: AmqpException): HttpError {
  switch (replyCode) {
    case ReplyCode.NOT_FOUND:
      return notFound(explanationOf(message))
    case ReplyCode.ACCESS_REFUSED:
    case ReplyCode.NOT_ALLOWED:
      return notAuthorised('Access refused.')
    default:
      return badRequest(explanationOf(message))
  }
}

/** A reply text without the name of its code. */
function explanationOf(message: string): string {
  return message.slice(message.indexOf(' - ') + ' - '.length)
}
