/** What clients are told when the broker is asked to end. Each test starts and ends a broker of its own. */
import { once } from 'node:events'
import { startRabbit, startWarren, within } from '@warrenmq/testkit'
import { connect } from 'amqplib'
import { expect, inject, it } from 'vitest'
import { brokerUrl, startPika } from '../src/suites.ts'

const { rabbitmqServer, pythonWithPika } = inject('foreign')
/** RabbitMQ takes seconds to end. */
const END_LIMIT_MS = 20_000
const REASON = "CONNECTION_FORCED - broker forced connection closure with reason 'shutdown'"

const brokers = [
  {
    name: 'warren',
    async start() {
      const warren = await startWarren()
      return { broker: warren, end: () => warren[Symbol.asyncDispose]() }
    },
  },
  {
    name: 'rabbitmq',
    async start() {
      const rabbit = await startRabbit(rabbitmqServer as string)
      return { broker: rabbit, end: () => rabbit.shutDown() }
    },
  },
].slice(0, rabbitmqServer ? 2 : 1)

it.each(brokers)('closes the connections of amqplib and pika with 320: $name', async ({ start }) => {
  const { broker, end } = await start()
  try {
    const url = brokerUrl(broker)
    const connection = await connect(url)
    const closed = within(once(connection, 'close'), 'the end of the connection of amqplib', END_LIMIT_MS)
    await using program = pythonWithPika ? startPika(pythonWithPika, broker, 'outlast') : undefined
    await program?.expect('ready')
    await end()
    expect((await closed)[0]).toMatchObject({ code: 320, message: expect.stringContaining(REASON) })
    if (program) expect(await program.finish()).toEqual([{ event: 'closed', code: 320, text: REASON }])
  } finally {
    await broker[Symbol.asyncDispose]()
  }
})
