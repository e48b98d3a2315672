/** All routes of the API. */

import { authAttemptRoutes } from './controllers/auth-attempts.ts'
import { bindingRoutes } from './controllers/bindings.ts'
import { brokerRoutes } from './controllers/broker.ts'
import { channelRoutes } from './controllers/channels.ts'
import { connectionRoutes } from './controllers/connections.ts'
import { consumerRoutes } from './controllers/consumers.ts'
import { definitionRoutes } from './controllers/definitions.ts'
import { eventRoutes } from './controllers/events.ts'
import { exchangeRoutes } from './controllers/exchanges.ts'
import { getAndPublishRoutes } from './controllers/get-and-publish.ts'
import { healthRoutes } from './controllers/health.ts'
import { limitRoutes } from './controllers/limits.ts'
import { loginRoutes } from './controllers/login.ts'
import { nodeRoutes } from './controllers/nodes.ts'
import { openApiRoutes } from './controllers/openapi.ts'
import { overviewRoutes } from './controllers/overview.ts'
import { parameterRoutes } from './controllers/parameters.ts'
import { permissionRoutes } from './controllers/permissions.ts'
import { policyRoutes } from './controllers/policies.ts'
import { queueMessageChangeRoutes } from './controllers/queue-message-changes.ts'
import { queueMessageRoutes } from './controllers/queue-messages.ts'
import { queueRoutes } from './controllers/queues.ts'
import { routeExplainRoutes } from './controllers/route-explain.ts'
import { tapRoutes } from './controllers/taps.ts'
import { topicPermissionRoutes } from './controllers/topic-permissions.ts'
import { userRoutes } from './controllers/users.ts'
import { vhostRoutes } from './controllers/vhosts.ts'
import { whoamiRoutes } from './controllers/whoami.ts'
import type { Route } from './route.ts'

const ALL_BUT_ONE: readonly Route[] = [
  ...overviewRoutes,
  ...nodeRoutes,
  ...connectionRoutes,
  ...channelRoutes,
  ...consumerRoutes,
  ...whoamiRoutes,
  ...loginRoutes,
  ...authAttemptRoutes,
  ...brokerRoutes,
  ...vhostRoutes,
  ...userRoutes,
  ...permissionRoutes,
  ...topicPermissionRoutes,
  ...limitRoutes,
  ...definitionRoutes,
  ...exchangeRoutes,
  ...queueRoutes,
  ...healthRoutes,
  ...bindingRoutes,
  ...getAndPublishRoutes,
  ...policyRoutes,
  ...parameterRoutes,
  ...routeExplainRoutes,
  ...eventRoutes,
  ...queueMessageRoutes,
  ...queueMessageChangeRoutes,
  ...tapRoutes,
]

export const ROUTES: readonly Route[] = [...ALL_BUT_ONE, ...openApiRoutes(ALL_BUT_ONE)]
