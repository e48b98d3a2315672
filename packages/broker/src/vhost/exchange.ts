/**
 * An exchange of a vhost: what it was declared with and the matcher that holds its bindings.
 */

import type { TypedTable } from '@warrenmq/codec'
import type { ExchangeMatcher, ExchangeNode } from '@warrenmq/routing'
import type { ExchangeExtension } from '../exchange/exchange-extension.ts'
import type { ExchangeHolder } from '../exchange/exchange-holder.ts'
import type { Extension } from '../exchange/exchange-types.ts'
import { type EffectivePolicy, NO_POLICY } from '../policy/policy.ts'
import type { Queue } from '../queue/queue.ts'
import { ExchangeStatistics } from '../statistics/exchange-statistics.ts'

/** What an exchange was declared with. */
export interface ExchangeSettings {
  readonly name: string
  readonly type: string
  readonly durable: boolean
  readonly autoDelete: boolean
  /** Whether clients may not publish to it. */
  readonly internal: boolean
  readonly arguments: TypedTable
}

/** What messages can be routed to. */
export type Destination = Queue | ExchangeNode<Queue>

export class Exchange implements ExchangeNode<Queue> {
  readonly kind = 'exchange'
  readonly name: string
  readonly settings: ExchangeSettings
  readonly matcher: ExchangeMatcher<Destination>
  /** What it does besides matching; another one while somebody watches it. Routes are old when it changes. */
  intake: ExchangeExtension | undefined
  /** What of it must outlast a restart besides itself. */
  readonly holder: ExchangeHolder | undefined
  readonly statistics: ExchangeStatistics = new ExchangeStatistics()
  deleted = false
  /** What the vhost's policies set for it. */
  policy: EffectivePolicy = NO_POLICY
  /** Its number in the log, where it keeps messages that must outlast a restart; 0 for others. */
  readonly logId: number
  readonly #findExchange: (name: string) => Exchange | undefined

  constructor(
    settings: ExchangeSettings,
    matcher: ExchangeMatcher<Destination>,
    findExchange: (name: string) => Exchange | undefined,
    extend: (exchange: Exchange) => Extension = () => ({ intake: undefined, holder: undefined }),
    logId = 0,
  ) {
    this.name = settings.name
    this.logId = logId
    this.settings = settings
    this.matcher = matcher
    this.#findExchange = findExchange
    const { intake, holder } = extend(this)
    this.intake = intake
    this.holder = holder
  }

  /** Where messages go that match none of its bindings. The default exchange is nobody's alternate. */
  alternate(): Exchange | undefined {
    const name = this.settings.arguments['alternate-exchange']?.value ?? this.policy.definition['alternate-exchange']
    return typeof name === 'string' && name !== '' ? this.#findExchange(name) : undefined
  }
}
