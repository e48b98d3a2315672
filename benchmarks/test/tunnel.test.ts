import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createCertificate } from '../src/certificate.mjs'
import { configureBroker } from '../src/configuration.mjs'
import { startTunnel } from '../src/tunnel.mjs'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'warren-bench-test-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

it('passes bytes on over TLS, both ways, until one side has enough', async () => {
  const { certificateFile, keyFile } = await createCertificate(folder)
  const server = createServer({ cert: readFileSync(certificateFile), key: readFileSync(keyFile) }, (socket) => {
    socket.on('error', () => {})
    socket.pipe(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const tunnel = await startTunnel({ port: typeof address === 'object' ? (address?.port ?? 0) : 0, certificateFile })
  const client = connect({ port: tunnel.port, host: '127.0.0.1' })
  const sent = Buffer.alloc(1_000_000, 'tunnel')
  client.write(sent)
  const received: Buffer[] = []
  client.on('data', (chunk) => {
    received.push(chunk)
    if (Buffer.concat(received).length === sent.length) client.end()
  })
  await once(client, 'close')
  expect(Buffer.concat(received).equals(sent)).toBe(true)
  await tunnel.stop()
  server.close()
})

it('does not begin with a certificate that is not there', async () => {
  await expect(startTunnel({ port: 1, certificateFile: join(folder, 'none.pem') })).rejects.toThrow(
    /did not start:[\s\S]*ENOENT/,
  )
})

it('configures nothing unless a scenario asks for it', async () => {
  const findPort = async () => 5671
  expect(await configureBroker({}, folder, findPort)).toEqual({ text: '' })
  const { text, tls } = await configureBroker({ definitions: { users: [] }, tls: true }, folder, findPort)
  expect(text.split('\n').map((line) => line.split(' = ')[0])).toEqual([
    'load_definitions',
    'listeners.ssl.default',
    'ssl_options.cacertfile',
    'ssl_options.certfile',
    'ssl_options.keyfile',
    '',
  ])
  expect(tls?.port).toBe(5671)
  expect(readFileSync(join(folder, 'definitions.json'), 'utf8')).toBe('{"users":[]}')
})
