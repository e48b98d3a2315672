/** The management API, and the name that the broker gives itself in it. */

import { type OptionRows, TIMER_MAX } from '../option-row.ts'

export const MANAGEMENT_OPTIONS: OptionRows<
  | 'nodeName'
  | 'managementPort'
  | 'managementHost'
  | 'managementPathPrefix'
  | 'managementCorsAllowOrigins'
  | 'managementCorsMaxAgeSeconds'
  | 'managementBodySizeMax'
  | 'managementSessionTimeoutMinutes'
  | 'managementTlsPort'
  | 'managementTlsHost'
  | 'managementTlsCertificateFile'
  | 'managementTlsKeyFile'
  | 'managementTlsKeyPassword'
  | 'managementTlsCaFile'
  | 'managementTlsVerify'
  | 'managementTlsFailIfNoPeerCertificate'
> = {
  nodeName: {
    fileKey: 'nodename',
    rule: { kind: 'text', optional: true },
    default: '',
    description:
      'name of this broker in the management API and in metrics; empty for warren@ and the name of the machine',
  },
  managementPort: {
    fileKey: 'management.tcp.port',
    rule: { kind: 'integer', min: -1, max: 65_535 },
    default: -1,
    programDefault: 15_672,
    description: 'TCP port of the management API; 0 lets the system choose one, -1 is none',
  },
  managementHost: {
    fileKey: 'management.tcp.ip',
    rule: { kind: 'text', optional: true },
    default: '',
    description: 'address that the management API listens on; empty for that of host',
  },
  managementPathPrefix: {
    fileKey: 'management.path_prefix',
    rule: { kind: 'text', optional: true },
    default: '',
    description: 'what all paths of the management API begin with, as in /broker-1',
  },
  managementCorsAllowOrigins: {
    fileKey: 'management.cors.allow_origins',
    rule: { kind: 'names', countMin: 0 },
    default: [],
    description: 'origins of web pages that may use the management API; * is any',
  },
  managementCorsMaxAgeSeconds: {
    fileKey: 'management.cors.max_age',
    rule: { kind: 'integer', min: 0, max: TIMER_MAX },
    default: 1800,
    description: 'how long browsers may remember what such a page is allowed, in seconds',
  },
  managementBodySizeMax: {
    fileKey: 'management.http.max_body_size',
    rule: { kind: 'bytes', min: 1024 },
    default: 20_000_000,
    description: 'largest body of a request to the management API, in bytes',
  },
  managementSessionTimeoutMinutes: {
    fileKey: 'management.login_session_timeout',
    rule: { kind: 'integer', min: 1, max: 525_600 },
    default: 480,
    description: 'how long a session of the user interface lasts, in minutes',
  },
  managementTlsPort: {
    fileKey: 'management.ssl.port',
    rule: { kind: 'integer', min: -1, max: 65_535 },
    default: -1,
    description: 'TCP port of the management API with TLS; 15671 is the one that clients expect, -1 is none',
  },
  managementTlsHost: {
    fileKey: 'management.ssl.ip',
    rule: { kind: 'text', optional: true },
    default: '',
    description: 'address that the management API with TLS listens on; empty for that of host',
  },
  managementTlsCertificateFile: {
    fileKey: 'management.ssl.certfile',
    rule: { kind: 'text', optional: true },
    default: '',
    description: 'PEM file with the certificate of the management API; empty for that of the TLS listeners',
  },
  managementTlsKeyFile: {
    fileKey: 'management.ssl.keyfile',
    rule: { kind: 'text', optional: true },
    default: '',
    description: 'PEM file with the key of that certificate',
  },
  managementTlsKeyPassword: {
    fileKey: 'management.ssl.password',
    rule: { kind: 'text', secret: true, optional: true },
    default: '',
    description: 'password of that key, if it is encrypted',
  },
  managementTlsCaFile: {
    fileKey: 'management.ssl.cacertfile',
    rule: { kind: 'text', optional: true },
    default: '',
    description:
      'PEM file with the authorities that client certificates are verified against; empty for that of the TLS listeners',
  },
  managementTlsVerify: {
    fileKey: 'management.ssl.verify',
    rule: { kind: 'choice', choices: ['verify_none', 'verify_peer'] },
    default: 'verify_none',
    description: 'whether clients of the management API are asked for a certificate',
  },
  managementTlsFailIfNoPeerCertificate: {
    fileKey: 'management.ssl.fail_if_no_peer_cert',
    rule: { kind: 'boolean' },
    default: false,
    description: 'with verify_peer: whether a client of the management API without a valid certificate is refused',
  },
}
