/**
 * The table in docs/configuration.md says what the option table says. `npx vitest run documentation -u` writes it anew.
 */

import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import {
  OPTION_NAMES,
  type OptionName,
  optionFlag,
  optionVariable,
  PROGRAM_OPTIONS,
} from '../../../src/config/option-table.ts'
import { describeRule, formatOptionValue } from '../../../src/config/option-value.ts'

const PAGE = new URL('../../../../../docs/configuration.md', import.meta.url)
const HEAD = ['Option', 'In a file', 'Flag and variable', 'Default', 'Values', 'What it is']

function formatRow(name: OptionName): string[] {
  const row = PROGRAM_OPTIONS[name]
  const program = row.programDefault === undefined ? '' : `; \`warren\`: \`${formatOptionValue(row.programDefault)}\``
  return [
    `\`${name}\``,
    `\`${row.fileKey}\``,
    `\`${optionFlag(name)}\`<br>\`${optionVariable(name)}\``,
    `\`${formatOptionValue(row.default)}\`${program}`,
    describeRule(row.rule),
    row.description,
  ]
}

function formatTable(): string {
  const rows = [HEAD, HEAD.map(() => '---'), ...OPTION_NAMES.map(formatRow)]
  return rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

it('shows the option table in docs/configuration.md', async () => {
  const page = readFileSync(PAGE, 'utf8')
  const table = /^\| Option \|.*(\n\|.*)*/m
  expect(page).toMatch(table)
  await expect(page.replace(table, () => formatTable())).toMatchFileSnapshot(PAGE.pathname)
})
