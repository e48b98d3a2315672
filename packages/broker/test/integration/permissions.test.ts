import { randomUUID } from 'node:crypto'
import type { RawPeer, Target } from '@warrenmq/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { get, onEachBroker, sendTo } from './support.ts'

const VHOST = `permissions-${randomUUID()}`
const USER = `limited-${randomUUID()}`
const ALL = { configure: '.*', write: '.*', read: '.*' }

function refusal(kind: 'queue' | 'exchange', name: string): string {
  return `403 ACCESS_REFUSED - access to ${kind} '${name}' in vhost '${VHOST}' refused for user '${USER}'`
}

const LOGIN = { user: USER, password: 'pw', virtualHost: VHOST }

/** Rights on names that begin with `conf`, `write`, `read`, or with all of that. */
const RIGHTS = { configure: '^(conf|all)', write: '^(write|all|amq\\.topic)', read: '^(read|all)' }

async function setUp(target: Target) {
  await target.admin.putVhost(VHOST)
  await target.admin.putUser(USER, { password: 'pw', tags: [] })
  await target.admin.putPermissions(USER, VHOST, RIGHTS)
  await using peer = await target.openChannel({ virtualHost: VHOST })
  for (const name of ['conf', 'write', 'read', 'none', 'all']) {
    await peer.call(1, 'queue.declare', { queue: name, durable: true })
    await peer.call(1, 'exchange.declare', { exchange: name, type: 'topic', durable: true })
  }
}

async function tearDown(target: Target) {
  await target.admin.deleteUser(USER)
  await target.admin.deleteVhost(VHOST)
}

interface Operation {
  readonly name: string
  steps(peer: RawPeer): void
  /** What is refused; `undefined` when all is allowed. */
  readonly refused?: string
}

const dlx = (exchange: string) => ({ 'x-dead-letter-exchange': exchange })
const ae = (exchange: string) => ({ 'alternate-exchange': exchange })

