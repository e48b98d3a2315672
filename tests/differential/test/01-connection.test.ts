/** Section 1 of the reference of behaviour: login and the other methods of a connection. */

import { createHash } from 'node:crypto'
import { PROTOCOL_HEADER } from '@warrenmq/codec'
import { describeFrame, eventually, logIn, type OpenOptions, rawPeer, startOk } from '@warrenmq/testkit'
import type { Step } from '../src/run.ts'
import { same, section } from '../src/scenarios.ts'
import { A1, A2, admin, call, connection, get, queue, send } from '../src/steps.ts'

const CONTROL = ['A', 0] as const
const NOBODY = { configure: '', write: '', read: '' }

/** Notes how a login goes: up to the answer to `connection.open`. */
function login(options: OpenOptions & { vhost?: (own: string) => string } = {}): Step {
  return async (run) => {
    await using peer = await rawPeer(run.target.port)
    peer.write(PROTOCOL_HEADER)
    await peer.expect(0, 'connection.start')
    startOk(peer, options)
    const first = await peer.nextFrame(0)
    const words = describeFrame(first)
    if (!words.includes('connection.tune')) return run.note(words)
    peer.send(0, 'connection.tune-ok', { channelMax: options.channelMax ?? 0, frameMax: 131_072, heartbeat: 0 })
    peer.send(0, 'connection.open', { virtualHost: options.vhost?.(run.vhost) ?? run.vhost })
    run.note(await peer.outcome())
  }
}

/** Notes what is proposed. */
const tune: Step = async (run) => {
  await using peer = await rawPeer(run.target.port)
  run.note(JSON.stringify(await logIn(peer)))
}

/** `base64(salt ‖ hash(salt ‖ password))`, as RabbitMQ keeps a password. */
function hashed(algorithm: string, password: string): string {
  const salt = Buffer.from('salt')
  return Buffer.concat([salt, createHash(algorithm).update(salt).update(password).digest()]).toString('base64')
}

/** The administrator ends connection A; RabbitMQ knows it under its name a moment after it was opened. */
function closeByAdministrator(reason?: string): Step {
  return async (run) => {
    const link = await run.link('A')
    const isClosed = async () => {
      await run.admin.closeConnection(link.name, reason)
      return link.closed !== undefined
    }
    await eventually(isClosed, 'the end of the connection')
  }
}

section('connections', [
  same('a login', login()),
  same('proposes', tune),
  same(
    'AMQPLAIN with a wrong password',
    login({
      mechanism: 'AMQPLAIN',
      response: Buffer.from('\x05LOGINS\0\0\0\x05guest\x08PASSWORDS\0\0\0\x01x', 'latin1'),
    }),
  ),
  same('a wrong password', login({ password: 'wrong' })),
  same('an unknown user', login({ user: 'nobody' })),
  same('a blank password', login({ password: '' })),
  same('an unknown vhost', login({ vhost: () => 'nope' })),
  same(
    'a user without a password',
    admin((broker) => broker.putUser('blank', { tags: [] })),
    login({ user: 'blank', password: '' }),
    admin((broker) => broker.deleteUser('blank')),
  ),
  same(
    'a vhost that the user may not enter',
    admin((broker) => broker.putUser('stranger', { password: 'pw', tags: [] })),
    login({ user: 'stranger', password: 'pw' }),
    admin((broker, vhost) => broker.putPermissions('stranger', vhost, NOBODY)),
    login({ user: 'stranger', password: 'pw' }),
    admin((broker) => broker.deleteUser('stranger')),
  ),
  ...['sha256', 'sha512', 'md5'].map((algorithm) => {
    const hash = { passwordHash: hashed(algorithm, 'pw'), hashingAlgorithm: `rabbit_password_hashing_${algorithm}` }
    return same(
      `a password kept by ${algorithm}`,
      admin((broker) => broker.putUser('hashed', { ...hash, tags: [] })),
      admin((broker, vhost) => broker.putPermissions('hashed', vhost, NOBODY)),
      login({ user: 'hashed', password: 'pw' }),
      login({ user: 'hashed', password: 'PW' }),
      admin((broker) => broker.deleteUser('hashed')),
    )
  }),
  same(
    'a vhost that is full',
    admin((broker, vhost) => broker.putVhostLimit(vhost, 'max-connections', 0)),
    login(),
    admin((broker, vhost) => broker.deleteVhostLimit(vhost, 'max-connections')),
    login(),
  ),
  same(
    'a user with too many connections',
    admin((broker) => broker.putUser('one', { password: 'pw', tags: [] })),
    admin((broker, vhost) => broker.putPermissions('one', vhost, NOBODY)),
    admin((broker) => broker.putUserLimit('one', 'max-connections', 0)),
    login({ user: 'one', password: 'pw' }),
    admin((broker) => broker.deleteUser('one')),
  ),
  same(
    'a user with too many channels',
    admin((broker) => broker.putUser('two', { password: 'pw', tags: [] })),
    admin((broker, vhost) => broker.putPermissions('two', vhost, NOBODY)),
    admin((broker) => broker.putUserLimit('two', 'max-channels', 1)),
    connection('A', { user: 'two', password: 'pw' }),
    send('channel.open', {}, A2),
    admin((broker) => broker.deleteUser('two')),
  ),
  same('more channels than agreed', connection('A', { channelMax: 1 }), send('channel.open', {}, A2)),
  ...(
    [
      'connection.open',
      'connection.start-ok',
      'connection.tune-ok',
      'connection.close-ok',
      'channel.open',
      'queue.declare',
    ] as const
  ).map((method) => same(`${method} on a connection that is open`, send(method, {}, CONTROL))),
  same('connection.close on a channel', send('connection.close', {}, A1)),
  same('connection.close on a channel that is not open', send('connection.close', {}, A2)),
  same(
    'connection.update-secret',
    send('connection.update-secret', { newSecret: Buffer.from('x'), reason: 'r' }, CONTROL),
    queue('q'),
    get('q'),
  ),
  same(
    'max-queues of a vhost',
    queue('q1'),
    admin((broker, vhost) => broker.putVhostLimit(vhost, 'max-queues', 1)),
    queue('q2'),
    queue('q1'),
    admin((broker, vhost) => broker.deleteVhostLimit(vhost, 'max-queues')),
    queue('q2'),
  ),
  same(
    'a vhost and a user without room, and no permission: the vhost is named first, then the user',
    admin((broker) => broker.putUser('one', { password: 'pw', tags: [] })),
    admin((broker) => broker.putUserLimit('one', 'max-connections', 0)),
    admin((broker, vhost) => broker.putVhostLimit(vhost, 'max-connections', 0)),
    login({ user: 'one', password: 'pw' }),
    login({ user: 'one', password: 'pw', vhost: () => 'nope' }),
    admin((broker, vhost) => broker.deleteVhostLimit(vhost, 'max-connections')),
    login({ user: 'one', password: 'pw' }),
    admin((broker) => broker.deleteUser('one')),
  ),
  same('closed by the administrator', closeByAdministrator()),
  same('closed by the administrator, who says why', closeByAdministrator('my reason')),
  same(
    'the end of a user',
    admin((broker) => broker.putUser('gone', { password: 'pw', tags: [] })),
    admin((broker, vhost) => broker.putPermissions('gone', vhost, NOBODY)),
    connection('A', { user: 'gone', password: 'pw' }),
    call('channel.flow', { active: true }),
    admin((broker) => broker.deleteUser('gone')),
    async (run) => (await run.link('A')).untilEnd(),
  ),
])
