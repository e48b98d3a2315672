/** What a reply promises is durable before it leaves, and what it costs others to wait: nothing that is not promised waits. */

import { AdministrationError, type Broker } from '@warrenmq/broker'
import { eventually, openChannel, type RawPeer } from '@warrenmq/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createBrokerOn } from '../../src/create-broker.ts'
import { RecordingJournal } from '../recording-journal.ts'
import { drain, sendTo } from './support.ts'

const REFUSED = '541 INTERNAL_ERROR - what was asked for could not be written to disk; see the log of the broker'

describe('a durable declaration', () => {
  let journal: RecordingJournal
  let broker: Broker
  let peer: RawPeer
  let other: RawPeer

  beforeEach(async () => {
    journal = new RecordingJournal()
    broker = await createBrokerOn({ journal, state: journal.replay() }, { port: 0 })
    peer = await openChannel(broker.port)
    other = await openChannel(broker.port)
    journal.waits = true
  })
  afterEach(async () => {
    journal.commit()
    journal.waits = false
    peer.socket.destroy()
    other.socket.destroy()
    await broker.close()
  })

  /** Waits until so many replies wait, and other connections have been served since. */
  async function untilHeld(count: number): Promise<void> {
    await eventually(() => journal.waitingCount === count, `${count} that wait for a commit`)
    for (let i = 0; i < 3; i++) await other.call(1, 'basic.qos', { prefetchCount: i })
  }

  it('is answered once it is durable, and everything behind it in order', async () => {
    peer.send(1, 'queue.declare', { queue: 'q', durable: true })
    peer.send(1, 'basic.qos', { prefetchCount: 1 })
    await untilHeld(1)
    expect(peer.pending).toEqual([])
    journal.commit()
    await peer.expect(1, 'queue.declare-ok')
    await peer.expect(1, 'basic.qos-ok')
  })

  it('holds for exchanges, bindings and their ends, too', async () => {
    const steps = [
      () => peer.call(1, 'exchange.declare', { exchange: 'x', type: 'topic', durable: true }),
      () => peer.call(1, 'queue.declare', { queue: 'q', durable: true }),
      () => peer.call(1, 'queue.bind', { queue: 'q', exchange: 'x', routingKey: 'k' }),
      () => peer.call(1, 'exchange.bind', { destination: 'x', source: 'amq.topic', routingKey: 'k' }),
      () => peer.call(1, 'exchange.unbind', { destination: 'x', source: 'amq.topic', routingKey: 'k' }),
      () => peer.call(1, 'queue.unbind', { queue: 'q', exchange: 'x', routingKey: 'k' }),
      () => peer.call(1, 'exchange.delete', { exchange: 'x' }),
      () => peer.call(1, 'queue.delete', { queue: 'q' }),
    ]
    for (const step of steps) {
      const before = journal.commands.length
      const answered = step()
      await untilHeld(1)
      expect(peer.pending).toEqual([])
      expect(journal.commands.length).toBeGreaterThan(before)
      journal.commit()
      await answered
    }
  })

  it('waits for what is already on its way, when another connection declares the same', async () => {
    peer.send(1, 'queue.declare', { queue: 'q', durable: true })
    await untilHeld(1)
    const third = await openChannel(broker.port)
    third.send(1, 'queue.declare', { queue: 'q', durable: true })
    await untilHeld(2)
    expect(third.pending).toEqual([])
    journal.commit()
    await peer.expect(1, 'queue.declare-ok')
    await third.expect(1, 'queue.declare-ok')
    await third.close()
  })

  it('shares its commit with all that one connection declares in a row', async () => {
    const count = 500
    const commands = journal.commands.length
    for (let i = 0; i < count; i++) peer.send(1, 'queue.declare', { queue: `q${i}`, durable: true })
    await eventually(() => journal.commands.length - commands >= count, 'all declares to be handled')
    const held = journal.waitingCount
    expect(held).toBeLessThan(count / 10)
    expect(peer.pending).toEqual([])
    journal.commit()
    for (let i = 0; i < count; i++) {
      expect((await peer.expect(1, 'queue.declare-ok')).queue).toBe(`q${i}`)
      if (journal.pending) journal.commit()
    }
  })

  it('costs nothing where nothing is recorded', async () => {
    journal.waits = false
    await peer.call(1, 'queue.declare', { queue: 'there', durable: true })
    journal.waits = true
    // Others are waiting, for messages that they published.
    journal.put('["a record of something else"]', '')
    const { length } = journal.commands
    await peer.call(1, 'queue.declare', { queue: 'there', durable: true })
    await peer.call(1, 'queue.declare', { queue: 'there', passive: true })
    await peer.call(1, 'queue.declare', { queue: 'own', durable: true, exclusive: true })
    await peer.call(1, 'queue.bind', { queue: 'own', exchange: 'amq.topic' })
    await peer.call(1, 'exchange.declare', { exchange: 'transient', type: 'topic' })
    await peer.call(1, 'queue.unbind', { queue: 'there', exchange: 'amq.topic', routingKey: 'not there' })
    await peer.call(1, 'queue.delete', { queue: 'own' })
    expect(journal.commands.length).toBe(length)
    expect(journal.waitingCount).toBe(0)
  })

  it('does not keep back what was sent before, or what goes to others', async () => {
    await other.call(1, 'queue.declare', { queue: 'mine', exclusive: true })
    peer.send(1, 'basic.qos', { prefetchCount: 1 })
    peer.send(1, 'queue.declare', { queue: 'q', durable: true })
    await peer.expect(1, 'basic.qos-ok')
    await untilHeld(1)
    sendTo(peer, 'mine', 'hello')
    await eventually(async () => (await drain(other, 'mine')).includes('hello'), 'the message')
    expect(peer.pending).toEqual([])
  })

  it('waits with a purge for all that is on its way', async () => {
    journal.waits = false
    await peer.call(1, 'queue.declare', { queue: 'q', durable: true })
    journal.waits = true
    journal.put('["a record of something else"]', '')
    const purged = peer.call(1, 'queue.purge', { queue: 'q' })
    await untilHeld(1)
    expect(peer.pending).toEqual([])
    journal.commit()
    await purged
  })

  it.each([10, 300_000])('waits with a message that was asked for, of %i bytes', async (size) => {
    journal.waits = false
    await peer.call(1, 'queue.declare', { queue: 'q', durable: true })
    peer.publish(1, { routingKey: 'q' }, Buffer.alloc(size))
    await peer.call(1, 'basic.qos', { prefetchCount: 0 })
    journal.waits = true
    journal.put('["a record that it was handed out"]', '')
    peer.send(1, 'basic.get', { queue: 'q' })
    // The queue waits, too, to know what it may deliver.
    await untilHeld(2)
    expect(peer.pending).toEqual([])
    journal.commit()
    expect((await peer.expectContent(1, 'basic.get-ok')).body.length).toBe(size)
  })

  it('closes the connection when it cannot be made durable, and promises nothing', async () => {
    peer.send(1, 'queue.declare', { queue: 'q', durable: true })
    peer.send(1, 'basic.qos', { prefetchCount: 1 })
    await untilHeld(1)
    journal.commit(true)
    expect(await peer.outcome()).toContain(REFUSED)
    expect(peer.pending).toEqual([])
  })

  it('does not keep a message back that was asked for when the disk takes nothing', async () => {
    journal.waits = false
    await peer.call(1, 'queue.declare', { queue: 'q', durable: true })
    peer.publish(1, { routingKey: 'q' }, Buffer.from('body'))
    await peer.call(1, 'basic.qos', { prefetchCount: 0 })
    journal.waits = true
    journal.put('["a record that it was handed out"]', '')
    peer.send(1, 'basic.get', { queue: 'q' })
    await untilHeld(2)
    journal.commit(true)
    expect((await peer.expectContent(1, 'basic.get-ok')).body.toString()).toBe('body')
  })

  it('goes on after its client was not read, because so much was kept back', async () => {
    const small = await createBrokerOn({ journal, state: journal.replay() }, { port: 0, outputBytesHigh: 65_536 })
    const greedy = await openChannel(small.port)
    const { length } = journal.commands
    greedy.send(1, 'queue.declare', { queue: 'q', durable: true })
    const count = 30_000
    for (let i = 0; i < count; i++) greedy.send(1, 'basic.qos', { prefetchCount: 1 })
    await eventually(() => journal.commands.length > length, 'the declare')
    await untilHeld(1)
    expect(greedy.pending).toEqual([])
    journal.commit()
    await greedy.expect(1, 'queue.declare-ok')
    for (let i = 0; i < count; i++) await greedy.expect(1, 'basic.qos-ok')
    await greedy.close()
    await small.close()
  })

  it('is what administration waits for as well', async () => {
    let resolved = false
    const putting = broker.admin.putVhost('v').then(() => (resolved = true))
    await untilHeld(1)
    expect(resolved).toBe(false)
    journal.commit()
    await putting
    const failing = broker.admin.putGlobalParameter('name', 1)
    await untilHeld(1)
    journal.commit(true)
    const error = await failing.catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(AdministrationError)
    expect(error).toMatchObject({ code: 'NOT_DURABLE' })
  })
})

