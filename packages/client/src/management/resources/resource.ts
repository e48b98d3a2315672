/** What the resources of the client share. */

import { isManagementError } from '../errors.ts'
import type { ManagementRequest, RequestOptions, Transport } from '../transport.ts'
import type { EventStream } from '../types/stream.ts'

/** A part of the HTTP API. Methods reject with `ManagementError`. */
export abstract class Resource {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  protected send<Answer>(request: ManagementRequest, options?: RequestOptions): Promise<Answer> {
    return this.#transport.request<Answer>(request, options)
  }

  protected fetch<Answer>(
    path: readonly string[],
    query: NonNullable<ManagementRequest['query']> = {},
    options?: RequestOptions,
  ): Promise<Answer> {
    return this.send<Answer>({ method: 'GET', path, query }, options)
  }

  protected stream(
    path: readonly string[],
    query: NonNullable<ManagementRequest['query']>,
    options?: RequestOptions,
  ): Promise<EventStream> {
    return this.#transport.stream({ method: 'GET', path, query }, options)
  }

  protected put(path: readonly string[], body: unknown, options?: RequestOptions): Promise<void> {
    return this.send({ method: 'PUT', path, body }, options)
  }

  protected remove(
    path: readonly string[],
    rest: Pick<ManagementRequest, 'query' | 'headers'> = {},
    options?: RequestOptions,
  ): Promise<void> {
    return this.send({ method: 'DELETE', path, ...rest }, options)
  }

  /** The object, or undefined when there is none. */
  protected async fetchOptional<Answer>(
    path: readonly string[],
    options?: RequestOptions,
  ): Promise<Answer | undefined> {
    try {
      return await this.fetch<Answer>(path, {}, options)
    } catch (error) {
      if (isManagementError(error, 'NOT_FOUND')) return undefined
      throw error
    }
  }
}