const OPERATIONS: readonly Operation[] = [
  {
    name: 'declaring a queue needs configure',
    steps: (peer) => peer.send(1, 'queue.declare', { queue: 'write' }),
    refused: refusal('queue', 'write'),
  },
  {
    name: 'so does one that does not exist',
    steps: (peer) => peer.send(1, 'queue.declare', { queue: 'absent' }),
    refused: refusal('queue', 'absent'),
  },
  { name: 'which is enough', steps: (peer) => peer.send(1, 'queue.declare', { queue: 'conf', durable: true }) },
  {
    name: 'a passive declare needs nothing',
    steps: (peer) => peer.send(1, 'queue.declare', { queue: 'none', passive: true }),
  },
  {
    name: 'a dead-letter exchange needs read on the queue',
    steps: (peer) => peer.send(1, 'queue.declare', { queue: 'conf2', exclusive: true, arguments: dlx('write') }),
    refused: refusal('queue', 'conf2'),
  },
  {
    name: 'and write on the exchange',
    steps: (peer) => peer.send(1, 'queue.declare', { queue: 'all2', exclusive: true, arguments: dlx('none') }),
    refused: refusal('exchange', 'none'),
  },
  {
    name: 'also on the default one',
    steps: (peer) => peer.send(1, 'queue.declare', { queue: 'all2', exclusive: true, arguments: dlx('') }),
    refused: refusal('exchange', 'amq.default'),
  },
  {
    name: 'which together are enough',
    steps: (peer) => peer.send(1, 'queue.declare', { queue: 'all2', exclusive: true, arguments: dlx('write') }),
  },
  {
    name: 'deleting a queue needs configure',
    steps: (peer) => peer.send(1, 'queue.delete', { queue: 'absent' }),
    refused: refusal('queue', 'absent'),
  },
  {
    name: 'purging needs read',
    steps: (peer) => peer.send(1, 'queue.purge', { queue: 'conf' }),
    refused: refusal('queue', 'conf'),
  },
  { name: 'which is enough to purge', steps: (peer) => peer.send(1, 'queue.purge', { queue: 'read' }) },
  {
    name: 'getting needs read',
    steps: (peer) => peer.send(1, 'basic.get', { queue: 'write' }),
    refused: refusal('queue', 'write'),
  },
  {
    name: 'consuming needs read',
    steps: (peer) => peer.send(1, 'basic.consume', { queue: 'absent' }),
    refused: refusal('queue', 'absent'),
  },
  { name: 'which is enough to consume', steps: (peer) => peer.send(1, 'basic.consume', { queue: 'read' }) },
  {
    name: 'binding a queue needs write on it',
    steps: (peer) => peer.send(1, 'queue.bind', { queue: 'read', exchange: 'read' }),
    refused: refusal('queue', 'read'),
  },
  {
    name: 'and read on the exchange',
    steps: (peer) => peer.send(1, 'queue.bind', { queue: 'write', exchange: 'write' }),
    refused: refusal('exchange', 'write'),
  },
  {
    name: 'unbinding needs the same',
    steps: (peer) => peer.send(1, 'queue.unbind', { queue: 'absent', exchange: 'read' }),
    refused: refusal('queue', 'absent'),
  },
  {
    name: 'which are enough to bind',
    steps: (peer) => peer.send(1, 'queue.bind', { queue: 'write', exchange: 'read' }),
  },
  {
    name: 'the right on a queue is asked before the default exchange is refused',
    steps: (peer) => peer.send(1, 'queue.bind', { queue: 'none', exchange: '' }),
    refused: refusal('queue', 'none'),
  },
  {
    name: 'declaring an exchange needs configure',
    steps: (peer) => peer.send(1, 'exchange.declare', { exchange: 'absent', type: 'direct' }),
    refused: refusal('exchange', 'absent'),
  },
  {
    name: 'a passive declare of an exchange needs nothing',
    steps: (peer) => peer.send(1, 'exchange.declare', { exchange: 'none', type: 'topic', passive: true }),
  },
  {
    name: 'an alternate exchange needs read on the exchange',
    steps: (peer) => peer.send(1, 'exchange.declare', { exchange: 'conf2', type: 'direct', arguments: ae('write') }),
    refused: refusal('exchange', 'conf2'),
  },
  {
    name: 'and write on the alternate one',
    steps: (peer) => peer.send(1, 'exchange.declare', { exchange: 'all2', type: 'direct', arguments: ae('none') }),
    refused: refusal('exchange', 'none'),
  },
  {
    name: 'deleting an exchange needs configure',
    steps: (peer) => peer.send(1, 'exchange.delete', { exchange: 'read' }),
    refused: refusal('exchange', 'read'),
  },
  {
    name: 'but a system exchange is not deleted by anybody',
    steps: (peer) => peer.send(1, 'exchange.delete', { exchange: 'amq.direct' }),
    refused: `403 ACCESS_REFUSED - deletion of system exchange 'amq.direct' in vhost '${VHOST}' not allowed`,
  },
  {
    name: 'binding an exchange needs write on the destination',
    steps: (peer) => peer.send(1, 'exchange.bind', { destination: 'read', source: 'read' }),
    refused: refusal('exchange', 'read'),
  },
  {
    name: 'and read on the source',
    steps: (peer) => peer.send(1, 'exchange.bind', { destination: 'write', source: 'write' }),
    refused: refusal('exchange', 'write'),
  },
  {
    name: 'which are enough to bind an exchange',
    steps: (peer) => peer.send(1, 'exchange.bind', { destination: 'write', source: 'read' }),
  },
  {
    name: 'publishing needs write',
    steps: (peer) => peer.publish(1, { exchange: 'read' }),
    refused: refusal('exchange', 'read'),
  },
  {
    name: 'also to an exchange that does not exist',
    steps: (peer) => peer.publish(1, { exchange: 'absent' }),
    refused: refusal('exchange', 'absent'),
  },
  {
    name: 'and the default exchange',
    steps: (peer) => sendTo(peer, 'read', 'x'),
    refused: refusal('exchange', 'amq.default'),
  },
  {
    name: 'and with content in many frames',
    steps: (peer) => peer.publish(1, { exchange: 'none' }, Buffer.alloc(300_000)),
    refused: refusal('exchange', 'none'),
  },
]

