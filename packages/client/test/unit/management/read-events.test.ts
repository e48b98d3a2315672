import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readEvents } from '../../../src/management/read-events.ts'
import type { StreamedEvent } from '../../../src/management/types/stream.ts'

/** The events of these pieces of a body. */
async function eventsOf(pieces: readonly Uint8Array[]) {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece)
      controller.close()
    },
  })
  const events: StreamedEvent[] = []
  for await (const event of readEvents(body)) events.push(event)
  return events
}

const bytes = (text: string) => new TextEncoder().encode(text)

describe('a stream of events', () => {
  it('is the same however it is cut into pieces', async () => {
    const event = fc.record({ event: fc.stringMatching(/^[a-z.]{1,10}$/), data: fc.jsonValue() })
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { maxLength: 5 }),
        fc.array(fc.nat(200), { maxLength: 10 }),
        async (events, cuts) => {
          const written = events.map(({ event, data }) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
          const all = bytes(written.join(': heartbeat\n\n'))
          const places = [0, ...cuts.filter((cut) => cut < all.length).sort((a, b) => a - b), all.length]
          const pieces = places.slice(1).map((place, at) => all.subarray(places[at], place))
          const wanted = events.map(({ event, data }) => ({ event, data: JSON.parse(JSON.stringify(data)) }))
          expect(await eventsOf(pieces)).toEqual(wanted)
        },
      ),
    )
  })

  it('has no event of what was cut off at its end', async () => {
    expect(await eventsOf([bytes('event: a\ndata: 1\n\nevent: b\ndata: 2\n')])).toEqual([{ event: 'a', data: 1 }])
  })

  it('is refused when it is none', async () => {
    await expect(eventsOf([bytes('data: {\n\n')])).rejects.toMatchObject({ code: 'INVALID_RESPONSE' })
  })

  it('is closed when whoever reads has enough', async () => {
    let isCancelled = false
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(bytes('data: 1\n\ndata: 2\n\n')),
      cancel: () => {
        isCancelled = true
      },
    })
    for await (const { data } of readEvents(body)) {
      expect(data).toBe(1)
      break
    }
    expect(isCancelled).toBe(true)
  })
})
