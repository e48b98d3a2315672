/** Certificates for tests, made by openssl in a folder of their own. */

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Paths of a certificate and its key. */
export interface CertificateFiles {
  readonly certificate: string
  readonly key: string
}

/** An authority in a temporary folder. */
export class TestAuthority implements Disposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'warrenmq-tls-'))
  readonly ca: CertificateFiles

  constructor(name = 'Test authority') {
    this.ca = this.#paths('ca')
    this.#openssl('req', '-x509', '-subj', `/CN=${name}`, ...this.#newKey(this.ca), '-out', this.ca.certificate)
  }

  /** Issues a certificate for `subject`, such as `/O=example/CN=localhost`; by an authority below this one if `issuer` is given. */
  issue(
    fileName: string,
    subject: string,
    alternativeNames = 'DNS:localhost,IP:127.0.0.1',
    issuer = this.ca,
  ): CertificateFiles {
    return this.#sign(fileName, subject, issuer, `subjectAltName=${alternativeNames}`, 'CA:FALSE')
  }

  /** Issues the certificate of an authority below this one. */
  issueAuthority(fileName: string, subject: string, issuer = this.ca): CertificateFiles {
    return this.#sign(fileName, subject, issuer, 'keyUsage=keyCertSign', 'CA:TRUE')
  }

  /** A copy of a key that only `password` opens. */
  encryptKey({ key }: CertificateFiles, password: string): string {
    const path = `${key}.encrypted`
    this.#openssl('pkey', '-in', key, '-aes256', '-passout', `pass:${password}`, '-out', path)
    return path
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true })
  }

  #sign(
    fileName: string,
    subject: string,
    issuer: CertificateFiles,
    extension: string,
    constraints: string,
  ): CertificateFiles {
    const files = this.#paths(fileName)
    this.#openssl(
      ...['req', '-x509', '-CA', issuer.certificate, '-CAkey', issuer.key, '-subj', subject],
      ...['-addext', extension, '-addext', `basicConstraints=critical,${constraints}`],
      ...[...this.#newKey(files), '-out', files.certificate],
    )
    return files
  }

  #paths(name: string): CertificateFiles {
    return { certificate: join(this.folder, `${name}.pem`), key: join(this.folder, `${name}.key`) }
  }

  #newKey({ key }: CertificateFiles): string[] {
    return ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-keyout', key]
  }

  #openssl(...args: string[]): void {
    execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] })
  }
}
