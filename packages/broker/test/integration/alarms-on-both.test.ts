/**
 * The same steps under alarms on this broker and on a RabbitMQ of its own: an alarm blocks every publisher, so that the RabbitMQ that other
 * files use at the same time must not have one.
 */

import { type ControlledRabbit, eventually, openChannel, startRabbit } from '@warrenmq/testkit'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type AlarmResource, type Broker, createBroker } from '../../src/index.ts'
import { untilReady } from './support.ts'

const LIMIT_MS = 120_000

/** A broker whose alarms can be raised. */
interface AlarmedBroker {
  readonly port: number
  raise(resource: AlarmResource): unknown
  clear(resource: AlarmResource): unknown
}

/** What clients see, in words. */
async function runScenario({ port, raise, clear }: AlarmedBroker): Promise<unknown[]> {
  await using publisher = await openChannel(port)
  await using bodiless = await openChannel(port)
  await using other = await openChannel(port)
  const { queue } = await other.call(1, 'queue.declare', { autoDelete: true })
  const seen: unknown[] = []

  await raise('memory')
  for (const body of ['one', 'two']) publisher.publish(1, { routingKey: queue }, body)
  for (let count = 0; count < 2; count++) bodiless.publish(1, { routingKey: queue }, '')
  seen.push(await publisher.outcome(), await bodiless.outcome())
  // A message without a body ends with its header, and is the last that is taken.
  await untilReady(other, queue, 1)

  await raise('disk')
  await using late = await openChannel(port)
  late.publish(1, { routingKey: queue }, 'three')
  seen.push(await late.outcome())
  await clear('memory')
  await other.call(1, 'channel.flow', { active: true })
  // No second word for a second reason, nor for one reason less.
  seen.push(publisher.pending)

  await clear('disk')
  seen.push(await publisher.outcome(), await bodiless.outcome(), await late.outcome())
  await untilReady(other, queue, 5)
  return seen
}

const EXPECTED = [
  'connection.blocked {"reason":"low on memory"}',
  'connection.blocked {"reason":"low on memory"}',
  'connection.blocked {"reason":"low on disk & memory"}',
  [],
  'connection.unblocked {}',
  'connection.unblocked {}',
  'connection.unblocked {}',
]

describe('alarms, seen by clients', () => {
  it('of this broker', async () => {
    await using broker: Broker = await createBroker({ port: 0 })
    const { alarms, port } = broker
    const alarmed = { port, raise: alarms.raise, clear: alarms.clear }
    expect(await runScenario(alarmed)).toEqual(EXPECTED)
    await eventually(() => broker.connectionCount === 0, 'the end of the connections')
  })

  describe.runIf(inject('foreign').rabbitmqServer !== undefined)('of RabbitMQ', () => {
    let rabbit: ControlledRabbit
    beforeAll(async () => {
      rabbit = await startRabbit(inject('foreign').rabbitmqServer as string)
    }, LIMIT_MS)
    afterAll(() => rabbit[Symbol.asyncDispose](), LIMIT_MS)

    it(
      'are the same',
      async () => {
        const change = (expression: string) => rabbit.control('eval', `rabbit_alarm:${expression}.`)
        const alarmed = {
          port: rabbit.port,
          raise: (resource: AlarmResource) => change(`set_alarm({{resource_limit, ${resource}, node()}, []})`),
          clear: (resource: AlarmResource) => change(`clear_alarm({resource_limit, ${resource}, node()})`),
        }
        expect(await runScenario(alarmed)).toEqual(EXPECTED)
      },
      LIMIT_MS,
    )
  })
})
