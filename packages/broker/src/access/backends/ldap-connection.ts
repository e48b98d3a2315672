/**
 * One connection to an LDAP server, for one purpose.
 *
 * The package ldapts speaks the protocol. It is loaded with the first login.
 */

import { connect, type Socket } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import type { Client } from 'ldapts'

export interface LdapServerOptions {
  readonly timeoutMs: number
  /** Whether the connection is encrypted before anything is said; for `ldap://`. */
  readonly starttls: boolean
  /** Authorities and whether they count, for TLS of either kind. */
  readonly tls: Pick<ConnectionOptions, 'ca' | 'rejectUnauthorized'>
}

/**
 * Connects, does `work`, and ends the connection.
 *
 * @throws Error for a server that cannot be reached, is not who it should be, or takes too long.
 */
export async function withDirectory<T>(
  url: string,
  options: LdapServerOptions,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const { Client } = await import('ldapts')
  const { timeoutMs, starttls, tls } = options
  const client = new Client({
    url,
    timeout: timeoutMs,
    connectTimeout: timeoutMs,
    // With these the client speaks TLS, whatever the URL says.
    ...(url.startsWith('ldaps:') && { tlsOptions: { ...tls } }),
    ...(starttls && { createConnection: connectOnce(timeoutMs) }),
  })
  try {
    // Also for the name that the certificate has to be for.
    if (starttls) await client.startTLS({ ...tls, host: new URL(url).hostname })
    return await work(client)
  } finally {
    await client.unbind().catch(() => {})
  }
}

/**
 * A connection that is lost is not made anew: the client would forget to encrypt the next one, and send passwords in plain text. One that is
 * silent for too long is ended, also while it is being encrypted.
 */
function connectOnce(timeoutMs: number): typeof connect {
  let connected = false
  const connectNow = (...args: Parameters<typeof connect>): Socket => {
    if (connected) throw new Error('the connection was lost')
    connected = true
    const socket = connect(...args)
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no answer within ${timeoutMs} ms`)))
    return socket
  }
  return connectNow as typeof connect
}
