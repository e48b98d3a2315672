import { expect, it } from 'vitest'
import { amqpctl, fail, onEachBroker, succeed, uniqueName } from './support.ts'

onEachBroker((target) => {
  it('adds, lists and deletes a user', async () => {
    const user = uniqueName('user')
    expect(await succeed(target.httpUrl, ['add_user', user, 'pw'])).toEqual([
      `Adding user "${user}" ...`,
      "Done. Don't forget to grant the user permissions to some virtual hosts! See 'amqpctl help set_permissions' to learn more.",
    ])
    await fail(target.httpUrl, ['add_user', user, 'pw'], 70, `User "${user}" already exists`)
    expect(await succeed(target.httpUrl, ['set_user_tags', user, 'monitoring', 'policymaker'])).toEqual([
      `Setting tags for user "${user}" to [monitoring, policymaker] ...`,
    ])
    const lines = await succeed(target.httpUrl, ['list_users'])
    expect(lines.slice(0, 2)).toEqual(['Listing users ...', 'user\ttags'])
    expect(lines).toContain(`${user}\t[monitoring, policymaker]`)
    expect(await succeed(target.httpUrl, ['delete_user', user])).toEqual([`Deleting user "${user}" ...`])
    await fail(target.httpUrl, ['delete_user', user], 67, `User "${user}" does not exist`)
  })

  it('changes, tries and clears a password, which standard input may bring', async () => {
    const user = uniqueName('user')
    await succeed(target.httpUrl, ['add_user', user], { input: 'first\n' })
    expect(await succeed(target.httpUrl, ['authenticate_user', user, 'first'])).toEqual([
      `Authenticating user "${user}" ...`,
      'Success',
    ])
    await succeed(target.httpUrl, ['change_password', user, 'second'])
    await fail(target.httpUrl, ['authenticate_user', user, 'first'], 65, `failed to authenticate user "${user}"`)
    await succeed(target.httpUrl, ['authenticate_user', user, 'second'])
    // Setting tags keeps the password.
    await succeed(target.httpUrl, ['set_user_tags', user, 'management'])
    await succeed(target.httpUrl, ['authenticate_user', user, 'second'])
    await succeed(target.httpUrl, ['clear_password', user])
    await fail(target.httpUrl, ['authenticate_user', user, 'second'], 65, 'invalid credentials')
    await succeed(target.httpUrl, ['delete_user', user])
  })

  it('refuses users that do not exist, and empty names and passwords', async () => {
    await fail(target.httpUrl, ['change_password', 'nobody', 'pw'], 67, 'User "nobody" does not exist')
    await fail(target.httpUrl, ['set_user_tags', 'nobody', 'x'], 67, 'User "nobody" does not exist')
    await fail(target.httpUrl, ['clear_password', 'nobody'], 69, 'User "nobody" does not exist')
    await fail(target.httpUrl, ['add_user', '', 'pw'], 65, 'user cannot be an empty string')
    await fail(target.httpUrl, ['add_user', 'x', ''], 65, 'password cannot be an empty string')
    await fail(target.httpUrl, ['add_user', 'x'], 65, 'neither among the arguments nor on standard input')
  })

  it('repeats no password in its messages', async () => {
    const { errorText, exitCode } = await amqpctl(target.httpUrl, ['add_user', 'rose', 's3cret', 'too', 'many'])
    expect(exitCode).toBe(64)
    expect(errorText).toContain('add_user rose *** *** ***')
    expect(errorText).not.toContain('s3cret')
  })

  it('sets, lists and clears limits of a user', async () => {
    const user = uniqueName('user')
    await succeed(target.httpUrl, ['add_user', user, 'pw'])
    const both = '{"max-connections":5,"max-channels":7}'
    expect(await succeed(target.httpUrl, ['set_user_limits', user, both])).toEqual([
      `Setting user limits to "${both}" for user "${user}" ...`,
    ])
    await succeed(target.httpUrl, ['set_user_limits', user, '{"max-connections":6}'])
    const [text] = await succeed(target.httpUrl, ['-q', 'list_user_limits', '--user', user])
    expect(JSON.parse(text)).toEqual({ 'max-channels': 7, 'max-connections': 6 })
    const all = await succeed(target.httpUrl, ['list_user_limits', '--global'])
    expect(all.slice(0, 2)).toEqual(['Listing limits for all users ...', 'user\tlimits'])
    expect(all.some((line) => line.startsWith(`${user}\t{`))).toBe(true)
    await succeed(target.httpUrl, ['clear_user_limits', user, 'max-channels'])
    expect(await succeed(target.httpUrl, ['list_user_limits', '--user', user])).toEqual([
      `Listing limits for user "${user}" ...`,
      '{"max-connections":6}',
    ])
    expect(await succeed(target.httpUrl, ['clear_user_limits', user, 'all'])).toEqual([
      `Clearing all limits for user "${user}" ...`,
    ])
    expect(await succeed(target.httpUrl, ['-q', 'list_user_limits', '--user', user])).toEqual(['{}'])
    await fail(target.httpUrl, ['set_user_limits', user, '{"bogus":5}'], 69, /Unrecognised terms \[{<<"bogus">>,5}\]/)
    await fail(target.httpUrl, ['set_user_limits', user, '{'], 69, 'JSON decoding error')
    await fail(target.httpUrl, ['list_user_limits', '--user', 'nobody'], 69, 'User "nobody" does not exist')
    await succeed(target.httpUrl, ['delete_user', user])
  })
})
