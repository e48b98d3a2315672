/** Figures: how often samples are taken, and of what. */

import { RATES_MODES } from '../../statistics/rates-mode.ts'
import { type OptionRows, TIMER_MAX } from '../option-row.ts'

export const STATISTICS_OPTIONS: OptionRows<'collectStatisticsIntervalMs' | 'managementRatesMode'> = {
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
}
