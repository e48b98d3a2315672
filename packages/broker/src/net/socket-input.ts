/**
 * Reads a socket into the working memory.
 *
 * Hot path (`npm run bench`). Node allocates 64 KiB for every read of an accepted socket. A socket that one creates oneself may bring its
 * own buffer (`onread`), so the connection is handed from the accepted socket to one made here, and all sockets read into the same place:
 * a chunk is used up before the next one is read. Its size is ours to choose too. Together that saved a third of the CPU time of scenario B
 * (docs/decisions/0004-read-into-place.md).
 *
 * The hand-over touches `_handle`, which Node does not document. Where it does not look as expected, chunks come as Node makes them.
 */

import { type OnReadOpts, Socket, type SocketConstructorOpts } from 'node:net'
import { READ_SIZE, READ_START, workingMemory } from '../memory/working-memory.ts'

/** A socket whose bytes go to `receive`. */
export interface SocketInput {
  readonly socket: Socket
  /** Chunks of this size, in bytes, come from a sender that has more. */
  readonly fullChunk: number
  /** Begins to read. A chunk is valid only during the call. */
  start(receive: (chunk: Uint8Array) => void): void
}

/** Where every socket reads to. */
const readArea = workingMemory.subarray(READ_START, READ_START + READ_SIZE)

/** What Node reads at a time. */
const FULL_CHUNK = 64 * 1024
/** What a record of TLS holds. A sender that has more fills them. */
export const FULL_TLS_CHUNK: number = 16 * 1024

/** The way that Node offers: a new buffer for each chunk. */
export function openPlainInput(socket: Socket, fullChunk: number = FULL_CHUNK): SocketInput {
  return {
    socket,
    fullChunk,
    start(receive) {
      socket.on('data', receive)
      // It was accepted paused.
      socket.resume()
    },
  }
}

/** Takes over an accepted socket that is paused (`pauseOnConnect`). `first` was read from it already. */
export function openSocketInput(accepted: Socket, first?: Uint8Array): SocketInput {
  const handle = takeHandle(accepted)
  if (handle === undefined) {
    if (first !== undefined) accepted.unshift(first)
    return openPlainInput(accepted)
  }
  let receive: (chunk: Uint8Array) => void = () => {}
  const options: SocketConstructorOpts & { handle: object; onread: OnReadOpts } = {
    handle,
    readable: true,
    writable: true,
    onread: {
      buffer: readArea,
      callback(length) {
        receive(length === READ_SIZE ? readArea : workingMemory.subarray(READ_START, READ_START + length))
        return true
      },
    },
  }
  const socket = new Socket(options)
  return {
    socket,
    fullChunk: FULL_CHUNK,
    start(newReceive) {
      receive = newReceive
      if (first !== undefined && first.length > 0) receive(first)
      if (!socket.isPaused()) socket.resume()
    },
  }
}

/** The operating system's side of a socket, which the socket then no longer has; `undefined` when it is not as expected. */
function takeHandle(socket: Socket): object | undefined {
  const owner = socket as unknown as { _handle?: { useUserBuffer?: unknown; readStart?: unknown } | null }
  const handle = owner._handle
  if (typeof handle?.useUserBuffer !== 'function' || typeof handle.readStart !== 'function') return undefined
  owner._handle = null
  // The server counts the accepted socket as gone; who ends the broker waits for connections, not for it.
  socket.destroy()
  return handle
}
