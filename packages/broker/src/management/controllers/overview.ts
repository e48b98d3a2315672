/** The broker at a glance. */

import { isMonitor } from '../authorization.ts'
import { parseColumns, selectColumns } from '../lists/columns.ts'
import { ok } from '../reply.ts'
import { type Route, route } from '../route.ts'
import { RANGE_QUERY, readRanges } from '../views/details.ts'
import { viewOverview, viewOwnOverview } from '../views/overview.ts'

export const overviewRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/overview',
    access: 'management',
    summary: 'What the broker is, has, and does; for those who are not monitoring, of their vhosts',
    query: ['columns', ...RANGE_QUERY],
    async handle({ caller, parts, query }) {
      const ranges = readRanges(query)
      const overview = isMonitor(caller.tags)
        ? viewOverview(parts, ranges)
        : viewOwnOverview(await caller.vhosts(), caller.name, parts, ranges)
      return ok(selectColumns(overview, parseColumns(query.get('columns'))))
    },
  }),
]
