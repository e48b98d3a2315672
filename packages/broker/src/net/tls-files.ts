/**
 * Certificates and keys of the TLS listener: read, checked, and made into contexts.
 *
 * What is wrong with a file is told in one sentence with the option's name, the path and the reason.
 */

import { createPrivateKey, constants as cryptoConstants, type KeyObject, X509Certificate } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { createSecureContext, type SecureContext, type SecureContextOptions, type SecureVersion } from 'node:tls'
import { ConfigurationError } from '../config/configuration-error.ts'
import type { ResolvedBrokerOptions } from '../config/options.ts'

/** What a TLS server runs with, until its files change. */
export interface TlsContexts {
  /** Of the server itself. Versions and ciphers are always taken from here. */
  readonly main: SecureContextOptions
  /** Contexts of further names that clients may ask for (SNI), in lower case. */
  readonly byName: ReadonlyMap<string, SecureContext>
}

const VERSIONS: Readonly<Record<string, SecureVersion>> = { 'tlsv1.2': 'TLSv1.2', 'tlsv1.3': 'TLSv1.3' }

/**
 * Reads the files that the options name.
 *
 * @throws ConfigurationError INVALID_VALUE or UNREADABLE_FILE
 */
export function loadTlsContexts(options: ResolvedBrokerOptions): TlsContexts {
  if (options.tlsCertificateFile === '' || options.tlsKeyFile === '') {
    throw invalid('tlsListeners needs a certificate and its key: tlsCertificateFile and tlsKeyFile')
  }
  const common = commonOptions(options)
  const byName = new Map<string, SecureContext>()
  for (const entry of options.tlsServerNames) {
    const { name, certificateFile, keyFile } = parseServerName(entry)
    const named = contextOptions('tlsServerNames', certificateFile, 'tlsServerNames', keyFile, options, common)
    byName.set(name, createSecureContext(named))
  }
  const { tlsCertificateFile, tlsKeyFile } = options
  return {
    main: contextOptions('tlsCertificateFile', tlsCertificateFile, 'tlsKeyFile', tlsKeyFile, options, common),
    byName,
  }
}

/** Changes whenever one of the files does. */
export function tlsFilesSignature(options: ResolvedBrokerOptions): string {
  const named = options.tlsServerNames.map(parseServerName).flatMap((name) => [name.certificateFile, name.keyFile])
  const paths = [options.tlsCertificateFile, options.tlsKeyFile, options.tlsCaFile, ...named]
  return paths
    .filter((path) => path !== '')
    .map(fileSignature)
    .join('|')
}

function fileSignature(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats === undefined ? 'missing' : `${stats.ino}:${stats.mtimeMs}:${stats.size}`
}

function commonOptions(options: ResolvedBrokerOptions): SecureContextOptions {
  const versions = options.tlsVersions.map((name) => VERSIONS[name.toLowerCase()])
  const unknown = options.tlsVersions.find((_, index) => versions[index] === undefined)
  if (unknown !== undefined) throw invalid(`tlsVersions ${JSON.stringify(unknown)} must be tlsv1.2 or tlsv1.3`)
  versions.sort()
  return {
    ca: options.tlsCaFile === '' ? [] : readCertificates('tlsCaFile', options.tlsCaFile),
    minVersion: versions[0],
    maxVersion: versions.at(-1),
    ...(options.tlsCiphers.length > 0 && { ciphers: options.tlsCiphers.join(':') }),
    honorCipherOrder: options.tlsHonorCipherOrder,
    secureOptions: cryptoConstants.SSL_OP_NO_RENEGOTIATION,
  }
}

function contextOptions(
  certificateOption: string,
  certificateFile: string,
  keyOption: string,
  keyFile: string,
  { tlsKeyPassword }: ResolvedBrokerOptions,
  common: SecureContextOptions,
): SecureContextOptions {
  const certificates = readCertificates(certificateOption, certificateFile)
  const key = readKey(keyOption, keyFile, tlsKeyPassword)
  if (!new X509Certificate(certificates[0]).checkPrivateKey(key)) {
    throw invalid(`${keyOption} ${keyFile} is not the key of the certificate in ${certificateFile}`)
  }
  const pem = key.export({ type: 'pkcs8', format: 'pem' })
  const usable = { ...common, cert: certificates.join('\n'), key: pem }
  try {
    createSecureContext(usable)
    return usable
  } catch (error) {
    if (/cipher/i.test((error as Error).message)) {
      throw invalid(`tlsCiphers ${JSON.stringify(common.ciphers)} names no cipher that OpenSSL has`)
    }
    throw invalid(`${certificateOption} ${certificateFile} cannot be used: ${(error as Error).message}`)
  }
}

/**
 * The certificates of a PEM file, in its order.
 *
 * @throws ConfigurationError naming `option`.
 */
export function readCertificates(option: string, path: string): string[] {
  const text = readText(option, path)
  const certificates = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  if (certificates.length === 0) throw invalid(`${option} ${path} holds no certificate in PEM format`)
  for (const certificate of certificates) {
    try {
      new X509Certificate(certificate)
    } catch (error) {
      throw invalid(`${option} ${path} holds a damaged certificate: ${(error as Error).message}`)
    }
  }
  return certificates
}

function readKey(option: string, path: string, password: string): KeyObject {
  const text = readText(option, path)
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text))
    throw invalid(`${option} ${path} holds no private key in PEM format`)
  const encrypted = /BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED/.test(text)
  if (encrypted && password === '') throw invalid(`${option} ${path} is encrypted and needs tlsKeyPassword`)
  try {
    return createPrivateKey(encrypted ? { key: text, passphrase: password } : text)
  } catch (error) {
    if (encrypted) throw invalid(`${option} ${path} cannot be read with tlsKeyPassword: is the password right?`)
    throw invalid(`${option} ${path} holds a damaged key: ${(error as Error).message}`)
  }
}

function readText(option: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const reason =
      code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'this user may not read it' : message
    throw new ConfigurationError('UNREADABLE_FILE', `cannot read ${option} ${path}: ${reason}`)
  }
}

/** Reads `name=certificate.pem|key.pem`. */
function parseServerName(entry: string): { name: string; certificateFile: string; keyFile: string } {
  const parts = /^([^=]+)=([^|]+)\|(.+)$/.exec(entry)
  if (parts === null) throw invalid(`tlsServerNames ${JSON.stringify(entry)} must read NAME=CERTIFICATE-FILE|KEY-FILE`)
  return { name: parts[1].toLowerCase(), certificateFile: parts[2], keyFile: parts[3] }
}

function invalid(message: string): ConfigurationError {
  return new ConfigurationError('INVALID_VALUE', message)
}
