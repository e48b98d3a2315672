import type { MessageStats, RateDetails } from './common.ts'

export interface Listener {
  readonly node: string
  /** `amqp`, `amqp/ssl`, `http`, `clustering` … */
  readonly protocol: string
  readonly ip_address: string
  readonly port: number
}

/** The broker at a glance. */
export interface Overview {
  readonly rabbitmq_version: string
  readonly management_version?: string
  readonly product_name?: string
  readonly product_version?: string
  readonly cluster_name: string
  readonly node: string
  readonly erlang_version?: string
  readonly erlang_full_version?: string
  readonly rates_mode?: string
  readonly object_totals?: {
    readonly channels?: number
    readonly connections?: number
    readonly consumers?: number
    readonly exchanges?: number
    readonly queues?: number
  }
  readonly queue_totals?: {
    readonly messages?: number
    readonly messages_ready?: number
    readonly messages_unacknowledged?: number
  }
  readonly message_stats?: MessageStats
  /** Missing for users without the tag monitoring. */
  readonly listeners?: readonly Listener[]
}

/** A node; figures are missing while it is down. */
export interface Node {
  readonly name: string
  readonly type?: string
  readonly running: boolean
  /** Milliseconds. */
  readonly uptime?: number
  readonly os_pid?: string
  /** Bytes. */
  readonly mem_used?: number
  readonly mem_used_details?: RateDetails
  readonly mem_limit?: number
  readonly mem_alarm?: boolean
  readonly mem_calculation_strategy?: string
  readonly disk_free?: number
  readonly disk_free_limit?: number
  readonly disk_free_alarm?: boolean
  readonly fd_used?: number
  readonly fd_total?: number
  readonly sockets_used?: number
  readonly sockets_total?: number
  readonly proc_used?: number
  readonly proc_total?: number
  readonly run_queue?: number
  readonly processors?: number
  readonly net_ticktime?: number
  readonly partitions?: readonly string[]
  readonly being_drained?: boolean
  readonly enabled_plugins?: readonly string[]
  readonly config_files?: readonly string[]
  readonly log_files?: readonly string[]
  readonly db_dir?: string
  readonly applications?: readonly { readonly name: string; readonly description: string; readonly version: string }[]
}

/** Bytes by use. `total` is an object on nodes that measure it in several ways. */
export interface NodeMemory {
  readonly memory: Readonly<Record<string, number | string | Readonly<Record<string, number>>>>
}

export interface FeatureFlag {
  readonly name: string
  readonly state: string
  readonly desc: string
  readonly doc_url: string
  readonly stability: string
  readonly provided_by: string
}

/** What a health check found; what else it says depends on the check. */
export interface HealthCheck {
  /** `ok`, `failed`. */
  readonly status: string
  readonly reason?: string
  readonly [detail: string]: unknown
}
