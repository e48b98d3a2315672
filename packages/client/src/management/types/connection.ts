import type { Arguments, MessageStats, RateDetails } from './common.ts'

/** A client's connection. Certificate fields are null without TLS. */
export interface Connection {
  /** `<peer> -> <server>`. */
  readonly name: string
  readonly user_provided_name?: string
  readonly user: string
  readonly vhost: string
  /** `AMQP 0-9-1`. */
  readonly protocol: string
  readonly state?: string
  readonly node?: string
  readonly type?: string
  readonly host: string
  readonly port: number
  readonly peer_host: string
  readonly peer_port: number
  readonly auth_mechanism: string
  readonly channels?: number
  readonly channel_max: number
  /** Bytes. */
  readonly frame_max: number
  /** Heartbeat, in seconds. */
  readonly timeout: number
  readonly client_properties: Arguments
  /** Milliseconds since 1970. */
  readonly connected_at: number
  readonly ssl: boolean
  readonly ssl_protocol?: string | null
  readonly ssl_key_exchange?: string | null
  readonly ssl_cipher?: string | null
  readonly ssl_hash?: string | null
  readonly peer_cert_subject?: string | null
  readonly peer_cert_issuer?: string | null
  readonly peer_cert_validity?: string | null
  readonly recv_cnt?: number
  readonly recv_oct?: number
  readonly recv_oct_details?: RateDetails
  readonly send_cnt?: number
  readonly send_oct?: number
  readonly send_oct_details?: RateDetails
  readonly send_pend?: number
}

export interface Channel {
  /** `<name of the connection> (<number>)`. */
  readonly name: string
  readonly number: number
  readonly user: string
  readonly vhost: string
  readonly node?: string
  readonly state?: string
  readonly connection_details: { readonly name: string; readonly peer_host?: string; readonly peer_port?: number }
  readonly confirm?: boolean
  readonly transactional?: boolean
  readonly consumer_count?: number
  readonly messages_unacknowledged?: number
  readonly messages_unconfirmed?: number
  readonly messages_uncommitted?: number
  readonly acks_uncommitted?: number
  readonly prefetch_count?: number
  readonly global_prefetch_count?: number
  readonly message_stats?: MessageStats
}

export interface Consumer {
  readonly consumer_tag: string
  readonly queue: { readonly name: string; readonly vhost: string }
  readonly channel_details: { readonly name?: string; readonly connection_name?: string; readonly number?: number }
  readonly ack_required: boolean
  readonly exclusive: boolean
  readonly prefetch_count: number
  readonly active: boolean
  readonly activity_status: string
  readonly arguments: Arguments
}
