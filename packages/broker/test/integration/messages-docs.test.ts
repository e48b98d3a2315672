/** The commands in docs/messages.md work, in their order, against a broker that has nothing else. */

import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { createBroker } from '@warrenmq/broker'
import { openChannel, storageOptions } from '@warrenmq/testkit'
import { expect, it } from 'vitest'
import { sendTo } from './support.ts'

const PAGE = new URL('../../../../docs/messages.md', import.meta.url)
const run = promisify(execFile)

/** What each kind of command must say for itself, so that it did what the page tells. */
const EXPECTED: readonly (readonly [command: RegExp, answer: RegExp])[] = [
  [/explain/, /"queues":\["orders"\]/],
  [/count=10'/, /c-17.*c-18/],
  [/state=all/, /"items":\[\{"id":0.*"scanned":2/],
  [/search=99/, /"items":\[\{"id":1/],
  [/orders\/messages\/0/, /"payload":"\{\\"total\\":12\}"/],
  [/"queue":"parked"/, /"moved":1,"ids":\[0\]/],
  [/order.again/, /"moved":1/],
  [/order.copy/, /"routed":true,"queues":\["orders"\]/],
  [/redrive/, /"redriven":1/],
]

it('runs the commands of docs/messages.md', { timeout: 60_000 }, async () => {
  const commands = readFileSync(PAGE, 'utf8').match(/^curl .*$/gm) ?? []
  expect(commands.length).toBeGreaterThan(15)
  const options = { port: 0, managementPort: 0, collectStatisticsIntervalMs: 200, ...storageOptions() }
  await using broker = await createBroker(options)
  await using peer = await openChannel(broker.port)
  const met = new Set<RegExp>()
  for (const command of commands) {
    const here = command.replace('localhost:15672', `127.0.0.1:${broker.managementPort}`)
    if (command.includes('-sfN')) {
      await watch(here, async () => {
        sendTo(peer, 'orders', 'x', { headers: { customer: 'c' } })
        peer.publish(1, { exchange: 'amq.topic', routingKey: 'order.x' }, 'y')
        await peer.call(1, 'queue.declare', { exclusive: true })
      })
      continue
    }
    if (command.includes('redrive')) await letDie(peer)
    const { stdout } = await run('sh', ['-c', here])
    for (const [pattern, answer] of EXPECTED) {
      if (!pattern.test(command)) continue
      expect(stdout, command).toMatch(answer)
      met.add(pattern)
    }
  }
  expect(met.size).toBe(EXPECTED.length)
})

/** Runs a command that would never end until it has shown something. */
async function watch(command: string, cause: () => Promise<void>): Promise<void> {
  const shown = new Promise<string>((resolve, reject) => {
    const child = execFile('sh', ['-c', `exec ${command}`])
    let text = ''
    const again = setInterval(() => void cause().catch(reject), 100)
    child.stdout?.on('data', (chunk) => {
      text += chunk
      if (!text.includes('data: ')) return
      clearInterval(again)
      child.kill()
    })
    child.on('error', reject)
    child.on('close', () => {
      clearInterval(again)
      resolve(text)
    })
  })
  expect(await shown, command).toMatch(/^event: \S+\ndata: \{/)
}

/** Has a message of `orders` rejected. */
async function letDie(peer: Awaited<ReturnType<typeof openChannel>>): Promise<void> {
  peer.send(1, 'basic.get', { queue: 'orders' })
  const { args } = await peer.expectContent(1, 'basic.get-ok')
  peer.send(1, 'basic.reject', { deliveryTag: args.deliveryTag, requeue: false })
  await peer.call(1, 'queue.declare', { queue: 'failed', passive: true, durable: true })
}
