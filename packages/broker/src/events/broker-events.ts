/**
 * What happens in a broker, for whoever watches: things made, deleted, opened, closed, set and cleared, under the names of RabbitMQ's event
 * exchange.
 *
 * Whatever happens is described only while somebody listens. Nothing is told of messages.
 */

import type { Clock } from '../clock.ts'
import type { JsonObject } from '../parameters/json-value.ts'

/** Names of events. */
export const EVENT_NAMES = [
  'queue.created',
  'queue.deleted',
  'exchange.created',
  'exchange.deleted',
  'binding.created',
  'binding.deleted',
  'connection.created',
  'connection.closed',
  'channel.created',
  'channel.closed',
  'consumer.created',
  'consumer.deleted',
  'policy.set',
  'policy.cleared',
  'parameter.set',
  'parameter.cleared',
  'vhost.created',
  'vhost.deleted',
  'vhost.limits.set',
  'vhost.limits.cleared',
  'user.created',
  'user.deleted',
  'user.password.changed',
  'user.tags.set',
  'user.authentication.success',
  'user.authentication.failure',
  'permission.created',
  'permission.deleted',
  'topic.permission.created',
  'topic.permission.deleted',
  'alarm.set',
  'alarm.cleared',
] as const
export type EventName = (typeof EVENT_NAMES)[number]

/** Something that happened. */
export interface BrokerEvent {
  readonly name: EventName
  /** Milliseconds since the epoch. */
  readonly timestamp: number
  /** The vhost that it happened in; `undefined` for the broker as a whole. */
  readonly vhost: string | undefined
  /** The user whose connection, channel or consumer it is about; `undefined` for all else. */
  readonly user: string | undefined
  /** What RabbitMQ's event has in its headers, as far as there is such a thing here. */
  readonly details: JsonObject
}

/** What is told of an event. */
export type EventDescription = Pick<BrokerEvent, 'details'> & Partial<Pick<BrokerEvent, 'vhost' | 'user'>>

export type EventListener = (event: BrokerEvent) => void

export class BrokerEvents {
  readonly #clock: Clock
  readonly #listeners = new Set<EventListener>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whether anybody listens. */
  get isHeard(): boolean {
    return this.#listeners.size > 0
  }

  /** Calls `listener` with everything that happens from now on, until what it returns is called. It must not throw. */
  listen(listener: EventListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Something has happened. @param describe Called only if somebody listens. */
  emit(name: EventName, describe: () => EventDescription): void {
    if (this.#listeners.size === 0) return
    const { details, vhost, user } = describe()
    const event: BrokerEvent = { name, timestamp: this.#clock.now(), vhost, user, details }
    for (const listener of this.#listeners) listener(event)
  }
}
