/** Who the caller is. */

import { ok } from '../reply.ts'
import { type Route, route } from '../route.ts'

export const whoamiRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/whoami',
    access: 'management',
    summary: 'The user who asks',
    handle: ({ caller }) => ok({ name: caller.name, tags: caller.tags }),
  }),
]
