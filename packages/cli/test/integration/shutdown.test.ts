/** Ending a broker: RabbitMQ does not offer it over HTTP. */

import { startManagedWarren } from '@warrenmq/testkit'
import { expect, inject, it } from 'vitest'
import { amqpctl, fail, onEachBroker, succeed } from './support.ts'

it.each(['shutdown', 'stop'])('%s ends a broker in order', async (command) => {
  await using warren = await startManagedWarren()
  const url = `http://127.0.0.1:${warren.managementPort}`
  const [line] = await succeed(url, [command])
  expect(line).toMatch(/^(Shutting down RabbitMQ|Stopping and halting) node .+ \.\.\.$/)
  expect(await warren.program.exited).toBe(0)
  await fail(url, ['ping'], 69, 'cannot reach')
})

it('is for administrators, and for the node itself', async () => {
  await using warren = await startManagedWarren()
  const url = `http://127.0.0.1:${warren.managementPort}`
  await succeed(url, ['add_user', 'ann', 'pw'])
  await succeed(url, ['set_user_tags', 'ann', 'monitoring'])
  await fail(url, ['-u', 'ann', '--password', 'pw', 'shutdown'], 69, 'The broker refused')
  await fail(url, ['-n', 'other@host', 'shutdown'], 69, 'cannot be stopped over HTTP')
  await succeed(url, ['ping'])
})

if (inject('foreign').rabbitmqServer !== undefined) {
  onEachBroker((target) => {
    it.runIf(target.isRabbit)('says that RabbitMQ cannot be stopped so', async () => {
      const { exitCode, errorText } = await amqpctl(target.httpUrl, ['shutdown'])
      expect(errorText).toContain('cannot be stopped over HTTP')
      expect(exitCode).toBe(69)
    })
  })
}
