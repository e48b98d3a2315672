/** All routes of the API. */

import { channelRoutes } from './controllers/channels.ts'
import { connectionRoutes } from './controllers/connections.ts'
import { consumerRoutes } from './controllers/consumers.ts'
import { nodeRoutes } from './controllers/nodes.ts'
import { overviewRoutes } from './controllers/overview.ts'
import { queueRoutes } from './controllers/queues.ts'
import { routeExplainRoutes } from './controllers/route-explain.ts'
import { vhostRoutes } from './controllers/vhosts.ts'
import { whoamiRoutes } from './controllers/whoami.ts'
import type { Route } from './route.ts'

export const ROUTES: readonly Route[] = [
  ...overviewRoutes,
  ...nodeRoutes,
  ...connectionRoutes,
  ...channelRoutes,
  ...consumerRoutes,
  ...whoamiRoutes,
  ...vhostRoutes,
  ...queueRoutes,
  ...routeExplainRoutes,
]
