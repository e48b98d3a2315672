/** The streams of Server-Sent Events that a broker has open. */

import type { ServerResponse } from 'node:http'
import type { Clock } from '../../clock.ts'
import { HttpError } from '../http-error.ts'
import { EventStream } from './event-stream.ts'

/** Most streams at a time. */
export const STREAMS_MAX = 100

export class EventStreams {
  readonly #clock: Clock
  readonly #open = new Set<EventStream>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** @throws HttpError 503 when there are as many as there may be. */
  assertRoom(): void {
    if (this.#open.size < STREAMS_MAX) return
    const reason = `there are ${STREAMS_MAX} streams already`
    throw new HttpError(503, { error: 'too_many_streams', reason })
  }

  open(response: ServerResponse): EventStream {
    const stream = new EventStream(response, this.#clock)
    this.#open.add(stream)
    stream.onEnd(() => this.#open.delete(stream))
    return stream
  }
}
