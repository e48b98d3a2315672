/**
 * The exchange types by name.
 */

import type { TypedTable } from '@warrenmq/codec'
import type { RouteTarget } from './binding.ts'
import { ConsistentHashMatcher } from './consistent-hash-matcher.ts'
import { DirectMatcher } from './direct-matcher.ts'
import type { ExchangeMatcher } from './exchange-matcher.ts'
import { FanoutMatcher } from './fanout-matcher.ts'
import { HeadersMatcher } from './headers-matcher.ts'
import { ModulusHashMatcher } from './modulus-hash-matcher.ts'
import { LocalRandomMatcher, type RandomFraction, RandomMatcher } from './random-matcher.ts'
import { TopicMatcher } from './topic-matcher.ts'

/** Names that {@link createMatcher} knows. */
export const exchangeTypes: readonly string[] = [
  'direct',
  'fanout',
  'headers',
  'topic',
  'x-consistent-hash',
  'x-local-random',
  'x-modulus-hash',
  'x-random',
]

export interface MatcherOptions {
  /** Arguments of the exchange. @default none */
  readonly arguments?: TypedTable
  /** Chance, for the types that choose by it. @default Math.random */
  readonly random?: RandomFraction
}

const NO_ARGUMENTS: TypedTable = Object.freeze(Object.create(null))

/**
 * An empty matcher of an exchange type, or `undefined` when there is no such type.
 *
 * @throws RoutingError `INVALID_ARGUMENT` when the type refuses the arguments.
 */
export function createMatcher<D extends RouteTarget>(
  type: string,
  { arguments: args = NO_ARGUMENTS, random = Math.random }: MatcherOptions = {},
): ExchangeMatcher<D> | undefined {
  switch (type) {
    case 'direct':
      return new DirectMatcher<D>()
    case 'fanout':
      return new FanoutMatcher<D>()
    case 'headers':
      return new HeadersMatcher<D>()
    case 'topic':
      return new TopicMatcher<D>()
    case 'x-consistent-hash':
      return new ConsistentHashMatcher<D>(args)
    case 'x-local-random':
      return new LocalRandomMatcher<D>(random)
    case 'x-modulus-hash':
      return new ModulusHashMatcher<D>()
    case 'x-random':
      return new RandomMatcher<D>(random)
    default:
      return undefined
  }
}
