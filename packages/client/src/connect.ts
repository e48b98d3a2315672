/** `connect`: the way into this package. */

import { Connection } from './connection.ts'
import { openFirstLink } from './link/open-first-link.ts'
import { type ConnectOptions, resolveConnectOptions } from './options.ts'
import { openNodeTransport } from './transport/node-transport.ts'

/**
 * Connects to a broker: to the first host that answers, when there are several.
 *
 * @param target An AMQP URI, several of them, or options.
 * @throws ClientError INVALID_OPTION, LOGIN_REFUSED, CONNECTION_CLOSED (the broker refuses the vhost, for example), CONNECT_FAILED, TIMEOUT, ABORTED.
 */
export async function connect(
  target: string | readonly string[] | ConnectOptions = {},
  options: ConnectOptions = {},
): Promise<Connection> {
  const isUrl = typeof target === 'string' || Array.isArray(target)
  const given: ConnectOptions = isUrl
    ? { ...options, url: target as string | readonly string[] }
    : { ...(target as ConnectOptions), ...options }
  const resolved = resolveConnectOptions(given)
  const transport = resolved.transport ?? openNodeTransport
  const open = (signal: AbortSignal) => openFirstLink(resolved, transport, signal)
  return new Connection(resolved, open, await open(given.signal ?? new AbortController().signal))
}
