/** Definitions: all that a broker has but messages, exported and imported. */

import type { DefinitionsDocument } from '../../definitions/definitions.ts'
import type { JsonObject } from '../../parameters/json-value.ts'
import { badRequest } from '../http-error.ts'
import type { ManagementRequest } from '../management-request.ts'
import { NO_CONTENT, ok, type Reply } from '../reply.ts'
import { type Route, route } from '../route.ts'

const EXPORT_QUERY = ['download', 'auth']

type DefinitionsRequest = Pick<ManagementRequest<never, never>, 'bytes' | 'header' | 'parts' | 'query'>

export const definitionRoutes: readonly Route[] = [
  ...wholeRoutes('/definitions'),
  // What it was called once.
  ...wholeRoutes('/all-configuration'),
  route({
    method: 'GET',
    path: '/definitions/:vhost',
    access: 'administrator',
    summary: 'Parameters, policies, queues, exchanges and bindings of a vhost',
    query: EXPORT_QUERY,
    takesAuthParameter: true,
    handle: (request) => exportDefinitions(request, expectVhost(request)),
  }),
  route({
    method: 'POST',
    path: '/definitions/:vhost',
    access: 'administrator',
    summary: 'Brings in definitions of one vhost: all of them, or none',
    query: ['auth'],
    takesAuthParameter: true,
    handle: (request) => importDefinitions(request, request.vhostToChange().name),
  }),
]

function wholeRoutes(path: '/definitions' | '/all-configuration'): Route[] {
  return [
    route({
      method: 'GET',
      path,
      access: 'administrator',
      summary: 'All that the broker has but messages',
      query: EXPORT_QUERY,
      takesAuthParameter: true,
      handle: (request) => exportDefinitions(request),
    }),
    route({
      method: 'POST',
      path,
      access: 'administrator',
      summary:
        'Brings in definitions, as JSON or as the field file of a form: all of them, or none. What is there stays',
      query: ['auth'],
      takesAuthParameter: true,
      handle: (request) => importDefinitions(request),
    }),
  ]
}

async function exportDefinitions({ parts, query }: DefinitionsRequest, vhost?: string): Promise<Reply> {
  const definitions = await parts.admin.exportDefinitions(vhost)
  const name = query.get('download')
  const headers = name === null ? {} : { 'content-disposition': `attachment; filename=${fileName(name)}` }
  return ok(definitions as JsonObject, headers)
}

async function importDefinitions(request: DefinitionsRequest, vhost?: string): Promise<Reply> {
  await request.parts.admin.importDefinitions(parse(await readText(request)), vhost)
  return NO_CONTENT
}

/** @throws HttpError 400 */
function expectVhost(request: Pick<ManagementRequest<'vhost', never>, 'param' | 'parts'>): string {
  const vhost = request.param('vhost')
  if (!request.parts.vhosts.has(vhost)) throw badRequest('vhost_not_found')
  return vhost
}

/** The body, or the file in a form. @throws HttpError 400 */
async function readText(request: DefinitionsRequest): Promise<string> {
  const { bytes } = request
  const type = request.header('content-type') ?? ''
  if (!type.toLowerCase().startsWith('multipart/form-data')) return Buffer.from(bytes).toString()
  const form = await new Response(bytes, { headers: { 'content-type': type } }).formData().catch(() => undefined)
  const file = form?.get('file') ?? null
  if (file === null) throw badRequest('failed_to_parse_json')
  return typeof file === 'string' ? file : file.text()
}

/** @throws HttpError 400 */
function parse(text: string): DefinitionsDocument {
  try {
    const value: unknown = text.trim() === '' ? {} : JSON.parse(text.replace(/^\uFEFF/, ''))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as DefinitionsDocument
  } catch {}
  throw badRequest('failed_to_parse_json')
}

/** A name that stays within its field of the header. */
function fileName(name: string): string {
  return name.replaceAll(/[^\w .@~+-]/g, '')
}