describe('a broker that starts again', () => {
  /** The broker that comes after the one that recorded in `journal`. */
  const restart = (journal: RecordingJournal, options = {}) =>
    createBrokerOn({ journal, state: journal.replay() }, { port: 0, ...options })

  it('has what was durable, and routes by it', async () => {
    const journal = new RecordingJournal()
    const first = await restart(journal)
    const peer = await openChannel(first.port)
    const args = { 'x-max-length': 2 }
    await peer.call(1, 'queue.declare', { queue: 'q', durable: true, arguments: args })
    await peer.call(1, 'queue.declare', { queue: 'transient' })
    await peer.call(1, 'exchange.declare', { exchange: 'x', type: 'fanout', durable: true, autoDelete: true })
    await peer.call(1, 'exchange.bind', { destination: 'x', source: 'amq.topic', routingKey: '#' })
    await peer.call(1, 'queue.bind', { queue: 'q', exchange: 'x' })
    await peer.call(1, 'queue.bind', { queue: 'transient', exchange: 'x' })
    await peer.close()
    await first.close()

    const second = await restart(journal)
    const again = await openChannel(second.port)
    await again.call(1, 'queue.declare', { queue: 'q', durable: true, arguments: args })
    again.publish(1, { exchange: 'amq.topic', routingKey: 'any' }, 'hello')
    expect(await drain(again, 'q')).toEqual(['hello'])
    again.send(1, 'queue.declare', { queue: 'transient', passive: true })
    expect(await again.outcome()).toContain('404')
    await again.close()
    await second.close()
  })

  it('lets users in with the passwords they had, and nobody who was deleted', async () => {
    const journal = new RecordingJournal()
    const first = await restart(journal, { defaultUser: 'first', defaultPassword: 'secret' })
    await (await openChannel(first.port, { user: 'first', password: 'secret' })).close()
    await first.admin.putUser('second', { password: 'other', tags: [] })
    await first.admin.putPermissions('second', '/', { configure: '.*', write: '.*', read: '.*' })
    await first.close()

    // What the configuration says of the default user holds for the first start only.
    const second = await restart(journal, { defaultUser: 'first', defaultPassword: 'changed' })
    await (await openChannel(second.port, { user: 'first', password: 'secret' })).close()
    await (await openChannel(second.port, { user: 'second', password: 'other' })).close()
    await expect(openChannel(second.port, { user: 'first', password: 'changed' })).rejects.toThrow()
    await second.admin.deleteUser('first')
    await second.close()

    const third = await restart(journal, { defaultUser: 'first', defaultPassword: 'secret' })
    expect((await third.admin.users()).map(({ name }) => name)).toEqual(['second'])
    await third.close()
  })

  it('imports its definitions at every start', async () => {
    const journal = new RecordingJournal()
    const definitions = {
      vhosts: [{ name: 'v' }],
      queues: [{ vhost: 'v', name: 'q', durable: true, auto_delete: false, arguments: {} }],
    }
    const first = await restart(journal, { definitions })
    expect(await first.admin.vhosts()).toEqual(['v'])
    await first.admin.deleteVhost('v')
    await first.admin.putVhost('w')
    await first.close()
    const second = await restart(journal, { definitions })
    expect(await second.admin.vhosts()).toEqual(['w', 'v'])
    const { length } = journal.commands
    await second.close()
    const third = await restart(journal, { definitions })
    expect(await third.admin.vhosts()).toEqual(['w', 'v'])
    expect(journal.commands.length).toBe(length)
    await third.close()
  })
})
