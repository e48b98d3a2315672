/** What there is, told as metrics: vhosts, exchanges and bindings. */

import type { Exchange } from '../vhost/exchange.ts'
import type { Vhost } from '../vhost/vhost.ts'
import { type AnyMetricGroup, gauge, metricGroup } from './metric-group.ts'
import type { PrometheusParts } from './prometheus-parts.ts'

function* vhostsOf({ vhosts }: PrometheusParts, wanted: ReadonlySet<string> | undefined): Generator<Vhost> {
  for (const vhost of vhosts.values()) if (wanted === undefined || wanted.has(vhost.name)) yield vhost
}

interface PlacedExchange {
  readonly vhost: string
  readonly exchange: Exchange
}

function* exchangesOf(parts: PrometheusParts, wanted: ReadonlySet<string> | undefined): Generator<PlacedExchange> {
  for (const { name: vhost, exchanges } of vhostsOf(parts, wanted)) {
    for (const exchange of exchanges.values()) yield { vhost, exchange }
  }
}

const labels = ({ vhost, exchange }: PlacedExchange) => ({
  vhost,
  exchange: exchange.name,
  type: exchange.settings.type,
})

export const VHOST_STATUS: AnyMetricGroup = metricGroup<Vhost>({
  family: 'vhost_status',
  items: vhostsOf,
  labels: ({ name }) => ({ vhost: name }),
  metrics: [gauge('vhost_status', () => 1)],
})

export const EXCHANGE_NAMES: AnyMetricGroup = metricGroup<PlacedExchange>({
  family: 'exchange_names',
  items: exchangesOf,
  labels,
  metrics: [gauge('exchange_name', () => 1)],
})

export const EXCHANGE_BINDINGS: AnyMetricGroup = metricGroup<PlacedExchange>({
  family: 'exchange_bindings',
  items: exchangesOf,
  labels,
  metrics: [gauge('exchange_bindings', ({ exchange }) => exchange.matcher.size)],
})
