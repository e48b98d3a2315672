/**
 * The reference in docs/amqpctl.md says what the table of commands says. `npx vitest run --project unit packages/cli -u` writes it anew.
 */

import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import type { Command, CommandGroup } from '../../src/command.ts'
import { COMMAND_GROUPS } from '../../src/command-table.ts'

const PAGE = new URL('../../../../docs/amqpctl.md', import.meta.url)
const BEGIN = '<!-- The commands, as the program tells them. -->\n'

function describeGroup({ title, commands }: CommandGroup): string {
  const shown = commands.filter(({ hidden }) => !hidden)
  return `### ${title}\n\n${shown.map(describeCommand).join('\n')}`
}

function describeCommand(command: Command): string {
  const { name, summary, arguments: args = [], options = [], details = [], examples } = command
  const usage = [name, ...args.map(([syntax]) => syntax), ...options.map(({ flags }) => `[${flags}]`)].join(' ')
  const notes = [
    ...args.map(([syntax, description]) => `- \`${syntax}\`: ${description}`),
    ...options.map(({ flags, description }) => `- \`${flags}\`: ${description}`),
  ]
  const paragraphs = [
    `#### ${name}`,
    `\`${usage}\`: ${summary}.`,
    ...(notes.length > 0 ? [notes.join('\n')] : []),
    ...details,
    `\`\`\`sh\n${examples.map((example) => `amqpctl ${example}`).join('\n')}\n\`\`\``,
  ]
  return `${paragraphs.join('\n\n')}\n`
}

it('shows all commands in docs/amqpctl.md', async () => {
  const page = readFileSync(PAGE, 'utf8')
  expect(page).toContain(BEGIN)
  const head = page.slice(0, page.indexOf(BEGIN) + BEGIN.length)
  await expect(`${head}\n${COMMAND_GROUPS.map(describeGroup).join('\n')}`).toMatchFileSnapshot(PAGE.pathname)
})
