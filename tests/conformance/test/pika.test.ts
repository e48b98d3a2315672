/** What else programs on pika rely on: guarantees, properties, notifications and refusals. */
import { expect, it } from 'vitest'
import { describePika } from '../src/suites.ts'

describePika((start) => {
  it('confirms, returns and closes the channel, each where it should', async () => {
    await using program = start('confirmer')
    expect(await program.finish()).toEqual([
      { event: 'confirmed', to: 'a queue' },
      { event: 'confirmed', to: 'nobody' },
      { event: 'returned', code: 312, text: 'NO_ROUTE', body: 'back' },
      { event: 'channel closed', code: 404, text: "NOT_FOUND - no exchange 'nosuch' in vhost '/'" },
      { event: 'waiting', count: 1 },
    ])
  })

  it('holds publishes and acknowledgements of a transaction until it is committed', async () => {
    await using program = start('transaction')
    expect(await program.finish()).toEqual([
      { event: 'rolled back', waiting: 0 },
      { event: 'published', waiting: 0 },
      { event: 'committed', waiting: 2 },
      { event: 'got', body: 'one', redelivered: false },
      { event: 'channel closed', waiting: 2 },
      { event: 'got', body: 'one', redelivered: true },
    ])
  })

  it('brings every property and type of header back as it was', async () => {
    await using program = start('properties')
    expect(await program.finish()).toEqual([{ event: 'compared', count: 14, headers: 10 }])
  })

  it('tells a consumer of another connection that its queue was deleted', async () => {
    await using watcher = start('watcher', 'watched')
    await watcher.expect('ready')
    await using other = start('delete_queue', 'watched')
    expect(await other.finish()).toEqual([{ event: 'deleted', messages: 0 }])
    expect(await watcher.finish()).toEqual([{ event: 'cancelled', tag: 'watcher' }, { event: 'closed' }])
  })

  it.each(['4096', '131072'])('carries 3 MB over frames of %s bytes', async (frameMax) => {
    await using program = start('large_body', '3000000', frameMax)
    expect(await program.finish()).toEqual([{ event: 'received', size: 3_000_000, same: true }])
  })

  it('takes heartbeats alone for a sign of life', async () => {
    await using program = start('idle')
    expect(await program.finish()).toEqual([{ event: 'open', queue: true }])
  })

  it('turns clients away with a reason', async () => {
    await using program = start('refused')
    expect(await program.finish()).toEqual([
      {
        event: 'password',
        text:
          "ConnectionClosedByBroker: (403) 'ACCESS_REFUSED - Login was refused using authentication mechanism " +
          "PLAIN. For details see the broker logfile.'",
      },
      { event: 'vhost', text: "ConnectionClosedByBroker: (530) 'NOT_ALLOWED - vhost nosuch not found'" },
      { event: 'mistake', code: 503, text: "COMMAND_INVALID - unknown exchange type 'x-nosuch'" },
    ])
  })
})
