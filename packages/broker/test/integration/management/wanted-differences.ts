/** Where the shape of our answers differs from RabbitMQ 3.10.8's on purpose. Docs/deviations.md says the same in words. */

import type { WantedDifference } from './shape.ts'

export const WANTED_DIFFERENCES: readonly WantedDifference[] = [
  {
    request: /^GET \/(vhosts(\/%2F)?|exchanges|queues)$/,
    field: /^(\[\]\.)?(message_stats|messages(_ready|_unacknowledged)?(_details)?|(send|recv)_oct(_details)?)(\.|$)/,
    why: 'Figures are those of all suites that share a RabbitMQ. figures.test.ts compares those of things of its own.',
  },
  {
    request: /\/vhosts/,
    field: /^(\[\]\.)?cluster_state\./,
    why: 'Its keys are names of nodes.',
  },
  {
    field: /(^|\.)(garbage_collection|reductions|reductions_details|backing_queue_status|recoverable_slaves)(\.|$)/,
    why: 'They tell of Erlang processes, and of queues as RabbitMQ builds them.',
  },
  {
    request: /^GET \/(queues|channels|connections|vhosts\/\{v\}\/c)/,
    field: /(^|\.)idle_since$/,
    why: 'It depends on how long ago the last sample was that differed.',
  },
  {
    request: /^GET \/queues/,
    field: /(^|\.)message(s|_bytes)(_ready|_unacknowledged)?_(ram|paged_out|persistent)$/,
    why: 'Whether a message is in memory depends on its block, and is not counted for each queue.',
  },
  {
    request: /^GET \/(overview|nodes)/,
    field:
      /(^|\.)(socket_opts\.(linger|exit_on_close|cowboy_opts|ip|port|protocol)|contexts\.\[\]\.(cowboy_opts|protocol))(\.|$)/,
    why: 'They are options of Erlang and of its web server.',
  },
  {
    request: /^GET \/nodes/,
    field:
      /(^|\.)(net_ticktime|ra_open_file_metrics|metrics_gc_queue_length|gc_bytes_reclaimed|mnesia_(ram|disk)_tx_count|queue_index_(read|write)_count|io_(seek|reopen)_[a-z_]*)(_details)?(\.|$)/,
    why: 'There is no such thing here: nothing seeks, opens files again, or keeps an index of each queue.',
  },
  {
    request: /^GET \/nodes/,
    field: /(^|\.)io_(read|write|sync)_avg_time_details(\.|$)/,
    why: 'An average of all time has no rate.',
  },
  {
    request: /^GET \/nodes\/\{n\}/,
    field:
      /^memory\.(connection_(readers|writers)|queue_slave_procs|quorum_queue_dlx_procs|stream_.*|plugins|other_proc|metrics|mgmt_db|mnesia|quorum_ets|other_ets|msg_index|atom|reserved_unallocated)$/,
    why: 'They are parts of an Erlang node.',
  },
  {
    request: /^GET \/connections\/username/,
    field: /^\[\]\./,
    why: 'RabbitMQ 3.10.8 gives name, node, user and vhost only; the same as in the other lists is more use.',
  },
  {
    request: /^GET \/user-limits/,
    field: /^\[\]\.value\./,
    why: 'Its keys are limits, of which a user may have some.',
  },
  {
    request: /^GET \/exchanges/,
    field: /user_who_performed_action$/,
    why: 'Who made an exchange is not kept.',
  },
]
