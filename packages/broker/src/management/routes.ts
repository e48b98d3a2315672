/** All routes of the API. */

import { queueRoutes } from './controllers/queues.ts'
import { routeExplainRoutes } from './controllers/route-explain.ts'
import { vhostRoutes } from './controllers/vhosts.ts'
import { whoamiRoutes } from './controllers/whoami.ts'
import type { Route } from './route.ts'

export const ROUTES: readonly Route[] = [...whoamiRoutes, ...vhostRoutes, ...queueRoutes, ...routeExplainRoutes]
