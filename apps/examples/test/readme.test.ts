/** The programs that the README quotes: they stand there to the letter, and they run. */

import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createBroker } from '@warrenmq/broker'
import { describeMissing, findForeign } from '@warrenmq/testkit'
import { describe, expect, it } from 'vitest'

const run = promisify(execFile)
const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8')

function source(name: string): URL {
  return new URL(`../src/${name}`, import.meta.url)
}

describe.each(['hello.py', 'hello-amqplib.mjs', 'embedded.mjs'])('%s', (name) => {
  it('is what the README shows', () => {
    expect(readme).toContain(readFileSync(source(name), 'utf8'))
  })
})

it('sends and receives with amqplib', async () => {
  await using broker = await createBroker({ port: 0 })
  const env = { ...process.env, AMQP_URL: broker.url }
  const { stdout } = await run(process.execPath, [fileURLToPath(source('hello-amqplib.mjs'))], { env })
  expect(stdout).toBe('Hello World!\n')
})

it('embeds the broker', async () => {
  const { stdout } = await run(process.execPath, [fileURLToPath(source('embedded.mjs'))])
  expect(stdout).toBe('Hello from the same process!\n')
})

const foreign = findForeign()
describeMissing(foreign, process.env)

it.runIf(foreign.pythonWithPika)('sends and receives with pika', async () => {
  await using broker = await createBroker({ port: 0 })
  const env = { ...process.env, AMQP_URL: broker.url }
  const { stdout } = await run(foreign.pythonWithPika as string, [fileURLToPath(source('hello.py'))], { env })
  expect(stdout).toBe('Hello World!\n')
})
