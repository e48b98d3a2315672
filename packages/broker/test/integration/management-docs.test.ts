/** The commands in docs/management-api.md work, against a broker started as the page says. */

import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createBroker } from '@warrenmq/broker'
import { storageOptions } from '@warrenmq/testkit'
import { expect, it } from 'vitest'

const PAGE = new URL('../../../../docs/management-api.md', import.meta.url)
const run = promisify(execFile)

it('runs the commands of docs/management-api.md', { timeout: 60_000 }, async () => {
  const commands = readFileSync(PAGE, 'utf8').match(/^curl .*$/gm) ?? []
  expect(commands.length).toBeGreaterThan(20)
  const folder = mkdtempSync(join(tmpdir(), 'warren-management-docs-'))
  await using broker = await createBroker({ port: 0, managementPort: 0, ...storageOptions() })
  try {
    for (const command of commands) {
      const here = command.replace('localhost:15672', `127.0.0.1:${broker.managementPort}`)
      const { stdout } = await run('sh', ['-c', here], { cwd: folder })
      if (stdout !== '') expect(JSON.parse(stdout), command).toBeTypeOf('object')
    }
    const { queues } = JSON.parse(readFileSync(join(folder, 'definitions.json'), 'utf8'))
    expect(queues).toContainEqual(expect.objectContaining({ name: 'orders.new', vhost: 'shop' }))
    expect((await broker.admin.policies('shop')).map(({ name }) => name)).toEqual(['short'])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
