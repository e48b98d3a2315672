/** The description of the API, for programs that are made from it. */

import { describeApi } from '../openapi.ts'
import { ok } from '../reply.ts'
import { type Route, route } from '../route.ts'

/** @param routes All others. */
export function openApiRoutes(routes: readonly Route[]): readonly Route[] {
  const own: Route = route({
    method: 'GET',
    path: '/openapi.json',
    access: 'management',
    summary: 'This API as an OpenAPI document',
    handle: ({ parts }) => ok(describeApi([...routes, own], parts.cookiePath)),
  })
  return [own]
}
