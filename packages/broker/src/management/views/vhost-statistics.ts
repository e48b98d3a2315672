/** What is counted of a vhost. */

import type { JsonObject } from '../../parameters/json-value.ts'
import { LENGTHS, OCTETS, VHOST_LENGTHS_AT, VHOST_OCTETS_AT } from '../../statistics/histories.ts'
import type { Vhost } from '../../vhost/vhost.ts'
import type { ManagementParts } from '../management-parts.ts'
import { type Ranges, viewDetails, viewFigures } from './details.ts'
import { asField, viewMessageStats } from './message-stats.ts'

/** Lengths are those of the last sample: a vhost may have very many queues. */
export function viewVhostStatistics({ statistics, queues }: Vhost, parts: ManagementParts, ranges: Ranges): JsonObject {
  const { history, totals, receivedBytes, sentBytes } = statistics
  if (history === undefined) return {}
  const lengths = LENGTHS.map((_name, i) => history.last(VHOST_LENGTHS_AT + i))
  const indexes = LENGTHS.map((_name, i) => VHOST_LENGTHS_AT + i)
  const hasTraffic = receivedBytes + sentBytes > 0
  return {
    ...(hasTraffic ? viewFigures(OCTETS, [receivedBytes, sentBytes], history, VHOST_OCTETS_AT, ranges.dataRates) : {}),
    ...(queues.size === 0
      ? {}
      : {
          ...viewFigures(LENGTHS, lengths, history, VHOST_LENGTHS_AT, ranges.lengths),
          messages: lengths[0] + lengths[1],
          messages_details: viewDetails(history, indexes, ranges.lengths),
        }),
    ...(parts.figures.ratesMode === 'none' ? {} : asField(viewMessageStats({ totals, history }, ranges.messageRates))),
  }
}
