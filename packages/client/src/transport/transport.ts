/**
 * What the client needs of the way to the broker: a stream of bytes in both directions. `node-transport.ts` is the one over TCP and TLS;
 * others, a WebSocket for example, are given as `ConnectOptions.transport`.
 */

/** Where a broker is. */
export interface Endpoint {
  /** Name or address, without brackets. */
  readonly host: string
  readonly port: number
  readonly tls: boolean
}

/** Who hears of a transport. */
export interface TransportListener {
  /** Bytes came. They belong to the receiver: the transport must not write into them again. */
  received(chunk: Uint8Array): void
  /** What was behind has been sent. */
  drained(): void
  /** Nothing comes or goes any more; called once. `error` is `undefined` when the peer ended it in order. */
  ended(error: Error | undefined): void
}

/** A stream that is open. */
export interface Transport {
  /** Bytes that were taken by `write` and not yet sent. While it is 0 after a write, the bytes given are free to be changed. */
  readonly waitingSize: number
  /** Takes pieces, in order, to send in as few writes as it can. They must not change before they are sent. */
  write(pieces: readonly Uint8Array[]): void
  /** Stops and goes on reading. */
  pause(): void
  resume(): void
  /** Ends it once everything is sent; cuts it at once with `cut`. `ended` follows. */
  close(cut: boolean): void
}

/** Opens a stream to an endpoint. It must give up when the signal is given. */
export type OpenTransport = (
  endpoint: Endpoint,
  listener: TransportListener,
  options: TransportOptions,
) => Promise<Transport>

/** What a transport is opened with. */
export interface TransportOptions {
  readonly signal: AbortSignal
  readonly tls: TlsOptions
}

/** Settings of TLS, as Node's `tls.connect` takes them, and files. */
export interface TlsOptions {
  /** Certificates of authorities to trust, in PEM. @default those that Node trusts */
  readonly ca?: string | Uint8Array | readonly (string | Uint8Array)[]
  /** The client's certificate, in PEM. */
  readonly cert?: string | Uint8Array
  /** Key of the client's certificate, in PEM. */
  readonly key?: string | Uint8Array
  /** Certificate and key of the client in one, as PKCS #12. */
  readonly pfx?: string | Uint8Array
  readonly passphrase?: string
  /** Files with the above, read anew for each connection. */
  readonly caFile?: string
  readonly certFile?: string
  readonly keyFile?: string
  /** Name to ask for and to verify. @default the host */
  readonly servername?: string
  /** Whether the broker's certificate is verified. @default true */
  readonly rejectUnauthorized?: boolean
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3'
  readonly ciphers?: string
}
