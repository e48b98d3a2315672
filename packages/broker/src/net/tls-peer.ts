/**
 * What TLS says of a client: for listings, and for the SASL mechanism EXTERNAL.
 */

import type { TLSSocket } from 'node:tls'

/** One of the names in a certificate's extension. */
export interface SubjectAlternativeName {
  /** `DNS`, `IP Address`, `email`, `URI` or `DirName`, as OpenSSL writes it. */
  readonly type: string
  readonly value: string
}

/** The certificate of a client, verified against the configured authorities. */
export interface PeerCertificate {
  /** The subject's CN; several with commas between them, as RabbitMQ writes them. */
  readonly commonName: string | undefined
  /** The whole subject, the most specific part first: `CN=client,O=example` (RFC 2253). */
  readonly distinguishedName: string
  readonly subjectAlternativeNames: readonly SubjectAlternativeName[]
}

export interface TlsPeer {
  /** `TLSv1.2` or `TLSv1.3`. */
  readonly protocol: string
  readonly cipher: string
  /** `undefined` when it gave none, or none was asked for. */
  readonly certificate: PeerCertificate | undefined
}

/** Describes a client after the handshake. Its certificate has to be verified already. */
export function describeTlsPeer(socket: TLSSocket): TlsPeer {
  const certificate = socket.getPeerX509Certificate()
  const commonName = certificate?.toLegacyObject().subject?.CN as string | string[] | undefined
  return {
    protocol: socket.getProtocol() ?? '',
    cipher: socket.getCipher().name,
    certificate: certificate && {
      commonName: Array.isArray(commonName) ? commonName.join(',') : commonName,
      distinguishedName: (certificate.subject ?? '').split('\n').reverse().join(','),
      subjectAlternativeNames: parseAlternativeNames(certificate.subjectAltName ?? ''),
    },
  }
}

/** Reads `DNS:a.example, URI:"a, b"`: a value with special characters stands in quotes, as a JSON string. */
export function parseAlternativeNames(text: string): SubjectAlternativeName[] {
  const names = text.matchAll(/(?:^|, )([^:,"]+):("(?:[^"\\]|\\.)*"|[^,"]*)/g)
  return Array.from(names, ([, type, value]) => ({
    type,
    value: value.startsWith('"') ? JSON.parse(value) : value,
  }))
}
