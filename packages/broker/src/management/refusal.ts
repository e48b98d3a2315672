/** What the broker refuses in AMQP's words, as RabbitMQ's management API tells it. */

import { ReplyCode } from '@warrenmq/codec'
import { AmqpException } from '../errors.ts'
import { badRequest, type HttpError, notAuthorised, notFound } from './http-error.ts'

/** Does something, and throws as an HttpError what AMQP would close a channel for. */
export async function refusing<Result>(work: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof AmqpException ? describeRefusal(error) : error
  }
}

function describeRefusal({ replyCode, message }: AmqpException): HttpError {
  if (replyCode === ReplyCode.NOT_FOUND) return notFound(message)
  if (replyCode === ReplyCode.ACCESS_REFUSED) return notAuthorised(message)
  return badRequest(`${replyCode} ${message}`)
}
