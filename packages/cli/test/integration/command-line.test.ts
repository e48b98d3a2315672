/** What does not depend on the broker: usage, help, profiles, completion. */

import { readFileSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { amqpctl, fail, HOME, succeed } from './support.ts'

/** Nothing listens there. */
const NOWHERE = 'http://127.0.0.1:1'
const CONFIG = join(HOME, '.config', 'amqpctl', 'config.toml')

describe('a command line', () => {
  it.each([
    [['list_users', 'extra'], 'Error (argument validation): too many arguments.'],
    [['set_permissions', 'rose'], 'Error (argument validation): not enough arguments.'],
    [['list_queues', '--bogus'], "unknown option '--bogus'"],
    [['list_queues', 'bogus', 'foo'], 'Info key(s) bogus,foo are not supported'],
    [['nosuchcommand'], "Command 'nosuchcommand' not found."],
    [['list_queue'], "Did you mean 'list_queues'?"],
    [['--formatter', 'xml', 'list_queues'], "argument 'xml' is invalid"],
    [[], 'Usage: amqpctl [options] <command> [arguments]'],
  ])('%j is refused with 64', async (args, message) => {
    const { exitCode, errorText, lines } = await amqpctl(NOWHERE, args)
    expect(errorText).toContain(message)
    expect([exitCode, lines]).toEqual([64, []])
  })

  it('shows usage and where to read on', async () => {
    const { errorText } = await amqpctl(NOWHERE, ['list_users', 'extra'])
    expect(errorText.split('\n')).toEqual([
      'Error (argument validation): too many arguments.',
      'Arguments given:',
      '\tlist_users extra',
      '',
      'Usage',
      '',
      'amqpctl list_users [options]',
      '',
      "'amqpctl help list_users' tells more.",
      '',
    ])
  })

  it('repeats no password', async () => {
    const { errorText } = await amqpctl(NOWHERE, ['--password', 's3cret', 'list_users', 'extra'])
    expect(errorText).toContain('--password *** list_users extra')
    const declare = await amqpctl(NOWHERE, ['declare', 'user', 'name=u', 'password=s3cret', 'bogus=1'])
    expect(declare.errorText).toContain('password=***')
    expect(declare.errorText).not.toContain('s3cret')
  })

  it('may ask for help in any way', async () => {
    const help = await succeed(NOWHERE, ['help', 'set_policy'])
    expect(help[0]).toBe('Usage: amqpctl set_policy [options] <name> <pattern> <definition>')
    expect(help).toContain('Examples:')
    expect(await succeed(NOWHERE, ['set_policy', '--help'])).toEqual(help)
    expect(await succeed(NOWHERE, ['set_policy', '-?'])).toEqual(help)
    expect(await succeed(NOWHERE, ['--help'])).toContain('Users:')
    expect(await succeed(NOWHERE, ['--version'])).toEqual(await succeed(NOWHERE, ['version']))
  })

  it('takes the options that mean nothing over HTTP', async () => {
    await succeed(NOWHERE, ['-l', '--erlang-cookie', 'x', '--script-name', 'rabbitmqctl', 'version'])
  })
})

describe('a broker that does not answer', () => {
  it('is given up after the time limit, with 75', async () => {
    const server = createServer(() => {})
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    await fail(url, ['list_queues', '-t', '0.2'], 75, 'the operation timed out')
    server.closeAllConnections()
    server.close()
  })

  it('and answers with pages instead of JSON is no HTTP API', async () => {
    const server = createServer((_request, response) => response.end('<html>'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    await fail(url, ['list_users'], 70, 'is this the HTTP API?')
    server.closeAllConnections()
    server.close()
  })
})

describe('profiles', () => {
  afterEach(() => rmSync(CONFIG, { force: true }))
  const profile = (...args: string[]) => succeed(NOWHERE, ['profile', ...args])

  it('are added, listed, used and removed', async () => {
    expect(await profile('add', 'near', '--url', 'http://near:15672', '--user', 'ann')).toEqual([
      `Profile "near" is in ${CONFIG}`,
    ])
    await succeed(NOWHERE, ['profile', 'add', 'far', '--url', 'http://far:15672', '-p', 'orders', '--password-stdin'], {
      input: 's3cret\n',
    })
    expect(statSync(CONFIG).mode & 0o777).toBe(0o600)
    expect(readFileSync(CONFIG, 'utf8')).toContain('s3cret')
    expect(await profile('list')).toEqual([
      'Listing profiles ...',
      'name\turl\tuser\tvhost\tin_use',
      'near\thttp://near:15672\tann\t\ttrue',
      'far\thttp://far:15672\t\torders\tfalse',
    ])
    expect(await profile('use', 'far')).toEqual(['Profile "far" is in use'])
    expect(await profile('remove', 'near')).toEqual(['Profile "near" is removed'])
    expect(await profile('list', '-s')).toEqual(['far\thttp://far:15672\t\torders\ttrue'])
    await fail(NOWHERE, ['profile', 'use', 'near'], 65, "There is no profile 'near'")
    await fail(NOWHERE, ['profile', 'paint', 'near'], 65, "action 'paint' is none of add, list, use, remove")
    await fail(NOWHERE, ['profile', 'add'], 65, 'the name of the profile is missing')
  })

  it('say which broker is asked', async () => {
    await profile('add', 'nowhere', '--url', 'http://127.0.0.1:1/prefix')
    await fail(NOWHERE, ['--profile', 'nowhere', 'list_users'], 69, 'cannot reach http://127.0.0.1:1/prefix')
    await fail(NOWHERE, ['--profile', 'nosuch', 'list_users'], 78, "There is no profile 'nosuch'")
  })
})

describe('completion', () => {
  it.each(['bash', 'zsh', 'fish'])('has a script for %s', async (shell) => {
    expect((await succeed(NOWHERE, ['completion', shell])).join('\n')).toContain('amqpctl __complete')
  })

  it('refuses shells it has no script for', async () => {
    await fail(NOWHERE, ['completion', 'tcsh'], 65, "shell 'tcsh' is none of bash, zsh, fish")
  })

  it('completes', async () => {
    expect(await succeed(NOWHERE, ['autocomplete', 'purge'])).toEqual(['purge_queue', 'purge'])
    expect(await succeed(NOWHERE, ['__complete', '--', 'list_queues', '--on'])).toEqual(['--online'])
  })
})
