/**
 * The exchange types that a client may declare: those of the routing package, and those that do more than match.
 */

import { ReplyCode } from '@warrenmq/codec'
import { createMatcher, type ExchangeMatcher, exchangeTypes, type RandomFraction } from '@warrenmq/routing'
import { Deduplication } from '../deduplication/deduplication.ts'
import { assertDeduplicationArguments, readDeduplicationArguments } from '../deduplication/deduplication-arguments.ts'
import { ChannelException, ConnectionException } from '../errors.ts'
import { HolderJournal } from '../log/holder-journal.ts'
import type { Destination, Exchange, ExchangeSettings } from '../vhost/exchange.ts'
import { DeduplicatingExtension } from './deduplicating-extension.ts'
import { DelayedMessages } from './delayed-messages.ts'
import type { ExchangeExtension, ExtensionEnvironment } from './exchange-extension.ts'
import { ExchangeHolder } from './exchange-holder.ts'
import { assertHistoryArguments, RecentHistory } from './recent-history.ts'

const RECENT_HISTORY = 'x-recent-history'
const DELAYED = 'x-delayed-message'
const DELAYED_TYPE = 'x-delayed-type'

/** All of them. */
export const EXCHANGE_TYPES: readonly string[] = [...exchangeTypes, RECENT_HISTORY, DELAYED]

/** @throws ConnectionException COMMAND_INVALID for a type that there is not. */
export function assertExchangeType(type: string): void {
  if (EXCHANGE_TYPES.includes(type)) return
  throw new ConnectionException(ReplyCode.COMMAND_INVALID, `unknown exchange type '${type}'`)
}

/**
 * Checks the arguments that belong to the type of a new exchange, as far as its matcher does not.
 *
 * @throws ChannelException PRECONDITION_FAILED, ConnectionException COMMAND_INVALID for an `x-delayed-type` that there is not.
 */
export function assertTypeArguments(settings: ExchangeSettings, resource: string): void {
  assertDeduplicationArguments(settings.arguments, resource)
  const type = innerType(settings)
  if (settings.type === DELAYED) {
    if (typeof type !== 'string') throw refuse(`Invalid argument, '${DELAYED_TYPE}' must be an existing exchange type`)
    if (type === DELAYED) throw refuse(`Invalid argument, '${DELAYED}' can't be used for '${DELAYED_TYPE}'`)
    assertExchangeType(type)
  }
  if (type === RECENT_HISTORY) assertHistoryArguments(settings.arguments)
}

/** The matcher of an exchange whose type and arguments were checked. @throws RoutingError for arguments that it refuses. */
export function createExchangeMatcher(
  settings: ExchangeSettings,
  random: RandomFraction,
): ExchangeMatcher<Destination> {
  const type = String(innerType(settings))
  const options = { arguments: settings.arguments, random }
  const matcher = createMatcher<Destination>(type === RECENT_HISTORY ? 'fanout' : type, options)
  if (matcher === undefined) throw new Error(`no exchange type ${type}`)
  return matcher
}

/** Whether such an exchange keeps messages, or what it knows of them, so that it has a place in the log when it is durable. */
export function keepsMessages({ type, arguments: table }: ExchangeSettings): boolean {
  return type === DELAYED || readDeduplicationArguments(table) !== undefined
}

/** What an exchange has besides its matcher, nothing for most types. */
export interface Extension {
  /** What it does besides matching. */
  readonly intake: ExchangeExtension | undefined
  /** What of that must outlast a restart. */
  readonly holder: ExchangeHolder | undefined
}

export function createExtension(exchange: Exchange, environment: ExtensionEnvironment): Extension {
  const { settings, logId } = exchange
  const holder = logId === 0 ? undefined : new ExchangeHolder(new HolderJournal(logId, environment.journal, false))
  const history =
    innerType(settings) === RECENT_HISTORY ? new RecentHistory(settings.arguments, environment) : undefined
  const inner = settings.type === DELAYED ? new DelayedMessages(exchange, environment, history, holder) : history
  const deduplication = Deduplication.create(settings.arguments, environment.clock)
  if (deduplication === undefined) return { intake: inner, holder }
  return { intake: new DeduplicatingExtension(exchange, deduplication, inner, holder), holder }
}

/** The type that does the matching. */
function innerType(settings: ExchangeSettings): unknown {
  return settings.type === DELAYED ? settings.arguments[DELAYED_TYPE]?.value : settings.type
}

function refuse(text: string): ChannelException {
  return new ChannelException(ReplyCode.PRECONDITION_FAILED, text)
}
