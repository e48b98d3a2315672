/** What a declaration of an exchange is checked for. */

import { fieldTypeName, ReplyCode } from '@warrenmq/codec'
import { ChannelException } from '../errors.ts'
import { assertExchangeType } from '../exchange/exchange-types.ts'
import { assertSameArguments, assertSameProperty } from './equivalence.ts'
import type { ExchangeSettings } from './exchange.ts'

/**
 * Checks what holds for every declaration, whether the exchange exists or not.
 *
 * @throws ChannelException PRECONDITION_FAILED; ConnectionException for an unknown type.
 */
export function assertExchangeSettings(settings: ExchangeSettings, resource: string): void {
  assertExchangeType(settings.type)
  const alternate = settings.arguments['alternate-exchange']
  if (alternate === undefined || alternate.tag === 'S') return
  const type = fieldTypeName(alternate.tag)
  const text = `invalid type '${type}' for arg 'alternate-exchange' in ${resource}`
  throw new ChannelException(ReplyCode.PRECONDITION_FAILED, text)
}

/** @throws ChannelException PRECONDITION_FAILED when the exchange that exists is another one than was declared. */
export function assertSameExchange(settings: ExchangeSettings, current: ExchangeSettings, resource: string): void {
  assertSameProperty('type', resource, typeAtom(settings.type), typeAtom(current.type))
  assertSameProperty('durable', resource, settings.durable, current.durable)
  assertSameProperty('auto_delete', resource, settings.autoDelete, current.autoDelete)
  assertSameProperty('internal', resource, settings.internal, current.internal)
  assertSameArguments(['alternate-exchange'], resource, settings.arguments, current.arguments)
}

/** Types are atoms in RabbitMQ, printed in quotes unless they are one plain word: `'x-random'`. */
function typeAtom(type: string): string {
  return /^[a-z][A-Za-z0-9_@]*$/.test(type) ? type : `'${type}'`
}
