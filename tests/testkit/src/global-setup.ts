/**
 * Set-up of a whole test run: says what is left out, and shares one RabbitMQ among all test files.
 *
 * Test files run in processes of their own. RabbitMQ takes seconds to start, so it starts when the first of them asks: they
 * connect to a port of this process and are told RabbitMQ's.
 */

import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import type { TestProject } from 'vitest/node'
import { describeMissing, type Foreign, findForeign } from './foreign.ts'
import { type Rabbit, startRabbit } from './rabbit.ts'

declare module 'vitest' {
  interface ProvidedContext {
    foreign: Foreign
    /** Who connects here gets RabbitMQ's port and that of its HTTP API, as JSON. */
    rabbitDoorPort: number
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const foreign = findForeign()
  for (const line of describeMissing(foreign, process.env)) console.log(line)

  let rabbit = runningRabbit(process.env.WARREN_TEST_RABBIT)
  const door = createServer(async (socket) => {
    socket.on('error', () => {})
    try {
      rabbit ??= startRabbit(foreign.rabbitmqServer ?? 'rabbitmq-server')
      const { port, managementPort } = await rabbit
      socket.end(JSON.stringify({ port, managementPort }))
    } catch (error) {
      socket.end(`RabbitMQ did not start: ${error}`)
    }
  })
  door.listen(0, '127.0.0.1')
  await once(door, 'listening')
  project.provide('foreign', foreign)
  project.provide('rabbitDoorPort', (door.address() as AddressInfo).port)

  return async () => {
    door.close()
    await (await rabbit)?.[Symbol.asyncDispose]()
  }
}

/** `<AMQP port>,<HTTP port>`: a RabbitMQ that whoever runs the tests has started, to save its start. It is left as it is. */
function runningRabbit(ports: string | undefined): Promise<Rabbit> | undefined {
  if (ports === undefined) return undefined
  const [port, managementPort] = ports.split(',').map(Number)
  return Promise.resolve({ port, managementPort, async [Symbol.asyncDispose]() {} })
}
