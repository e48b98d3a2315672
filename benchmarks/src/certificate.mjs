/** The certificate of a run with TLS, made by the program `openssl`. */
import { join } from 'node:path'
import { UsageError } from './errors.mjs'
import { runProgram } from './processes.mjs'

const LIMIT_MS = 30_000

/**
 * Makes a certificate for `localhost` that signs itself and is valid for two days.
 *
 * @param {string} folder Where it is put, with its key.
 * @returns {Promise<{ certificateFile: string, keyFile: string }>}
 */
export async function createCertificate(folder) {
  const [certificateFile, keyFile] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')]
  const args = [
    ...['req', '-x509', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
    ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
    ...['-keyout', keyFile, '-out', certificateFile],
  ]
  const { exitCode, stderr } = await runProgram('openssl', args, LIMIT_MS).catch((error) => {
    throw new UsageError(`scenarios with TLS need the program openssl: ${error.message}`)
  })
  if (exitCode !== 0) throw new Error(`openssl could not make a certificate:\n${stderr}`)
  return { certificateFile, keyFile }
}
