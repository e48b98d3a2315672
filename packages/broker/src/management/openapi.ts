/** The API as an OpenAPI document, made of the routes and schemas that serve it. */

import type { JsonObject, JsonValue } from '../parameters/json-value.ts'
import { COMPATIBLE_VERSION } from '../protocols/amqp/server-properties.ts'
import type { Access } from './authorization.ts'
import type { BodySchema, FieldSchema } from './body-schema.ts'
import type { Route } from './route.ts'

const WHO: { readonly [Name in Access]: string } = {
  anyone: 'Anyone, without a login.',
  management: 'Users with a tag of management.',
  vhost: 'Users with a tag of management who may enter the vhost; administrators.',
  'vhost-visible': 'Users with a tag of management who may enter the vhost; monitoring users; administrators.',
  monitoring: 'Monitoring users; administrators.',
  policymaker: 'Policymakers who may enter the vhost; administrators.',
  'global-policymaker': 'Policymakers; administrators.',
  administrator: 'Administrators.',
}

/** Query parameters that several routes have. */
const QUERY: Readonly<Record<string, string>> = {
  columns: 'fields that are wanted, with dots for those of objects in them, and commas between them',
  sort: 'the field that a list is sorted by',
  sort_reverse: 'true to have the list the other way round',
  page: 'the page that is wanted, from 1; without it the whole list comes, without anything around it',
  page_size: 'how much is on a page, 1 to 500; 100 without it',
  name: 'a part of the name of what is wanted, or a regular expression; with page only',
  use_regex: 'true when name is a regular expression',
  disable_stats: 'true to leave out what is counted',
  enable_queue_totals: 'true to have numbers of messages all the same',
  download: 'name under which a browser keeps the answer',
  auth: 'base64 of user:password, instead of the field Authorization',
  'if-empty': 'true to delete a queue without ready messages only',
  'if-unused': 'true to delete what is not in use only',
}

const ERROR_SCHEMA: JsonObject = {
  type: 'object',
  required: ['error', 'reason'],
  properties: {
    error: { type: 'string', description: 'what kind of refusal it is' },
    reason: { description: 'a text, or a list of a word and what it is about' },
  },
}

/** @param base What all paths begin with. */
export function describeApi(routes: readonly Route[], base: string): JsonObject {
  const paths: Record<string, Record<string, JsonValue>> = {}
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: describeOperation(route) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'WarrenMQ management API',
      version: COMPATIBLE_VERSION,
      description:
        'The HTTP API of RabbitMQ of this version, and what WarrenMQ has beyond it. A / in a name is written %2F in a path.',
    },
    servers: [{ url: base }],
    security: [{ basic: [] }, { bearer: [] }, { session: [] }],
    paths,
    components: {
      securitySchemes: {
        basic: { type: 'http', scheme: 'basic' },
        bearer: { type: 'http', scheme: 'bearer', description: 'an OAuth 2 access token, where the broker takes them' },
        session: { type: 'apiKey', in: 'cookie', name: 'warren_session', description: 'the cookie of POST /login' },
      },
      schemas: { Error: ERROR_SCHEMA },
    },
  }
}

function describeOperation(route: Route): JsonObject {
  const { method, path, access, summary, body, streams } = route
  return {
    operationId: operationId(method, path),
    summary,
    description: WHO[access],
    tags: [path.split('/')[1]],
    ...(access === 'anyone' && { security: [] }),
    parameters: [...pathParameters(path), ...(route.query ?? []).map(queryParameter)],
    ...(body !== undefined && {
      requestBody: { content: { 'application/json': { schema: describeBody(body) } } },
    }),
    responses: {
      ...successes(method, streams === true),
      ...(access !== 'anyone' && { 401: refusal('Nobody has logged in, or the user may not do it.') }),
      400: refusal('The request cannot be done as it is.'),
      ...(path.includes(':') && { 404: refusal('There is nothing of that name.') }),
    },
  }
}

function successes(method: string, isStream: boolean): JsonObject {
  if (isStream) return { 200: { description: 'Events, as they happen.', content: { 'text/event-stream': {} } } }
  if (method === 'GET') return { 200: { description: 'What was asked for.', content: { 'application/json': {} } } }
  if (method === 'PUT') return { 201: { description: 'It is new.' }, 204: { description: 'It was there already.' } }
  if (method === 'DELETE') return { 204: { description: 'It is gone.' } }
  return { '2XX': { description: 'It is done.', content: { 'application/json': {} } } }
}

function refusal(description: string): JsonObject {
  return { description, content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } } }
}

/** `GET /queues/:vhost` → `getQueuesVhost`. */
function operationId(method: string, path: string): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== '')
  return method.toLowerCase() + words.map((word) => word[0].toUpperCase() + word.slice(1)).join('')
}

function pathParameters(path: string): JsonObject[] {
  return Array.from(path.matchAll(/:(\w+)/g), ([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
}

function queryParameter(name: string): JsonObject {
  const description = QUERY[name] ?? describeSamples(name)
  return { name, in: 'query', schema: { type: 'string' }, ...(description !== undefined && { description }) }
}

function describeSamples(name: string): string | undefined {
  if (name.endsWith('_age')) return 'how far back samples are wanted, in seconds'
  return name.endsWith('_incr') ? 'how far apart they are, in seconds' : undefined
}

function describeBody({ required = [], properties }: BodySchema): JsonObject {
  const described = Object.entries(properties).map(([name, field]): [string, JsonValue] => [name, describeField(field)])
  return { type: 'object', required, properties: Object.fromEntries(described) }
}

function describeField({ type, ...rest }: FieldSchema): JsonObject {
  return { ...(type !== 'any' && { type }), ...rest }
}
