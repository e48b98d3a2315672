/**
 * `amqpctl` beside `rabbitmqctl`: on the same RabbitMQ they print the same, and `amqpctl` prints the same on WarrenMQ with the same
 * definitions. What is meant to differ stands in docs/amqpctl.md, and here where it shows.
 */

import { type ControlledRabbit, type ManagedWarren, startManagedWarren, startRabbit } from '@warrenmq/testkit'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { amqpctl, succeed } from './support.ts'

const { rabbitmqServer } = inject('foreign')

const SETUP: readonly (readonly string[])[] = [
  [
    'add_vhost',
    'orders',
    '--description',
    'Order processing',
    '--tags',
    'production',
    '--default-queue-type',
    'classic',
  ],
  ['add_user', 'zed', 'pw'],
  ['set_user_tags', 'zed', 'monitoring', 'policymaker'],
  ['set_permissions', '-p', 'orders', 'zed', '.*', '^a', ''],
  ['set_topic_permissions', '-p', 'orders', 'zed', 'amq.topic', '^a', '^b'],
  ['set_user_limits', 'zed', '{"max-connections":5}'],
  ['set_vhost_limits', '-p', 'orders', '{"max-queues":500}'],
  [
    ...['-p', 'orders', 'declare', 'queue', 'name=q1'],
    'arguments={"x-max-length":5,"x-queue-type":"classic","x-s":"v\\"w","x-b":true,"x-f":1.5,"x-t":{"k":"v"}}',
  ],
  ['-p', 'orders', 'declare', 'queue', 'name=qé', 'queue_type=quorum'],
  ['-p', 'orders', 'declare', 'exchange', 'name=x1', 'type=topic', 'auto_delete=true'],
  ['-p', 'orders', 'declare', 'exchange', 'name=x2', 'type=fanout', 'arguments={"alternate-exchange":"x1"}'],
  ['-p', 'orders', 'declare', 'binding', 'source=x1', 'destination=q1', 'routing_key=a.*', 'arguments={"k":1}'],
  ['-p', 'orders', 'declare', 'binding', 'source=x1', 'destination=x2', 'destination_type=exchange', 'routing_key=#'],
  ['-p', 'orders', 'set_policy', 'p1', '^q', '{"max-length":10,"overflow":"reject-publish"}', '--apply-to', 'queues'],
  ['-p', 'orders', 'set_operator_policy', 'o1', '^q', '{"max-length":9}', '--priority', '3'],
  ['set_global_parameter', 'g1', '{"a":[1,2]}'],
]

/** Commands that are to print the same, rows in any order. */
const SAME: readonly (readonly string[])[] = [
  ['list_users'],
  ['list_users', '--formatter', 'csv'],
  ['list_users', '--formatter', 'json'],
  ['-s', 'list_users'],
  // Without the description, which RabbitMQ gives to its default vhost.
  ['-q', 'list_vhosts', 'name', 'tags', 'default_queue_type', 'tracing'],
  ['list_permissions', '-p', 'orders'],
  ['list_user_permissions', 'zed'],
  ['list_topic_permissions', '-p', 'orders'],
  ['list_user_topic_permissions', 'zed'],
  ['list_user_limits', '--user', 'zed'],
  ['list_user_limits', '--global'],
  ['list_vhost_limits', '-p', 'orders'],
  ['list_vhost_limits', '--global'],
  ['-p', 'orders', 'list_queues', 'name', 'messages', 'arguments', 'durable', 'auto_delete', 'type', 'policy', 'state'],
  ['-p', 'orders', 'list_queues', 'name', 'arguments', '--formatter', 'json'],
  ['-p', 'orders', 'list_queues', 'name', 'arguments', '--formatter', 'csv'],
  ['-p', 'nosuch', 'list_queues'],
  ['-p', 'orders', 'list_exchanges', 'name', 'type', 'durable', 'auto_delete', 'internal', 'arguments', 'policy'],
  ['-p', 'orders', 'list_bindings'],
  ['-p', 'orders', 'list_bindings', '--formatter', 'json'],
  ['-p', 'orders', 'list_policies'],
  ['-p', 'orders', 'list_operator_policies'],
  ['-p', 'orders', 'list_parameters'],
  ['list_connections'],
  ['list_channels'],
  ['-p', 'orders', 'list_consumers'],
]

/** Commands that are to fail with the same exit code. */
const REFUSED: readonly (readonly string[])[] = [
  ['add_user', 'zed', 'pw'],
  ['delete_user', 'nobody'],
  ['clear_password', 'nobody'],
  ['list_user_permissions', 'nobody'],
  ['set_permissions', '-p', 'nosuch', 'zed', '', '', ''],
  ['list_permissions', '-p', 'nosuch'],
  ['delete_vhost', 'nosuch'],
  ['set_policy', 'p', '(', '{"max-length":5}'],
  ['clear_policy', 'nosuch'],
  ['list_queues', 'bogus'],
  ['list_users', 'extra'],
  ['delete_queue', 'nosuch'],
  ['purge_queue', 'nosuch'],
  ['import_definitions', '/nosuch/file'],
  ['nosuchcommand'],
]

describe.runIf(rabbitmqServer !== undefined)('beside rabbitmqctl', () => {
  let rabbit: ControlledRabbit
  let warren: ManagedWarren
  const url = ({ managementPort }: { managementPort: number }) => `http://127.0.0.1:${managementPort}`

  beforeAll(async () => {
    const started = await Promise.all([startRabbit(rabbitmqServer ?? ''), startManagedWarren()])
    rabbit = started[0]
    warren = started[1]
    for (const args of SETUP) {
      await succeed(url(rabbit), args)
      await succeed(url(warren), args)
    }
  }, 240_000)
  afterAll(async () => {
    await warren?.[Symbol.asyncDispose]()
    await rabbit?.[Symbol.asyncDispose]()
  })

  it.each(SAME.map((args) => [args.join(' '), args] as const))('%s prints the same', async (_title, args) => {
    const { lines: wanted } = await rabbit.runTool('rabbitmqctl', args)
    expect(normalize(await succeed(url(rabbit), args)), 'on RabbitMQ').toEqual(normalize(wanted))
    expect(normalize(await succeed(url(warren), args)), 'on WarrenMQ').toEqual(normalize(wanted))
  })

  it.each(REFUSED.map((args) => [args.join(' '), args] as const))(
    '%s fails with the same code',
    async (_title, args) => {
      const { exitCode } = await rabbit.runTool('rabbitmqctl', args)
      expect(exitCode).not.toBe(0)
      expect((await amqpctl(url(rabbit), args)).exitCode, 'on RabbitMQ').toBe(exitCode)
      expect((await amqpctl(url(warren), args)).exitCode, 'on WarrenMQ').toBe(exitCode)
    },
  )
})

/** Rows in one order, without the comma that begins all but the first in JSON. */
function normalize(lines: readonly string[]): string[] {
  return lines
    .map((line) => line.replace(/^,(?=\{)/, ''))
    .filter((line) => line !== '' && !line.includes('amq.rabbitmq.trace'))
    .sort()
}
