/** amqps, through a proxy that speaks TLS before either broker. */

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, connect as connectTcp } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer, type Server } from 'node:tls'
import { connect } from '@warrenmq/client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { connectTo, onEachBroker, temporaryQueue } from './support.ts'

const folder = mkdtempSync(join(tmpdir(), 'warren-client-tls-'))
const certificate = join(folder, 'certificate.pem')
const key = join(folder, 'key.pem')

beforeAll(() => {
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  execFileSync('openssl', [...request, ...names, '-keyout', key, '-out', certificate], { stdio: 'ignore' })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

onEachBroker((target) => {
  let server: Server
  let url: string

  beforeAll(async () => {
    server = createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (socket) => {
      const broker = connectTcp(target.port, '127.0.0.1')
      for (const one of [socket, broker]) one.on('error', () => {})
      socket.pipe(broker).pipe(socket)
    })
    server.on('tlsClientError', () => {})
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `amqps://guest:guest@127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => void server.close())

  it('sends and receives over TLS', async () => {
    await using connection = await connect(`${url}?cacertfile=${encodeURIComponent(certificate)}`)
    await using channel = await connection.openChannel()
    const queue = await temporaryQueue(channel)
    await using publisher = await connection.createPublisher()
    const bodies = Array.from({ length: 300 }, (_, i) => new Uint8Array(i * 400).fill(i))
    await publisher.publishAll(bodies.map((body) => ({ routingKey: queue, body })))
    let count = 0
    for await (const message of channel.messages(queue)) {
      expect(Buffer.compare(message.body, bodies[count])).toBe(0)
      message.ack()
      if (++count === bodies.length) break
    }
  })

  it('refuses a broker whose certificate nobody vouches for, unless told to take it', async () => {
    await expect(connect(url)).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      message: expect.stringContaining('self-signed'),
    })
    const ca = readFileSync(certificate)
    await expect(connect(url, { tls: { ca, servername: 'other.example' } })).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
    })
    await (await connect(`${url}?verify=verify_none`)).close()
  })

  it('does not log in by another mechanism than the one it was told', async () => {
    await expect(connectTo(target, { mechanism: 'EXTERNAL' })).rejects.toMatchObject({ code: 'LOGIN_REFUSED' })
  })
})
