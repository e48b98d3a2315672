/** What a row of the option table says of an option. */

import type { BrokerOptions, ResolvedBrokerOptions } from './options.ts'

/** A whole number. Both ends are included; without `max` there is no upper limit. */
interface IntegerRule {
  readonly kind: 'integer'
  readonly min: number
  readonly max?: number
}

/** A text that is not empty, unless `optional`. A secret one is never repeated in messages. */
interface TextRule {
  readonly kind: 'text'
  readonly secret?: boolean
  readonly optional?: boolean
}

/** A list of names, none of them empty; written with commas between them, or as `none`. */
interface NamesRule {
  readonly kind: 'names'
  readonly countMin: number
  /** The names there are, if not any will do. */
  readonly choices?: readonly string[]
}

/** One word of a list. */
interface ChoiceRule {
  readonly kind: 'choice'
  readonly choices: readonly string[]
}

/** A number that need not be whole, both ends included: a share of something. */
interface RatioRule {
  readonly kind: 'ratio'
  readonly min: number
  readonly max: number
}

/** A number of bytes; as text it may carry a unit, as in `50MB` (10^6) and `2GiB` (2^30). */
interface BytesRule {
  readonly kind: 'bytes'
  readonly min: number
}

/** Yes or no. */
interface BooleanRule {
  readonly kind: 'boolean'
}

/** What values an option takes. */
export type OptionRule = BooleanRule | IntegerRule | TextRule | NamesRule | ChoiceRule | RatioRule | BytesRule

export type OptionValue = number | string | boolean | readonly string[]

/** One row of the table. */
export interface OptionRow<Value extends OptionValue = OptionValue> {
  /** Key in a configuration file: RabbitMQ's where it has one, with the same unit. */
  readonly fileKey: string
  readonly rule: OptionRule
  readonly default: Value
  /** The default of `warren`, where it is not that of an embedded broker. */
  readonly programDefault?: Value
  /** For the help text and the documentation: a phrase without a full stop. */
  readonly description: string
}

/** Rows of these options. */
export type OptionRows<Name extends keyof BrokerOptions> = {
  readonly [Key in Name]-?: OptionRow<ResolvedBrokerOptions[Key]>
}

/** Longest delay of the timers that Node offers, in milliseconds. */
export const TIMER_MAX = 2_147_483_647
