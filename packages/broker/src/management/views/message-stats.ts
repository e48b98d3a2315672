/** `message_stats` of channels, queues, exchanges, vhosts and the broker. What nothing happened of is left out, as RabbitMQ does. */

import type { JsonObject } from '../../parameters/json-value.ts'
import {
  DELIVER_GET,
  DELIVERING,
  DELIVERING_OFFSET,
  EXCHANGE_STATS,
  isAny,
  PUBLISHING,
  QUEUE_DELIVERING_OFFSET,
} from '../../statistics/counts.ts'
import type { History } from '../../statistics/history.ts'
import type { SampleRange } from '../../statistics/timeline.ts'
import { viewFigure, viewFigures } from './details.ts'

/** What was counted of something, and its samples. */
export interface Counted {
  readonly totals: Float64Array
  readonly history: History | undefined
}

type Range = SampleRange | undefined

/** Of a channel, a vhost or the broker. */
export function viewMessageStats(counted: Counted, range: Range): JsonObject {
  return { ...viewPublishing(counted, range), ...viewDelivering(counted, range, DELIVERING_OFFSET) }
}

/** Of a queue. */
export function viewQueueMessageStats(counted: Counted, range: Range): JsonObject {
  const { totals, history } = counted
  const publish = totals[0] > 0 ? viewFigure('publish', totals[0], history, [0], range) : {}
  return { ...publish, ...viewDelivering(counted, range, QUEUE_DELIVERING_OFFSET) }
}

/** Of an exchange. */
export function viewExchangeMessageStats({ totals, history }: Counted, range: Range): JsonObject {
  return viewFigures(EXCHANGE_STATS, totals, history, 0, range)
}

/** What was published. */
export function viewPublishing({ totals, history }: Counted, range: Range): JsonObject {
  if (!isAny(totals, 0, PUBLISHING.length)) return {}
  return viewFigures(PUBLISHING, totals, history, 0, range)
}

/** What was delivered, counted from `at` on. */
export function viewDelivering({ totals, history }: Counted, range: Range, at = 0): JsonObject {
  const counts = totals.subarray(at, at + DELIVERING.length)
  if (!isAny(counts)) return {}
  const summed = DELIVER_GET.map((name) => DELIVERING.indexOf(name))
  const deliverGet = summed.reduce((sum, index) => sum + counts[index], 0)
  const indexes = summed.map((index) => at + index)
  return {
    ...viewFigures(DELIVERING, counts, history, at, range),
    ...viewFigure('deliver_get', deliverGet, history, indexes, range),
  }
}

/** `message_stats` as a field, if there is anything in it. */
export function asField(stats: JsonObject): JsonObject {
  return Object.keys(stats).length > 0 ? { message_stats: stats } : {}
}
