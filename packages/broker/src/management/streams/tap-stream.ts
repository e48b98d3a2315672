/**
 * Shows messages that pass an exchange or come to a queue to one client: those that match, so many in a second, with counts of the others.
 */

import { createMatcher } from '@warrenmq/routing'
import type { Clock, Timer } from '../../clock.ts'
import { readRoute } from '../../dead-letter/dead-letter.ts'
import { type MessageCriteria, matchesCriteria } from '../../messages/message-search.ts'
import type { Tap } from '../../messages/taps.ts'
import type { JsonObject } from '../../parameters/json-value.ts'
import type { Message } from '../../queue/message.ts'
import { type PayloadView, viewMessage } from '../views/message.ts'
import type { EventStream } from './event-stream.ts'

/** How often counts are sent, in milliseconds, while they change. */
const COUNTS_MS = 1000

export interface TapOptions {
  /** A pattern as bindings of topic exchanges have it; any key for `undefined`. */
  readonly routingKey: string | undefined
  readonly criteria: MessageCriteria
  /** Most messages shown in a second. */
  readonly rate: number
  /** Of so many that match one is shown. */
  readonly every: number
  readonly how: PayloadView
}

export class TapStream implements Tap {
  readonly #stream: EventStream
  readonly #options: TapOptions
  readonly #clock: Clock
  readonly #mayShow: () => boolean
  readonly #matchesKey: (routingKey: string) => boolean
  readonly #timer: Timer
  #seen = 0
  #matched = 0
  #shown = 0
  /** What the counts were when they were sent last. */
  #told = 0
  /** Messages that may be shown yet in this second. */
  #credit: number

  /** @param mayShow Whether the client may see messages at this moment. */
  constructor(stream: EventStream, options: TapOptions, clock: Clock, mayShow: () => boolean) {
    this.#stream = stream
    this.#options = options
    this.#clock = clock
    this.#mayShow = mayShow
    this.#credit = options.rate
    this.#matchesKey = options.routingKey === undefined ? () => true : createKeyTest(options.routingKey)
    this.#timer = clock.setInterval(() => this.#second(), COUNTS_MS)
    stream.onEnd(() => this.#timer.clear())
  }

  see(message: Message): void {
    this.#seen++
    if (!this.#mayShow()) return
    const { criteria, every, how } = this.#options
    const { routingKey } = readRoute(message)
    if (!this.#matchesKey(routingKey) || !matchesCriteria(message, criteria)) return
    if (this.#matched++ % every !== 0 || this.#credit === 0) return
    this.#credit--
    if (this.#stream.isFull) {
      this.#stream.drop(1)
      return
    }
    this.#shown++
    this.#stream.send('message', { timestamp: this.#clock.now(), ...viewMessage(message, how) })
  }

  ended(): void {
    this.#stream.send('ended', this.#counts())
    this.#stream.close()
  }

  /** Counts since the stream began. */
  #counts(): JsonObject {
    return { seen: this.#seen, matched: this.#matched, shown: this.#shown }
  }

  #second(): void {
    this.#credit = this.#options.rate
    if (this.#told === this.#seen) return
    this.#told = this.#seen
    this.#stream.send('counts', this.#counts())
  }
}

function createKeyTest(pattern: string): (routingKey: string) => boolean {
  const matcher = createMatcher<{ readonly kind: 'queue'; readonly name: string }>('topic')
  matcher?.bind({ destination: { kind: 'queue', name: '' }, routingKey: pattern, arguments: {} })
  return (routingKey) => {
    let matches = false
    matcher?.match({ routingKey, content: undefined }, () => {
      matches = true
    })
    return matches
  }
}
