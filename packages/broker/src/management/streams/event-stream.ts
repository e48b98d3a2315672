/**
 * A stream of Server-Sent Events to one client.
 *
 * What happens in one turn leaves in one write. A client that reads too slowly loses events, and is told how many: an event `dropped` stands
 * where they are missing.
 */

import type { ServerResponse } from 'node:http'
import type { Clock, Timer } from '../../clock.ts'
import type { JsonValue } from '../../parameters/json-value.ts'

/** Bytes that wait for a client from which on events are dropped. */
const BUFFER_BYTES_MAX = 1024 * 1024
/** Bytes at which it is served again. */
const BUFFER_BYTES_LOW = BUFFER_BYTES_MAX / 4
/** How often something is sent at least, in milliseconds, so that proxies and clients know that the stream lives. */
const HEARTBEAT_MS = 15_000

const HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache',
  'x-accel-buffering': 'no',
  'x-content-type-options': 'nosniff',
}

export class EventStream {
  readonly #response: ServerResponse
  readonly #heartbeat: Timer
  readonly #enders: (() => void)[] = []
  #gathered: string[] = []
  #gatheredSize = 0
  #flush: NodeJS.Immediate | undefined
  #dropped = 0
  #ended = false

  constructor(response: ServerResponse, clock: Clock) {
    this.#response = response
    response.writeHead(200, HEADERS)
    response.flushHeaders()
    this.#heartbeat = clock.setInterval(() => this.#append(': heartbeat\n\n'), HEARTBEAT_MS)
    response.on('drain', () => this.#tellDropped())
    response.on('error', () => this.close())
    response.on('close', () => this.#gone())
  }

  /** Whether the client is gone. */
  get ended(): boolean {
    return this.#ended
  }

  /** Whether events are dropped because the client does not read. */
  get isFull(): boolean {
    return this.#dropped > 0 || this.#waiting > BUFFER_BYTES_MAX
  }

  /** Events that were dropped since the client was told last. */
  get dropped(): number {
    return this.#dropped
  }

  /** Sends an event, or drops it. */
  send(event: string, data: JsonValue): void {
    if (this.#ended) return
    if (this.isFull) this.#dropped++
    else this.#append(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  }

  /** Counts events as dropped that were not even made, because the stream was full. */
  drop(count: number): void {
    this.#dropped += count
  }

  /** Calls `end` when the stream ends, whoever ends it. */
  onEnd(end: () => void): void {
    if (this.#ended) end()
    else this.#enders.push(end)
  }

  /** Ends the stream. */
  close(): void {
    this.#write()
    this.#response.end()
    this.#gone()
  }

  /** Bytes that wait for the client. */
  get #waiting(): number {
    return this.#gatheredSize + this.#response.writableLength
  }

  #append(text: string): void {
    this.#gathered.push(text)
    this.#gatheredSize += text.length
    this.#flush ??= setImmediate(() => this.#write())
  }

  #write(): void {
    clearImmediate(this.#flush)
    this.#flush = undefined
    if (this.#gathered.length === 0 || this.#ended) return
    this.#response.write(this.#gathered.join(''))
    this.#gathered = []
    this.#gatheredSize = 0
    if (this.#dropped > 0) this.#tellDropped()
  }

  #tellDropped(): void {
    if (this.#dropped === 0 || this.#waiting > BUFFER_BYTES_LOW) return
    const count = this.#dropped
    this.#dropped = 0
    this.send('dropped', { count })
  }

  #gone(): void {
    if (this.#ended) return
    this.#ended = true
    clearImmediate(this.#flush)
    this.#heartbeat.clear()
    for (const end of this.#enders.splice(0)) end()
  }
}
