import { expect, it } from 'vitest'
import { fail, onEachBroker, succeed, uniqueName } from './support.ts'

onEachBroker((target) => {
  it('adds, describes, lists and deletes a vhost', async () => {
    const vhost = uniqueName('vhost')
    const add = ['add_vhost', vhost, '--description', 'for orders', '--tags', 'a,b', '--default-queue-type', 'classic']
    expect(await succeed(target.httpUrl, add)).toEqual([`Adding vhost "${vhost}" ...`])
    // Once more changes nothing.
    expect(await succeed(target.httpUrl, ['add_vhost', vhost])).toEqual([`Adding vhost "${vhost}" ...`])
    const columns = ['name', 'description', 'tags', 'default_queue_type', 'tracing']
    expect(await succeed(target.httpUrl, ['-q', 'list_vhosts', ...columns])).toContain(
      `${vhost}\tfor orders\t[a, b]\tclassic\tfalse`,
    )
    expect(await succeed(target.httpUrl, ['set_vhost_tags', vhost, 'x'])).toEqual([
      `Setting tags for virtual host "${vhost}" to [x] ...`,
    ])
    await succeed(target.httpUrl, ['update_vhost_metadata', vhost, '--description', 'of all'])
    expect(await succeed(target.httpUrl, ['trace_on', '-p', vhost])).toEqual([
      `Starting tracing for vhost "${vhost}" ...`,
      `Trace enabled for vhost ${vhost}`,
    ])
    expect(await succeed(target.httpUrl, ['-q', 'list_vhosts', ...columns])).toContain(
      `${vhost}\tof all\t[x]\tclassic\ttrue`,
    )
    expect(await succeed(target.httpUrl, ['trace_off', '-p', vhost])).toContain(`Trace disabled for vhost ${vhost}`)
    expect(await succeed(target.httpUrl, ['delete_vhost', vhost])).toEqual([`Deleting vhost "${vhost}" ...`])
    await fail(target.httpUrl, ['delete_vhost', vhost], 65, `Virtual host '${vhost}' does not exist`)
    await fail(target.httpUrl, ['trace_on', '-p', vhost], 65, 'does not exist')
    await fail(target.httpUrl, ['set_vhost_tags', vhost, 'x'], 65, 'does not exist')
  })

  it('sets the limits of a vhost in place of those there are', async () => {
    const vhost = uniqueName('vhost')
    await succeed(target.httpUrl, ['add_vhost', vhost])
    expect(await succeed(target.httpUrl, ['set_vhost_limits', '-p', vhost, '{"max-queues":5}'])).toEqual([
      `Setting vhost limits to "{"max-queues":5}" for vhost "${vhost}" ...`,
    ])
    await succeed(target.httpUrl, ['set_vhost_limits', '-p', vhost, '{"max-connections":6}'])
    expect(await succeed(target.httpUrl, ['list_vhost_limits', '-p', vhost])).toEqual([
      `Listing limits for vhost "${vhost}" ...`,
      '{"max-connections":6}',
    ])
    expect(await succeed(target.httpUrl, ['list_vhost_limits', '--global'])).toContain(
      `${vhost}\t{"max-connections":6}`,
    )
    await fail(target.httpUrl, ['set_vhost_limits', '-p', vhost, '{"bogus":5}'], 69, 'Unrecognised terms')
    expect(await succeed(target.httpUrl, ['clear_vhost_limits', '-p', vhost])).toEqual([
      `Clearing vhost "${vhost}" limits ...`,
    ])
    await fail(target.httpUrl, ['clear_vhost_limits', '-p', vhost], 69, 'Parameter does not exist')
    await fail(target.httpUrl, ['list_vhost_limits', '-p', 'nosuch'], 65, "Virtual host 'nosuch' does not exist")
    await succeed(target.httpUrl, ['delete_vhost', vhost])
  })

  it('sets, lists and clears permissions', async () => {
    const [vhost, user] = [uniqueName('vhost'), uniqueName('user')]
    const ctl = (...args: string[]) => succeed(target.httpUrl, ['-p', vhost, ...args])
    await ctl('add_vhost', vhost)
    await ctl('add_user', user, 'pw')
    expect(await ctl('set_permissions', user, '.*', '^a', '')).toEqual([
      `Setting permissions for user "${user}" in vhost "${vhost}" ...`,
    ])
    const lines = await ctl('list_permissions')
    expect(lines.slice(0, 2)).toEqual([`Listing permissions for vhost "${vhost}" ...`, 'user\tconfigure\twrite\tread'])
    expect(lines).toContain(`${user}\t.*\t^a\t`)
    expect(await ctl('list_user_permissions', user)).toEqual([
      `Listing permissions for user "${user}" ...`,
      'vhost\tconfigure\twrite\tread',
      `${vhost}\t.*\t^a\t`,
    ])
    expect(await ctl('set_topic_permissions', user, 'amq.topic', '^a', '^b')).toEqual([
      `Setting topic permissions on "amq.topic" for user "${user}" in vhost "${vhost}" ...`,
    ])
    expect(await ctl('list_topic_permissions')).toEqual([
      `Listing topic permissions for vhost "${vhost}" ...`,
      'user\texchange\twrite\tread',
      `${user}\tamq.topic\t^a\t^b`,
    ])
    expect(await ctl('list_user_topic_permissions', user)).toEqual([
      `Listing topic permissions for user "${user}" ...`,
      `${vhost}\tamq.topic\t^a\t^b`,
    ])
    expect(await ctl('clear_topic_permissions', user, 'amq.topic')).toEqual([
      `Clearing topic permissions on "amq.topic" for user "${user}" in vhost "${vhost}" ...`,
    ])
    expect(await ctl('clear_topic_permissions', user)).toEqual([
      `Clearing topic permissions for user "${user}" in vhost "${vhost}" ...`,
    ])
    expect(await ctl('clear_permissions', user)).toEqual([
      `Clearing permissions for user "${user}" in vhost "${vhost}" ...`,
    ])
    await ctl('clear_permissions', user)
    const refused = (args: string[], exitCode: number, message: string | RegExp) =>
      fail(target.httpUrl, ['-p', vhost, ...args], exitCode, message)
    await refused(['set_permissions', user, '(', '', ''], 69, /missing (closing )?\)/)
    await refused(['set_permissions', 'nobody', '', '', ''], 67, 'User "nobody" does not exist')
    await refused(['set_permissions', '-p', 'nosuch', user, '', '', ''], 69, 'Virtual host nosuch does not exist')
    await refused(['list_permissions', '-p', 'nosuch'], 65, "Virtual host 'nosuch' does not exist")
    await refused(['list_user_permissions', 'nobody'], 69, 'User "nobody" does not exist')
    await refused(['list_user_topic_permissions', 'nobody'], 69, 'User "nobody" does not exist')
    await ctl('delete_user', user)
    await ctl('delete_vhost', vhost)
  })
})
