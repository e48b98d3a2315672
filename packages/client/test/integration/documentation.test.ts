/** The programs of the documentation run as they stand there. */

import { readFileSync } from 'node:fs'
import { type Connection, connect, defineMessage, defineTopology } from '@warrenmq/client'
import { expect, it } from 'vitest'
import { connectTo, onEachBroker } from './support.ts'

const guide = readFileSync(new URL('../../../../docs/client.md', import.meta.url), 'utf8')
const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
const examples = [...guide.matchAll(/## ([^\n]*)\n(?:(?!\n## )[\s\S])*?```ts example\n([\s\S]*?)```/g)]
const AsyncFunction = (async () => {}).constructor as FunctionConstructor

const queues = ['tasks', 'invoices', 'failed', 'lengths']

onEachBroker((target) => {
  it('has an example under every heading that needs one', () => {
    expect(examples.map(([, heading]) => heading)).toEqual([
      'Publishing',
      'Consuming',
      'Topology',
      'Messages with a contract',
      'Requests',
    ])
  })

  it('runs the examples of the guide', async () => {
    for (const [, code] of guide.matchAll(/```ts example\n([\s\S]*?)```/g)) {
      await using connection = await connectTo(target)
      await prepare(connection)
      await run(code, connection)
      await cleanUp(connection)
    }
  })

  it('runs the example of the README', async () => {
    const [, code] = /```ts\n([\s\S]*?)```/.exec(readme) ?? []
    const plain = code
      .replace(/^import .*$/m, '')
      .replace(/await using connection/, 'const connection')
      .replace("'amqp://localhost'", `'amqp://127.0.0.1:${target.port}'`)
    await run(`${plain}\nawait connection.close()`, undefined)
    await using connection = await connectTo(target)
    await cleanUp(connection)
  })

  async function run(code: string, connection: Connection | undefined): Promise<void> {
    const names = ['connect', 'defineMessage', 'defineTopology', 'work', 'orderSchema', 'console']
    const values = [connect, defineMessage, defineTopology, async () => {}, anything, { log() {}, error() {} }]
    const channel = await connection?.openChannel()
    const parameters = connection === undefined ? names : [...names, 'connection', 'channel']
    // An example may have a channel of its own.
    const body = `{\n${code}\n}`
    await new AsyncFunction(...parameters, body)(...values, connection, channel)
  }
})

async function prepare(connection: Connection): Promise<void> {
  await connection.declare({ exchanges: { events: { type: 'topic' } }, queues: { tasks: {}, lengths: {} } })
  await using channel = await connection.openChannel()
  await channel.declareQueue('invoices', { type: 'quorum', deadLetterExchange: '', deadLetterRoutingKey: 'failed' })
  await channel.bind({ source: 'events', queue: 'invoices', routingKey: '#' })
  await channel.publish('', 'tasks', 'waiting')
}

async function cleanUp(connection: Connection): Promise<void> {
  await using channel = await connection.openChannel()
  for (const queue of queues) await channel.deleteQueue(queue)
  await channel.deleteExchange('events')
}

const anything = { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } }
