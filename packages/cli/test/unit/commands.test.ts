/** What holds for all commands. */

import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { COMMAND_GROUPS } from '../../src/command-table.ts'
import { complete } from '../../src/completion/complete.ts'

const commands = COMMAND_GROUPS.flatMap((group) => group.commands)
const integrationTests = new URL('../integration/', import.meta.url)
const testText = readdirSync(integrationTests)
  .map((name) => readFileSync(new URL(name, integrationTests), 'utf8'))
  .join()

describe('every command', () => {
  it('has a name of its own', () => {
    expect(new Set(commands.map(({ name }) => name)).size).toBe(commands.length)
  })

  it.each(commands.filter(({ hidden }) => !hidden).map((command) => [command.name, command] as const))(
    '%s has examples that use it, and a test that runs it',
    (name, { examples, summary }) => {
      expect(examples.length).toBeGreaterThan(0)
      expect(examples.some((example) => example.split(' ').includes(name))).toBe(true)
      expect(summary).toMatch(/^[a-z].*[^.]$/)
      expect(testText.includes(`'${name}'`) || new RegExp(`\\b${name}[ \`]`).test(testText), 'a test').toBe(true)
    },
  )
})

describe('completion', () => {
  it('knows commands, options, columns and formats', () => {
    expect(complete(COMMAND_GROUPS, ['list_u'])).toEqual([
      'list_users',
      'list_user_permissions',
      'list_user_topic_permissions',
      'list_user_limits',
    ])
    expect(complete(COMMAND_GROUPS, ['list_queues', 'name', 'messages_u'])).toContain('messages_unacknowledged')
    expect(complete(COMMAND_GROUPS, ['list_queues', '--for'])).toEqual(['--formatter'])
    expect(complete(COMMAND_GROUPS, ['--formatter', 'pretty'])).toEqual(['pretty_table', 'pretty'])
    expect(complete(COMMAND_GROUPS, ['delete_queue', '--if'])).toEqual(['--if-empty', '--if-unused'])
    expect(complete(COMMAND_GROUPS, ['declare', ''])).toContain('exchange')
    expect(complete(COMMAND_GROUPS, ['help', 'set_pol'])).toEqual(['set_policy'])
    expect(complete(COMMAND_GROUPS, ['-p', ''])).toEqual([])
  })
})
