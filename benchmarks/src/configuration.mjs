/** What a scenario wants of a broker when it starts, as a file in the language of `rabbitmq.conf`, which both brokers read. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createCertificate } from './certificate.mjs'

/**
 * @typedef {object} BrokerWishes
 * @property {object} [definitions] What the broker begins with, in RabbitMQ's JSON.
 * @property {boolean} [tls] Whether clients come over TLS.
 */

/**
 * @typedef {object} BrokerConfiguration
 * @property {string} text Content of the file.
 * @property {import('./tunnel.mjs').TlsTarget} [tls] Where it listens for TLS.
 */

/**
 * Writes what the configuration refers to into `folder`, and returns it.
 *
 * @param {BrokerWishes} wishes
 * @param {string} folder
 * @param {() => Promise<number>} findPort
 * @returns {Promise<BrokerConfiguration>}
 */
export async function configureBroker({ definitions, tls = false }, folder, findPort) {
  const lines = []
  if (definitions) {
    const file = join(folder, 'definitions.json')
    writeFileSync(file, JSON.stringify(definitions))
    lines.push(`load_definitions = ${file}`)
  }
  if (!tls) return { text: toText(lines) }
  const { certificateFile, keyFile } = await createCertificate(folder)
  const port = await findPort()
  lines.push(
    `listeners.ssl.default = 127.0.0.1:${port}`,
    `ssl_options.cacertfile = ${certificateFile}`,
    `ssl_options.certfile = ${certificateFile}`,
    `ssl_options.keyfile = ${keyFile}`,
  )
  return { text: toText(lines), tls: { port, certificateFile } }
}

/** @param {string[]} lines */
function toText(lines) {
  return lines.map((line) => `${line}\n`).join('')
}
