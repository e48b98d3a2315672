/** The columns of `list_exchanges` and `list_bindings`. */

import type { Binding, Exchange } from '@warrenmq/client/management'
import type { Columns } from '../columns.ts'
import { AmqpTable } from '../erlang/values.ts'

export const EXCHANGE_COLUMNS: Columns<Exchange> = {
  name: 'name',
  type: 'type',
  durable: 'durable',
  auto_delete: 'auto_delete',
  internal: 'internal',
  arguments: (exchange) => new AmqpTable(exchange.arguments),
  policy: 'policy',
}

export const BINDING_COLUMNS: Columns<Binding> = {
  source_name: 'source',
  source_kind: () => 'exchange',
  destination_name: 'destination',
  destination_kind: 'destination_type',
  routing_key: 'routing_key',
  arguments: (binding) => new AmqpTable(binding.arguments),
}
