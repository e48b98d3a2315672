/**
 * A route of the API: where it is, who may use it, and what it does. Controllers list theirs; `route-table.ts` puts them on the server.
 */

import type { Access } from './authorization.ts'
import type { BodySchema } from './body-schema.ts'
import type { ManagementRequest } from './management-request.ts'
import type { Reply } from './reply.ts'

export type RouteMethod = 'GET' | 'PUT' | 'POST' | 'DELETE'

/** Names of the parts of a path that stand for something: of `/queues/:vhost/:name` they are `vhost` and `name`. */
export type PathParameters<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | PathParameters<Rest>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never

/** One method of a path below `/api`. */
export interface Route<Path extends string = string, Schema extends BodySchema = BodySchema> {
  readonly method: RouteMethod
  readonly path: Path
  readonly access: Access
  /** What it does, as a phrase without a full stop. */
  readonly summary: string
  /** Parameters after the question mark that it looks at. */
  readonly query?: readonly string[]
  /** Whether it answers with Server-Sent Events, and not with JSON. @default false */
  readonly streams?: boolean
  /** Whether the parameter `auth` may stand for the field `authorization`, for links that download. @default false */
  readonly takesAuthParameter?: boolean
  /** Largest body, in bytes. @default that of the option `managementBodySizeMax` */
  readonly bodySizeMax?: number
  /** What its body may hold. */
  readonly body?: Schema
  handle(request: ManagementRequest<PathParameters<Path>, Schema>): Reply | Promise<Reply>
}

/** Checks a route's parameters and body against what its handler uses of them. */
export function route<const Path extends string, const Schema extends BodySchema = BodySchema>(
  definition: Route<Path, Schema>,
): Route {
  return definition as unknown as Route
}
