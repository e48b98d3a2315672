/** Figures: how often samples are taken, and of what. */

import { RATES_MODES } from '../../statistics/rates-mode.ts'
import { type OptionRows, TIMER_MAX } from '../option-row.ts'

export const STATISTICS_OPTIONS: OptionRows<
  'collectStatisticsIntervalMs' | 'managementRatesMode' | 'prometheusPort' | 'prometheusHost' | 'prometheusPerObject'
> = {
  collectStatisticsIntervalMs: {
    fileKey: 'collect_statistics_interval',
    rule: { kind: 'integer', min: 1, max: TIMER_MAX },
    default: 5000,
    description:
      'time between two samples of all figures, in milliseconds; none are taken without management API and metrics',
  },
  managementRatesMode: {
    fileKey: 'management.rates_mode',
    rule: { kind: 'choice', choices: RATES_MODES },
    default: 'basic',
    description: 'which figures of messages are kept: of each object; detailed adds those between two objects; or none',
  },
  prometheusPort: {
    fileKey: 'prometheus.tcp.port',
    rule: { kind: 'integer', min: -1, max: 65_535 },
    default: -1,
    programDefault: 15_692,
    description: 'TCP port of the metrics for Prometheus; 0 lets the system choose one, -1 is none',
  },
  prometheusHost: {
    fileKey: 'prometheus.tcp.ip',
    rule: { kind: 'text', optional: true },
    default: '',
    description: 'address that the metrics are served on; empty for that of host',
  },
  prometheusPerObject: {
    fileKey: 'prometheus.return_per_object_metrics',
    rule: { kind: 'boolean' },
    default: false,
    description: 'whether /metrics tells of each queue, channel and connection instead of their sums',
  },
}
