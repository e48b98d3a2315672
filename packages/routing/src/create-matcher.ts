/**
 * The exchange types by name.
 */

import type { RouteTarget } from './binding.ts'
import { DirectMatcher } from './direct-matcher.ts'
import type { ExchangeMatcher } from './exchange-matcher.ts'
import { FanoutMatcher } from './fanout-matcher.ts'
import { HeadersMatcher } from './headers-matcher.ts'
import { TopicMatcher } from './topic-matcher.ts'

/** Names that {@link createMatcher} knows. */
export const exchangeTypes: readonly string[] = ['direct', 'fanout', 'headers', 'topic']

/** An empty matcher of an exchange type, or `undefined` when there is no such type. */
export function createMatcher<D extends RouteTarget>(type: string): ExchangeMatcher<D> | undefined {
  switch (type) {
    case 'direct':
      return new DirectMatcher<D>()
    case 'fanout':
      return new FanoutMatcher<D>()
    case 'headers':
      return new HeadersMatcher<D>()
    case 'topic':
      return new TopicMatcher<D>()
    default:
      return undefined
  }
}
