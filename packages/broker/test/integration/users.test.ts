import { createBroker } from '@warrenmq/broker'
import { begin, rawPeer, startOk } from '@warrenmq/testkit'
import { expect, it } from 'vitest'
import { onEachBroker } from './support.ts'

const ALL = { configure: '.*', write: '.*', read: '.*' }
const REFUSED =
  'connection.close 403 ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN. For details see the broker logfile.'

onEachBroker((target) => {
  it('lets a new user in, until the user is deleted', async () => {
    await target.admin.putUser('users-tmp', { password: 'pw', tags: [] })
    await target.admin.putPermissions('users-tmp', '/', ALL)
    await using peer = await target.openChannel({ user: 'users-tmp', password: 'pw' })
    await target.admin.deleteUser('users-tmp')
    const close = await peer.expect(0, 'connection.close')
    expect(close).toMatchObject({ replyCode: 320, replyText: "CONNECTION_FORCED - user 'users-tmp' is deleted" })
  })

  it('takes the new password after a change, not the old', async () => {
    await target.admin.putUser('users-change', { password: 'old', tags: [] })
    await target.admin.putPermissions('users-change', '/', ALL)
    await target.admin.putUser('users-change', { password: 'new', tags: [] })
    await using peer = await rawPeer(target.port)
    await begin(peer)
    startOk(peer, { user: 'users-change', password: 'old' })
    expect((await peer.expect(0, 'connection.close')).replyText).toBe(REFUSED.slice('connection.close 403 '.length))
    await (await target.openConnection({ user: 'users-change', password: 'new' })).close()
    await target.admin.deleteUser('users-change')
  })

  it('takes a salted SHA-256 hash', async () => {
    // Password test12, from RabbitMQ's documentation of the algorithm.
    const passwordHash = 'kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR'
    await target.admin.putUser('users-hash', { passwordHash, tags: [] })
    await target.admin.putPermissions('users-hash', '/', ALL)
    await (await target.openConnection({ user: 'users-hash', password: 'test12' })).close()
    await target.admin.deleteUser('users-hash')
  })

  it('refuses a user without permissions in the vhost', async () => {
    await target.admin.putUser('users-none', { password: 'pw', tags: ['administrator'] })
    await expect(target.openConnection({ user: 'users-none', password: 'pw' })).rejects.toThrow(
      "530 NOT_ALLOWED - access to vhost '/' refused for user 'users-none'",
    )
    await target.admin.deleteUser('users-none')
  })
})

it('says what is wrong with an administrative change', async () => {
  await using broker = await createBroker({ port: 0 })
  const { admin } = broker
  await expect(admin.putPermissions('nobody', '/', ALL)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await expect(admin.putPermissions('guest', 'nowhere', ALL)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await expect(admin.putPermissions('guest', '/', { ...ALL, read: '(' })).rejects.toMatchObject({ code: 'INVALID' })
  await expect(admin.putUser('', { tags: [] })).rejects.toMatchObject({ code: 'INVALID' })
  await expect(admin.putUser('x', { tags: ['a b'] })).rejects.toMatchObject({ code: 'INVALID' })
  await expect(admin.putUser('x', { password: 'a', passwordHash: 'b', tags: [] })).rejects.toMatchObject({
    code: 'INVALID',
  })
})
