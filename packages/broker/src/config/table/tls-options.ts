/** TLS of the listeners. */

import { type OptionRows, TIMER_MAX } from '../option-row.ts'

/** Whether client certificates are verified: RabbitMQ's words. */
const TLS_VERIFY = ['verify_none', 'verify_peer'] as const

export const TLS_OPTIONS: OptionRows<
  | 'tlsCertificateFile'
  | 'tlsKeyFile'
  | 'tlsKeyPassword'
  | 'tlsCaFile'
  | 'tlsVerify'
  | 'tlsFailIfNoPeerCertificate'
  | 'tlsVersions'
  | 'tlsCiphers'
  | 'tlsHonorCipherOrder'
  | 'tlsDepth'
  | 'tlsServerNames'
  | 'tlsReloadIntervalMs'
> = {
  tlsCertificateFile: {
    fileKey: 'ssl_options.certfile',
    rule: { kind: 'text', optional: true },
    default: '',
    description: 'PEM file with the certificate of the TLS listeners, and those between it and the root',
  },
  tlsKeyFile: {
    fileKey: 'ssl_options.keyfile',
    rule: { kind: 'text', optional: true },
    default: '',
    description: 'PEM file with the key of that certificate',
  },
  tlsKeyPassword: {
    fileKey: 'ssl_options.password',
    rule: { kind: 'text', secret: true, optional: true },
    default: '',
    description: 'password of that key, if it is encrypted',
  },
  tlsCaFile: {
    fileKey: 'ssl_options.cacertfile',
    rule: { kind: 'text', optional: true },
    default: '',
    description: 'PEM file with the authorities that client certificates are verified against',
  },
  tlsVerify: {
    fileKey: 'ssl_options.verify',
    rule: { kind: 'choice', choices: TLS_VERIFY },
    default: 'verify_none',
    description: 'whether clients are asked for a certificate, which then has to be valid',
  },
  tlsFailIfNoPeerCertificate: {
    fileKey: 'ssl_options.fail_if_no_peer_cert',
    rule: { kind: 'boolean' },
    default: false,
    description: 'whether a client without a certificate is refused',
  },
  tlsVersions: {
    fileKey: 'ssl_options.versions',
    rule: { kind: 'names', countMin: 1 },
    default: ['tlsv1.3', 'tlsv1.2'],
    description: 'versions of TLS: tlsv1.3, tlsv1.2',
  },
  tlsCiphers: {
    fileKey: 'ssl_options.ciphers',
    rule: { kind: 'names', countMin: 0 },
    default: [],
    description: "OpenSSL's names of the ciphers to use; none is the default of Node",
  },
  tlsHonorCipherOrder: {
    fileKey: 'ssl_options.honor_cipher_order',
    rule: { kind: 'boolean' },
    default: true,
    description: "whether the broker's order of ciphers counts and not the client's",
  },
  tlsDepth: {
    fileKey: 'ssl_options.depth',
    rule: { kind: 'integer', min: 0, max: 100 },
    default: 10,
    description: 'most certificates between that of a client and the root',
  },
  tlsServerNames: {
    fileKey: 'ssl_options.sni',
    rule: { kind: 'names', countMin: 0 },
    default: [],
    description:
      'certificates for further names that clients ask for (SNI): NAME=CERTIFICATE-FILE and KEY-FILE after a bar',
  },
  tlsReloadIntervalMs: {
    fileKey: 'ssl_options.reload_interval',
    rule: { kind: 'integer', min: 10, max: TIMER_MAX },
    default: 5000,
    description: 'time between two looks at whether the files of TLS have changed, in milliseconds',
  },
}
