/** A request, as controllers see it. */

import type { IncomingHttpHeaders } from 'node:http'
import type { JsonObject } from '../parameters/json-value.ts'
import type { Actor } from '../vhost/topology-actions.ts'
import type { Vhost } from '../vhost/vhost.ts'
import { type BodyOf, type BodySchema, parseBody, readBody } from './body-schema.ts'
import type { Caller } from './caller.ts'
import { notFound, objectNotFound } from './http-error.ts'
import type { ManagementParts } from './management-parts.ts'

/** What was received, taken apart. */
export interface ReceivedRequest {
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: Uint8Array | undefined
  /** Address of the client. */
  readonly remoteAddress: string
  /** Whether it came with TLS. */
  readonly isEncrypted: boolean
}

export class ManagementRequest<Parameter extends string = string, Schema extends BodySchema = BodySchema> {
  readonly caller: Caller
  readonly parts: ManagementParts
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly remoteAddress: string
  readonly isEncrypted: boolean
  readonly #received: ReceivedRequest
  readonly #schema: Schema | undefined
  #body: JsonObject | undefined

  constructor(caller: Caller, parts: ManagementParts, received: ReceivedRequest, schema: Schema | undefined) {
    this.caller = caller
    this.parts = parts
    this.query = received.query
    this.headers = received.headers
    this.remoteAddress = received.remoteAddress
    this.isEncrypted = received.isEncrypted
    this.#received = received
    this.#schema = schema
  }

  /** A part of the path, decoded. */
  param(name: Parameter): string {
    return this.#received.params[name]
  }

  header(name: string): string | undefined {
    const value = this.#received.headers[name]
    return Array.isArray(value) ? value[0] : value
  }

  /** The vhost that the path names. @throws HttpError 404 */
  vhost(): Vhost {
    const vhost = this.parts.vhosts.get(this.#received.params.vhost)
    if (vhost === undefined) throw objectNotFound()
    return vhost
  }

  /** The vhost in which something is to be made. @throws HttpError 404 */
  vhostToChange(): Vhost {
    const vhost = this.parts.vhosts.get(this.#received.params.vhost)
    if (vhost === undefined) throw notFound('vhost_not_found')
    return vhost
  }

  /**
   * Changes something in a vhost with the caller's rights, and resolves once that is durable.
   *
   * @param change As of `Caller.act`.
   */
  async change<Result>(vhost: Vhost, change: (actor: Actor) => Result): Promise<Result> {
    const result = await this.caller.act(vhost.name, (rights) => change({ rights, vhost }))
    await this.parts.metadata?.settled()
    return result
  }

  /** The body as JSON. @throws HttpError 400 */
  json(): JsonObject {
    this.#body ??= parseBody(this.#received.body)
    return this.#body
  }

  /** The fields that the route's schema names. @throws HttpError 400 */
  body(): BodyOf<Schema> {
    return readBody(this.#schema as Schema, this.json())
  }

  /** The body as it came. */
  get bytes(): Uint8Array {
    return this.#received.body ?? new Uint8Array(0)
  }

  /** Whether a parameter after the question mark says yes. */
  flag(name: string): boolean {
    return this.query.get(name) === 'true'
  }
}
