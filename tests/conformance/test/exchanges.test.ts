/** Publish and subscribe: a server-named exclusive queue for each subscriber, bound in the ways of the four exchange types. */
import { expect, it } from 'vitest'
import type { ClientProgram } from '../src/client-program.ts'
import { describePika } from '../src/suites.ts'

interface Binding {
  readonly key?: string
  readonly arguments?: Readonly<Record<string, unknown>>
}

interface Message {
  readonly body: string
  readonly key?: string
  readonly headers?: Readonly<Record<string, unknown>>
}

describePika((start) => {
  /** Starts a subscriber and waits until its queue is bound. */
  async function subscribe(exchange: string, type: string, ...bindings: Binding[]): Promise<ClientProgram> {
    const subscriber = start('subscriber', exchange, type, JSON.stringify(bindings))
    expect((await subscriber.expect('ready')).queue).toMatch(/^amq\.gen-[\w-]{22}$/)
    return subscriber
  }

  async function publish(exchange: string, type: string, messages: readonly Message[]): Promise<void> {
    await using publisher = start('publisher', exchange, type, JSON.stringify(messages))
    expect(await publisher.finish()).toEqual([{ event: 'sent', count: messages.length }])
  }

  /** Bodies of what a subscriber received until the message `end`. */
  async function received(subscriber: ClientProgram): Promise<unknown[]> {
    const events = await subscriber.finish()
    expect(events.pop()).toEqual({ event: 'closed' })
    return events.map(({ body }) => body)
  }

  it('gives every subscriber of a fanout a copy of its own', async () => {
    await using first = await subscribe('logs', 'fanout', {})
    await using second = await subscribe('logs', 'fanout', {})
    await publish('logs', 'fanout', [{ body: 'one', key: 'ignored' }, { body: 'two' }, { body: 'end' }])
    const copies = [
      { event: 'received', exchange: 'logs', key: 'ignored', body: 'one' },
      { event: 'received', exchange: 'logs', key: '', body: 'two' },
      { event: 'closed' },
    ]
    expect(await first.finish()).toEqual(copies)
    expect(await second.finish()).toEqual(copies)
  })

  it('sends through a direct exchange by equal keys', async () => {
    await using errors = await subscribe('direct_logs', 'direct', { key: 'error' }, { key: 'end' })
    await using all = await subscribe(
      'direct_logs',
      'direct',
      ...['info', 'warning', 'error', 'end'].map((key) => ({ key })),
    )
    await publish('direct_logs', 'direct', [
      { key: 'info', body: 'i' },
      { key: 'error', body: 'e' },
      { key: 'Error', body: 'nobody' },
      { key: 'warning', body: 'w' },
      { key: 'end', body: 'end' },
    ])
    expect(await errors.finish()).toEqual([
      { event: 'received', exchange: 'direct_logs', key: 'error', body: 'e' },
      { event: 'closed' },
    ])
    expect(await received(all)).toEqual(['i', 'e', 'w'])
  })

  it('sends through a topic exchange by patterns, one copy to each queue', async () => {
    const end = { key: 'end' }
    await using everything = await subscribe('topic_logs', 'topic', { key: '#' })
    await using kernel = await subscribe('topic_logs', 'topic', { key: 'kern.*' }, end)
    await using critical = await subscribe('topic_logs', 'topic', { key: '*.critical' }, { key: 'kern.#' }, end)
    await using deep = await subscribe('topic_logs', 'topic', { key: 'kern.#.disk' }, end)
    await publish('topic_logs', 'topic', [
      ...['kern', 'kern.critical', 'kern.disk', 'kern.a.b.disk', 'cron.critical', 'cron.critical.x', ''].map((key) => ({
        key,
        body: key,
      })),
      { key: 'end', body: 'end' },
    ])
    expect(await received(everything)).toEqual([
      'kern',
      'kern.critical',
      'kern.disk',
      'kern.a.b.disk',
      'cron.critical',
      'cron.critical.x',
      '',
    ])
    expect(await received(kernel)).toEqual(['kern.critical', 'kern.disk'])
    expect(await received(critical)).toEqual(['kern', 'kern.critical', 'kern.disk', 'kern.a.b.disk', 'cron.critical'])
    expect(await received(deep)).toEqual(['kern.disk', 'kern.a.b.disk'])
  })

  it('sends through a headers exchange by all or any of the headers', async () => {
    const end = { arguments: { 'x-match': 'all', end: true } }
    const wanted = { format: 'pdf', pages: 2 }
    await using all = await subscribe('docs', 'headers', { arguments: { 'x-match': 'all', ...wanted } }, end)
    await using any = await subscribe('docs', 'headers', { arguments: { 'x-match': 'any', ...wanted } }, end)
    await publish('docs', 'headers', [
      { body: 'both', headers: { format: 'pdf', pages: 2, more: 'yes' } },
      { body: 'format', headers: { format: 'pdf', pages: 3 } },
      { body: 'pages', headers: { pages: 2 } },
      { body: 'text', headers: { format: 'pdf ', pages: '2' } },
      { body: 'none' },
      { body: 'end', headers: { end: true } },
    ])
    expect(await all.finish()).toEqual([
      {
        event: 'received',
        exchange: 'docs',
        key: '',
        body: 'both',
        headers: { format: 'pdf', pages: 2, more: 'yes' },
      },
      { event: 'closed' },
    ])
    expect(await received(any)).toEqual(['both', 'format', 'pages'])
  })
})
