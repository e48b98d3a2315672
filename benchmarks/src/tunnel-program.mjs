/**
 * A tunnel into TLS: `node tunnel-program.mjs PORT CERTIFICATE` accepts plain connections of the loopback interface, and passes the bytes
 * of each on over TLS to the port. It sends its own port to the process that forked it, and ends with it.
 */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { pipeline } from 'node:stream'
import { connect } from 'node:tls'

const [port, certificateFile] = process.argv.slice(2)
const ca = readFileSync(certificateFile)

const server = createServer({ noDelay: true }, (plain) => {
  const secure = connect({ port: Number(port), host: '127.0.0.1', servername: 'localhost', ca })
  secure.setNoDelay(true)
  secure.once('secureConnect', () => {
    pipeline(plain, secure, ignore)
    pipeline(secure, plain, ignore)
  })
  secure.once('error', (error) => {
    if (secure.authorizationError || secure.connecting) console.error(`tunnel: ${error.message}`)
    plain.destroy()
  })
  plain.on('error', () => secure.destroy())
})

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object') process.send?.(address?.port)
})
process.on('disconnect', () => process.exit())

/** Either end may go first; the other one is then closed too. */
function ignore() {}
