/**
 * Addresses to listen on as they are written in options: `5672`, `127.0.0.1:5672`, `[::1]:5672`, `::1:5672`.
 */

/** Where to listen. */
export interface ListenAddress {
  readonly host: string
  /** 0 lets the system choose one. */
  readonly port: number
}

const PORT_MAX = 65_535

/** Reads an address; one without a host gets `defaultHost`. Returns `undefined` for what is none. */
export function parseListenAddress(text: string, defaultHost: string): ListenAddress | undefined {
  const parts = /^(?:\[([^[\]]+)\]:|([^[\]]+):)?(\d{1,5})$/.exec(text)
  if (parts === null || Number(parts[3]) > PORT_MAX) return undefined
  return { host: parts[1] ?? parts[2] ?? defaultHost, port: Number(parts[3]) }
}
