import type { Arguments } from './common.ts'
import type { DestinationType } from './exchange.ts'

/** A message that could be published. */
export interface ExplainedMessage {
  readonly routing_key: string
  readonly headers?: Arguments
  readonly properties?: Arguments
}

/** A binding that matches. */
export interface MatchingBinding {
  readonly destination: string
  readonly destination_type: DestinationType
  readonly routing_key: string
  readonly arguments: Arguments
  /** The key of the message that it matches: its routing key, or one of CC and BCC. */
  readonly matched_key: string
}

/** What one exchange does with it. */
export interface ExplainedStep {
  /** `''` for the default exchange. */
  readonly exchange: string
  readonly type: string
  /** Another message of the same kind may go elsewhere. */
  readonly by_chance: boolean
  /** The exchange may keep the message for a while or remember it, or somebody watches it. */
  readonly has_intake: boolean
  readonly matches: readonly MatchingBinding[]
  /** Where it goes because nothing matches. */
  readonly alternate_exchange: string | null
}

/** The way of a message through exchanges. */
export interface ExplainedRoute {
  readonly routing_keys: readonly string[]
  readonly routed: boolean
  readonly by_chance: boolean
  readonly steps: readonly ExplainedStep[]
  readonly queues: readonly string[]
}
