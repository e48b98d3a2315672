/** Metrics of RabbitMQ 3.10.8 that this broker does not have, and why. Docs/monitoring.md says the same in words. */

export const LEFT_OUT: readonly { readonly metric: RegExp; readonly why: string }[] = [
  { metric: /^erlang_/, why: 'They tell of the virtual machine of Erlang; Node.js has its own.' },
  {
    metric: /^rabbitmq_(detailed_)?(erlang_(?!uptime)|schema_db_|queue_index_|raft_)/,
    why: 'They tell of parts of RabbitMQ that are not here.',
  },
  { metric: /_process_reductions_total$/, why: 'Reductions are a measure of Erlang.' },
  { metric: /^rabbitmq_(detailed_)?io_(seek|reopen)_/, why: 'Nothing seeks or opens files again.' },
  {
    metric: /^rabbitmq_(detailed_)?queue_messages_(ram|ready_ram|unacked_ram|persistent|paged_out)(_bytes)?$/,
    why: 'Whether a message is in memory depends on its block, and is not counted for each queue.',
  },
  {
    metric: /^rabbitmq_(detailed_)?queue_disk_(reads|writes)_total$/,
    why: 'Reads are of blocks, and writes are counted for all queues: msg_store_read_total, msg_store_write_total.',
  },
  { metric: /^telemetry_/, why: 'They tell of a library of the plugin.' },
  {
    metric: /^rabbitmq_global_messages_dead_lettered_confirmed_total$/,
    why: 'Dead letters need no confirms within one node.',
  },
]

/** Labels that differ on purpose. */
export const OTHER_LABELS: readonly {
  readonly metric: RegExp
  readonly labels: readonly string[]
  readonly why: string
}[] = [
  {
    metric: /queue_messages_published_total$/,
    labels: ['channel', 'exchange', 'exchange_vhost'],
    why: 'What was published is counted for queues, and with rates_mode detailed for pairs of exchange and queue.',
  },
  {
    metric: /^rabbitmq_(build|identity)_info$/,
    labels: ['node_version', 'rabbitmq_endpoint'],
    why: 'The version of Node.js; and what dashboards of RabbitMQ 4.1 and later select by.',
  },
]
