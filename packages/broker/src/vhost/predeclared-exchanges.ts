/** The exchanges that every vhost has. */

import type { TypedTable } from '@warrenmq/codec'
import type { ExchangeSettings } from './exchange.ts'

const NO_ARGUMENTS: TypedTable = Object.freeze(Object.create(null))

/** The default exchange, which finds a queue by its name. */
export const DEFAULT_EXCHANGE: ExchangeSettings = exchangeSettings('', 'direct', false)

/** All others. */
export const PREDECLARED_EXCHANGES: readonly ExchangeSettings[] = [
  exchangeSettings('amq.direct', 'direct', false),
  exchangeSettings('amq.fanout', 'fanout', false),
  exchangeSettings('amq.topic', 'topic', false),
  exchangeSettings('amq.headers', 'headers', false),
  exchangeSettings('amq.match', 'headers', false),
  exchangeSettings('amq.rabbitmq.trace', 'topic', true),
]

function exchangeSettings(name: string, type: string, internal: boolean): ExchangeSettings {
  return { name, type, durable: true, autoDelete: false, internal, arguments: NO_ARGUMENTS }
}
