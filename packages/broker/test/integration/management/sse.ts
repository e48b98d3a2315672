/** A reader of Server-Sent Events. */

import { eventually } from '@warrenmq/testkit'
import type { Json } from './shape.ts'
import type { Api } from './support.ts'

export interface SentEvent {
  readonly event: string
  readonly data: Json & Record<string, Json>
}

export class EventReader implements AsyncDisposable {
  readonly events: SentEvent[] = []
  comments = 0
  ended = false
  readonly #abort: AbortController

  private constructor(body: ReadableStream<Uint8Array>, abort: AbortController) {
    this.#abort = abort
    void this.#read(body)
  }

  /** Opens a stream. @throws Error with status and text when it is refused. */
  static async open(api: Api, path: string, user = 'guest:guest'): Promise<EventReader> {
    const abort = new AbortController()
    const authorization = `Basic ${Buffer.from(user).toString('base64')}`
    const response = await fetch(`${api.target.httpUrl}/api${path}`, {
      headers: { authorization, accept: 'text/event-stream' },
      signal: abort.signal,
    })
    if (response.status !== 200 || response.body === null) {
      throw new Error(`${response.status} ${await response.text()}`)
    }
    return new EventReader(response.body, abort)
  }

  /** Waits for an event that `test` says yes to, and takes it out with those before it. */
  async next(test: (event: SentEvent) => boolean = () => true): Promise<SentEvent> {
    let index = -1
    await eventually(() => {
      index = this.events.findIndex(test)
      return index >= 0
    }, 'an event').catch((error) => {
      throw new Error(`no such event among ${JSON.stringify(this.events)}`, { cause: error })
    })
    return this.events.splice(0, index + 1)[index]
  }

  /** The same, of an event with this name. */
  named(name: string): Promise<SentEvent> {
    return this.next(({ event }) => event === name)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort()
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    let rest = ''
    try {
      for await (const chunk of body.pipeThrough(
        new TextDecoderStream() as never,
      ) as unknown as AsyncIterable<string>) {
        const blocks = (rest + chunk).split('\n\n')
        rest = blocks.pop() ?? ''
        for (const block of blocks) this.#take(block)
      }
    } catch {
      // Aborted, or cut by the broker.
    }
    this.ended = true
  }

  #take(block: string): void {
    if (block.startsWith(':')) {
      this.comments++
      return
    }
    const [, event = ''] = /^event: (.*)$/m.exec(block) ?? []
    const [, data = 'null'] = /^data: (.*)$/m.exec(block) ?? []
    this.events.push({ event, data: JSON.parse(data) })
  }
}