onEachBroker((target) => {
  beforeAll(() => setUp(target))
  afterAll(() => tearDown(target))

  describe('each operation', () => {
    it.each(OPERATIONS)('$name', async ({ steps, refused }) => {
      await using peer = await target.openChannel(LOGIN)
      steps(peer)
      const outcome = await peer.outcome()
      if (refused === undefined) expect(outcome).not.toContain('close')
      else expect(outcome).toContain(refused)
    })
  })

  it('shows the name that was made up for a queue', async () => {
    await using peer = await target.openChannel(LOGIN)
    peer.send(1, 'queue.declare', { exclusive: true })
    expect(await peer.outcome()).toMatch(/access to queue 'amq\.gen-[\w-]{22}' in vhost/)
  })

  it('asks about the user, not the route, when users share a vhost', async () => {
    await using mighty = await target.openChannel({ virtualHost: VHOST })
    await using peer = await target.openChannel(LOGIN)
    await mighty.call(1, 'confirm.select')
    mighty.publish(1, { exchange: 'none', routingKey: 'shared' }, 'x')
    await mighty.expect(1, 'basic.ack')
    peer.publish(1, { exchange: 'none', routingKey: 'shared' }, 'x')
    expect(await peer.outcome()).toContain(refusal('exchange', 'none'))
  })

  it('takes an empty pattern for no name at all', async () => {
    await target.admin.putPermissions(USER, VHOST, { ...ALL, write: '' })
    await using peer = await target.openChannel(LOGIN)
    peer.publish(1, { exchange: 'all' })
    expect(await peer.outcome()).toContain(refusal('exchange', 'all'))
    await target.admin.putPermissions(USER, VHOST, RIGHTS)
  })

  it('excludes names by a look-ahead', async () => {
    await target.admin.putPermissions(USER, VHOST, { ...ALL, read: '^(?!none).*' })
    await using peer = await target.openChannel(LOGIN)
    expect(await get(peer, 'conf')).toBeUndefined()
    peer.send(1, 'basic.get', { queue: 'none' })
    expect(await peer.outcome()).toContain(refusal('queue', 'none'))
    await target.admin.putPermissions(USER, VHOST, RIGHTS)
  })

  it('changes the rights of open connections', async () => {
    await using peer = await target.openChannel(LOGIN)
    peer.send(1, 'basic.get', { queue: 'none' })
    expect(await peer.outcome()).toContain(refusal('queue', 'none'))
    await target.admin.putPermissions(USER, VHOST, ALL)
    await peer.call(1, 'channel.open')
    expect(await get(peer, 'none')).toBeUndefined()
    await target.admin.putPermissions(USER, VHOST, RIGHTS)
  })

  // RabbitMQ's channels remember what was allowed: docs/deviations.md.
  it.skipIf(target.isRabbit)('takes rights away from a channel that is publishing', async () => {
    await using peer = await target.openChannel(LOGIN)
    await peer.call(1, 'confirm.select')
    for (let i = 0; i < 2; i++) {
      peer.publish(1, { exchange: 'write', routingKey: 'k' }, 'x')
      await peer.expect(1, 'basic.ack')
    }
    await target.admin.putPermissions(USER, VHOST, { ...RIGHTS, write: '^$' })
    peer.publish(1, { exchange: 'write', routingKey: 'k' }, 'x')
    expect(await peer.outcome()).toContain(refusal('exchange', 'write'))
    await target.admin.putPermissions(USER, VHOST, RIGHTS)
  })

  it('lets an impersonator name any user', async () => {
    const user = `impersonator-${randomUUID()}`
    await target.admin.putUser(user, { password: 'pw', tags: ['impersonator'] })
    await target.admin.putPermissions(user, VHOST, ALL)
    await using peer = await target.openChannel({ user, password: 'pw', virtualHost: VHOST })
    await peer.call(1, 'confirm.select')
    peer.publish(1, { exchange: 'all' }, 'x', { userId: 'somebody' })
    await peer.expect(1, 'basic.ack')
    await target.admin.deleteUser(user)
  })
})
