import type { Arguments, MessageStats } from './common.ts'

/** An exchange; the default one has the name `''`. */
export interface Exchange {
  readonly name: string
  readonly vhost: string
  readonly type: string
  readonly durable: boolean
  readonly auto_delete: boolean
  readonly internal: boolean
  readonly arguments: Arguments
  readonly policy?: string | null
  readonly user_who_performed_action?: string
  readonly message_stats?: MessageStats
}

/** What an exchange is declared with. */
export interface ExchangeDeclaration {
  readonly type: string
  /** @default false */
  readonly durable?: boolean
  /** @default false */
  readonly auto_delete?: boolean
  /** @default false */
  readonly internal?: boolean
  readonly arguments?: Arguments
}

/** A message to publish. */
export interface PublishMessage {
  readonly routing_key: string
  readonly payload: string
  /** @default string */
  readonly payload_encoding?: 'string' | 'base64'
  /** `delivery_mode`, `content_type`, `headers` … */
  readonly properties?: Arguments
}

/** A binding. */
export interface Binding {
  /** `''` for the default exchange. */
  readonly source: string
  readonly vhost: string
  readonly destination: string
  readonly destination_type: DestinationType
  readonly routing_key: string
  readonly arguments: Arguments
  /** Tells bindings between the same two apart. */
  readonly properties_key: string
}

export type DestinationType = 'queue' | 'exchange'

/** Both ends of a binding. */
export interface BindingEnds {
  readonly vhost: string
  readonly source: string
  readonly destination: string
  /** @default queue */
  readonly destinationType?: DestinationType
}
