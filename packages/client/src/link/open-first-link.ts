/** Several hosts, tried in order. */

import { ClientError } from '../errors.ts'
import type { ResolvedConnectOptions } from '../options.ts'
import type { OpenTransport } from '../transport/transport.ts'
import { type OpenedLink, openLink } from './handshake.ts'

/** Tries the hosts of a connection in order. @throws ClientError CONNECT_FAILED when there are several, or what the only one failed with. */
export async function openFirstLink(
  options: ResolvedConnectOptions,
  transport: OpenTransport,
  signal: AbortSignal,
): Promise<OpenedLink> {
  const errors: Error[] = []
  for (const target of options.targets) {
    try {
      return await openLink(target, options, transport, signal)
    } catch (error) {
      if (signal.aborted) throw error
      errors.push(asClientError(error, `${target.endpoint.host}:${target.endpoint.port}`))
    }
  }
  if (errors.length === 1) throw errors[0]
  const reasons = errors.map(({ message }) => message).join('; ')
  throw new ClientError('CONNECT_FAILED', `no host answered: ${reasons}`, { cause: new AggregateError(errors) })
}

function asClientError(error: unknown, host: string): ClientError {
  if (error instanceof ClientError) return error
  const message = error instanceof Error ? error.message : String(error)
  return new ClientError('CONNECT_FAILED', `cannot connect to ${host}: ${message}`, { cause: error })
}
