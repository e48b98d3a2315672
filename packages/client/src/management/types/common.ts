/** What several objects have in common. */

/** Arguments as JSON has them: the types of AMQP are gone. */
export type Arguments = Readonly<Record<string, unknown>>

/** How fast a counter grew during the last sample. */
export interface RateDetails {
  /** Per second. */
  readonly rate: number
  /** Only with `…_age` and `…_incr` in the request; newest first. */
  readonly samples?: readonly { readonly sample: number; readonly timestamp: number }[]
  readonly avg?: number
  readonly avg_rate?: number
}

type MessageCounter =
  | 'publish'
  | 'publish_in'
  | 'publish_out'
  | 'confirm'
  | 'deliver'
  | 'deliver_no_ack'
  | 'get'
  | 'get_no_ack'
  | 'deliver_get'
  | 'get_empty'
  | 'redeliver'
  | 'ack'
  | 'drop_unroutable'
  | 'return_unroutable'

/** Messages counted since the start, and their rates. Only what had traffic has counters. */
export type MessageStats = { readonly [Counter in MessageCounter]?: number } & {
  readonly [Counter in MessageCounter as `${Counter}_details`]?: RateDetails
}
