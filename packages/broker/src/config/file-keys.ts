/**
 * Keys of RabbitMQ's configuration file that are not an option's own: other names of options, members of lists, and those that concern
 * nothing here. `read-file.ts` reads them; {@link option-table.ts} has the rest.
 */

import type { OptionName } from './option-table.ts'

/** Other keys of an option. */
export const ALIASES: ReadonlyMap<string, OptionName> = new Map([
  ['definitions.local.path', 'definitionsFile'],
  ['management.load_definitions', 'definitionsFile'],
])

/** Keys that each give one member of a list, numbered or named. */
export interface ListKeys {
  readonly prefix: string
  readonly name: OptionName
  /** Whether the key's end is the member, with `true` or `false` for a value. */
  readonly flags?: boolean
}

export const LISTS: readonly ListKeys[] = [
  { prefix: 'listeners.tcp.', name: 'listeners' },
  { prefix: 'listeners.ssl.', name: 'tlsListeners' },
  { prefix: 'ssl_options.versions.', name: 'tlsVersions' },
  { prefix: 'ssl_options.ciphers.', name: 'tlsCiphers' },
  { prefix: 'auth_mechanisms.', name: 'authMechanisms' },
  { prefix: 'auth_backends.', name: 'authBackends' },
  { prefix: 'auth_ldap.servers.', name: 'authLdapServers' },
  { prefix: 'auth_oauth2.preferred_username_claims.', name: 'authOauth2UsernameClaims' },
  { prefix: 'loopback_users.', name: 'loopbackUsers', flags: true },
  { prefix: 'default_user_tags.', name: 'defaultUserTags', flags: true },
]

const ERLANG = 'it concerns the Erlang machine'
const CLUSTER = 'it concerns clusters of RabbitMQ'
const STORE = 'messages are stored another way here'
const SOCKETS = 'sockets are left to the system here'

/**
 * RabbitMQ's keys that concern nothing here, by their beginning or, with a `$`, as a whole, and why. They are left out with a warning, so that
 * a file of RabbitMQ's works. What would be missed, such as a limit or a check, is not among them.
 */
const WITHOUT_EFFECT: readonly (readonly [key: string, reason: string])[] = [
  ['erlang.', ERLANG],
  ['hipe_compile$', ERLANG],
  ['background_gc_', ERLANG],
  ['socket_writer.', ERLANG],
  ['sysmon_handler.', ERLANG],
  ['delegate_count$', ERLANG],
  ['default_worker_pool_size$', ERLANG],
  ['vm_memory_calculation_strategy$', ERLANG],
  ['management.db_cache_multiplier$', ERLANG],
  ['net_ticktime$', CLUSTER],
  ['distribution.', CLUSTER],
  ['cluster_formation.', CLUSTER],
  ['cluster_keepalive_interval$', CLUSTER],
  ['cluster_partition_handling', CLUSTER],
  ['mirroring_sync_', CLUSTER],
  ['mnesia_table_loading_', CLUSTER],
  ['queue_leader_locator$', CLUSTER],
  ['queue_master_locator$', CLUSTER],
  ['raft.', STORE],
  ['quorum_queue.', STORE],
  ['classic_queue.default_version$', STORE],
  ['queue_index_embed_msgs_below$', STORE],
  ['message_store_shutdown_timeout$', STORE],
  ['vm_memory_high_watermark_paging_ratio$', STORE],
  ['vhost_restart_strategy$', STORE],
  ['num_acceptors.', SOCKETS],
  ['tcp_listen_options.', SOCKETS],
  ['management.tcp.idle_timeout$', SOCKETS],
  ['management.tcp.inactivity_timeout$', SOCKETS],
  ['management.tcp.max_keepalive$', SOCKETS],
  ['prometheus.tcp.idle_timeout$', SOCKETS],
  ['prometheus.tcp.inactivity_timeout$', SOCKETS],
  ['prometheus.tcp.max_keepalive$', SOCKETS],
  ['ssl_options.honor_ecc_order$', 'the order of ciphers covers it'],
  ['ssl_options.secure_renegotiate$', 'it always is so'],
  ['ssl_options.client_renegotiation$', 'clients never renegotiate'],
  ['ssl_options.reuse_sessions$', 'sessions are reused'],
  ['ssl_options.log_', 'TLS has no log of its own'],
  ['definitions.import_backend$', 'definitions come from a file'],
  ['log.console.use_colors$', 'a terminal gets colours'],
  ['log.console.color_esc_seqs.', 'a terminal gets colours'],
  ['log.console.stdio$', 'lines go to standard output'],
  ['log.exchange$', 'there is no exchange for log lines'],
  ['log.queue.', 'log lines have the categories connection and default'],
  ['log.channel.', 'log lines have the categories connection and default'],
  ['log.mirroring.', 'log lines have the categories connection and default'],
  ['log.federation.', 'log lines have the categories connection and default'],
  ['log.upgrade.', 'log lines have the categories connection and default'],
  ['log.ra.', 'log lines have the categories connection and default'],
  ['product.', 'the broker says what it is'],
  ['motd_file$', 'there is no banner'],
]

/** Why a key of RabbitMQ concerns nothing here; `undefined` for any other. */
export function reasonWithoutEffect(key: string): string | undefined {
  const matches = (pattern: string) => (pattern.endsWith('$') ? key === pattern.slice(0, -1) : key.startsWith(pattern))
  return WITHOUT_EFFECT.find(([pattern]) => matches(pattern))?.[1]
}
