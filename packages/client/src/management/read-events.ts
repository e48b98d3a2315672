/** Reads Server-Sent Events, as the HTML standard has them, with JSON as their data. */

import { ManagementError } from './errors.ts'
import type { StreamedEvent } from './types/stream.ts'

/** Longest event, in UTF-16 code units. No broker sends one that long. */
const EVENT_LENGTH_MAX = 64 * 1024 * 1024

/** @throws ManagementError INVALID_RESPONSE for what is none */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamedEvent, void, void> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      const text = decoder.decode(value, { stream: true })
      // What was looked at already has no end of an event, but perhaps its first half.
      let from = Math.max(0, rest.length - 1)
      rest += text
      let start = 0
      for (let end = rest.indexOf('\n\n', from); end !== -1; end = rest.indexOf('\n\n', from)) {
        const event = parseEvent(rest.slice(start, end))
        if (event !== undefined) yield event
        start = end + 2
        from = start
      }
      rest = rest.slice(start)
      if (rest.length > EVENT_LENGTH_MAX) throw invalid('an event does not end')
    }
  } finally {
    // Also when whoever reads has enough.
    await reader.cancel().catch(() => {})
  }
}

/** Undefined for a comment. */
function parseEvent(block: string): StreamedEvent | undefined {
  let event = 'message'
  const data: string[] = []
  for (const line of block.split('\n')) {
    const [, name, value] = /^([^:]*):? ?(.*)$/s.exec(line) ?? []
    if (name === 'event') event = value
    else if (name === 'data') data.push(value)
  }
  if (data.length === 0) return undefined
  try {
    return { event, data: JSON.parse(data.join('\n')) }
  } catch {
    throw invalid('the data of an event are no JSON')
  }
}

function invalid(reason: string): ManagementError {
  return new ManagementError('INVALID_RESPONSE', `${reason}: is this the HTTP API?`)
}
