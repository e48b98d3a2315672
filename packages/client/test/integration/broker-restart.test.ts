/** A broker that is killed and started again: what it had confirmed is there. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from '@warrenmq/client'
import { eventually, startFaultProxy, startWarren, within } from '@warrenmq/testkit'
import { expect, it } from 'vitest'
import { QUICK } from './support.ts'

it('loses no confirmed message when the broker is killed and started again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'warren-client-'))
  let broker = await startWarren(['--data-directory', folder])
  await using proxy = await startFaultProxy(broker.port)
  const connection = await connect(`amqp://127.0.0.1:${proxy.port}`, { reconnect: QUICK })
  const channel = await connection.openChannel()
  await channel.declareQueue('kept')
  const publisher = await connection.createPublisher({ window: 200 })
  const confirmed = new Set<string>()
  let stop = false
  const publishing = (async () => {
    for (let i = 0; !stop; i++) {
      if (i % 100 === 0) await publisher.drain()
      void publisher.sendToQueue('kept', `${i}`).then(() => confirmed.add(`${i}`))
    }
  })()
  for (let round = 0; round < 3; round++) {
    const before = confirmed.size
    await eventually(() => confirmed.size > before + 1000, 'confirms')
    broker.program.signal('SIGKILL')
    await broker.program.exited
    broker = await startWarren(['--data-directory', folder])
    proxy.brokerPort = broker.port
  }
  stop = true
  await within(publishing, 'the end of publishing')
  await within(publisher.flush(), 'the last confirms')
  const found = new Set<string>()
  for await (const message of channel.messages('kept', { prefetch: 1000 })) {
    found.add(message.text())
    message.ack()
    if ([...confirmed].length <= found.size && (await channel.checkQueue('kept')).messageCount === 0) break
  }
  expect([...confirmed].filter((body) => !found.has(body))).toEqual([])
  await connection.close()
  await broker.program.stop()
  rmSync(folder, { recursive: true, force: true })
}, 120_000)
