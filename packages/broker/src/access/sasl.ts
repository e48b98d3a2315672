/**
 * SASL mechanisms: what a client sends to log in, taken apart. Whether it is right is decided elsewhere.
 */

import { decodeAmqplainResponse, decodePlainResponse } from '@warrenmq/codec'

/** The names that a client's verified certificate gives. */
export interface CertificateNames {
  readonly commonName: string | undefined
  /** The whole subject, the most specific part first: `CN=client,O=example` (RFC 2253). */
  readonly distinguishedName: string
}

/** What a mechanism may know beside the response. */
export interface SaslContext {
  /** `undefined` when the client gave none, or none that could be verified. */
  readonly certificate: CertificateNames | undefined
  /** Which of its names is the user's. */
  readonly certificateLogin: 'distinguished_name' | 'common_name'
}

/** What a response leads to. */
export type SaslStep =
  /** To be checked; without `password` the transport has proved who it is. */
  | { readonly kind: 'credentials'; readonly user: string; readonly password: string | undefined }
  /** To be answered by the client, with what `next` takes. */
  | { readonly kind: 'challenge'; readonly challenge: string; next(response: Uint8Array): SaslStep }
  /** Nobody may come in this way. */
  | { readonly kind: 'refused'; readonly user: string }
  /** Not what the mechanism prescribes. */
  | { readonly kind: 'malformed' }

type Mechanism = (response: Uint8Array, context: SaslContext) => SaslStep

const MALFORMED: SaslStep = { kind: 'malformed' }
/** RABBIT-CR-DEMO has the password in a sentence. */
const DEMO_ANSWER = 'My password is '

const MECHANISMS: ReadonlyMap<string, Mechanism> = new Map<string, Mechanism>([
  ['PLAIN', plain],
  ['AMQPLAIN', amqplain],
  ['EXTERNAL', external],
  ['RABBIT-CR-DEMO', demo],
])

/** The mechanisms that can be configured. */
export const SASL_MECHANISMS: readonly string[] = [...MECHANISMS.keys()]

/** Takes the first response of a mechanism. */
export function beginSasl(mechanism: string, response: Uint8Array, context: SaslContext): SaslStep {
  return MECHANISMS.get(mechanism)?.(response, context) ?? MALFORMED
}

function plain(response: Uint8Array): SaslStep {
  const credentials = decodePlainResponse(response)
  // RabbitMQ takes no identity to act as.
  if (credentials === undefined || credentials.authzid !== '') return MALFORMED
  return { kind: 'credentials', user: credentials.user, password: credentials.password }
}

function amqplain(response: Uint8Array): SaslStep {
  const credentials = decodeAmqplainResponse(response)
  return credentials === undefined ? MALFORMED : { kind: 'credentials', ...credentials }
}

/** The user is whom the certificate names; the response says nothing that counts. */
function external(_response: Uint8Array, { certificate, certificateLogin }: SaslContext): SaslStep {
  const user = certificateLogin === 'common_name' ? certificate?.commonName : certificate?.distinguishedName
  if (user === undefined || user === '') return { kind: 'refused', user: '' }
  return { kind: 'credentials', user, password: undefined }
}

/** RabbitMQ's demonstration of challenge and response. It hides nothing. */
function demo(response: Uint8Array): SaslStep {
  const user = Buffer.from(response).toString()
  const next = (answer: Uint8Array): SaslStep => {
    const text = Buffer.from(answer).toString()
    if (!text.startsWith(DEMO_ANSWER)) return MALFORMED
    return { kind: 'credentials', user, password: text.slice(DEMO_ANSWER.length) }
  }
  return { kind: 'challenge', challenge: 'Please tell me your password', next }
}
