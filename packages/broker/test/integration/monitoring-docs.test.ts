/** The commands in docs/monitoring.md work, against a broker started as the page says. */

import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { createBroker } from '@warrenmq/broker'
import { storageOptions } from '@warrenmq/testkit'
import { expect, it } from 'vitest'
import { parseExposition } from './prometheus/exposition-parser.ts'

const PAGE = new URL('../../../../docs/monitoring.md', import.meta.url)
const run = promisify(execFile)

it('runs the commands of docs/monitoring.md', { timeout: 60_000 }, async () => {
  const page = await readFile(PAGE, 'utf8')
  const commands = Array.from(page.matchAll(/^curl .*$/gm), ([command]) => command)
  expect(commands.length).toBeGreaterThan(10)
  await using broker = await createBroker({ port: 0, managementPort: 0, prometheusPort: 0, ...storageOptions() })
  for (const command of commands) {
    const here = command
      .replace('localhost:15672', `127.0.0.1:${broker.managementPort}`)
      .replace('localhost:15692', `127.0.0.1:${broker.prometheusPort}`)
    const { stdout } = await run('sh', ['-c', here])
    if (command.includes(':15672')) expect(JSON.parse(stdout), command).toBeTypeOf('object')
    else expect(parseExposition(stdout).size, command).toBeGreaterThan(5)
  }
})

it('tells of every metric that the page names', { timeout: 60_000 }, async () => {
  const page = await readFile(PAGE, 'utf8')
  const section = page.slice(page.indexOf('Beside RabbitMQ'), page.indexOf('## Traces'))
  const names = new Set(Array.from(section.matchAll(/`((?:warren|rabbitmq|nodejs)_[a-z0-9_]+)/g), ([, name]) => name))
  expect(names.size).toBeGreaterThan(5)
  await using broker = await createBroker({ port: 0, prometheusPort: 0, ...storageOptions() })
  const answer = await fetch(`http://127.0.0.1:${broker.prometheusPort}/metrics`)
  const shown = parseExposition(await answer.text())
  const hasLog = broker.storage !== undefined
  const missing = [...names].filter((name) => !shown.has(name) && (hasLog || !name.startsWith('warren_')))
  expect(missing.filter((name) => !/_$/.test(name))).toEqual([])
})
