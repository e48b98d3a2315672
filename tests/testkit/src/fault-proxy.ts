/** A TCP proxy in front of a broker that does to connections what networks do: cuts them, falls silent, is slow, brings garbage. */

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

interface Pair {
  readonly client: Socket
  readonly broker: Socket
}

export class FaultProxy implements AsyncDisposable {
  /** Where the broker is; may change, as when it is started again. */
  brokerPort: number
  /** Connections that were accepted. */
  acceptedCount = 0
  /** Whether new connections are cut at once. */
  refusing = false
  /** Whether bytes are kept back in both directions, as on a half-open connection. They are lost when it is cut. */
  silent = false
  /** How long each piece of bytes is kept back, in milliseconds. */
  delayMs = 0
  readonly #server: Server
  readonly #pairs = new Set<Pair>()
  readonly #abandoned: Socket[] = []

  constructor(server: Server, brokerPort: number) {
    this.#server = server
    this.brokerPort = brokerPort
    server.on('connection', (client) => this.#accept(client))
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Connections that are there now. */
  get openCount(): number {
    return this.#pairs.size
  }

  /** Cuts all connections, in both directions. What is under way is lost. */
  cut(): void {
    for (const { client, broker } of [...this.#pairs]) {
      client.resetAndDestroy()
      broker.resetAndDestroy()
    }
  }

  /** Cuts the clients, and leaves the broker with connections on which nothing comes. */
  cutClients(): void {
    for (const pair of [...this.#pairs]) {
      this.#pairs.delete(pair)
      this.#abandoned.push(pair.broker)
      pair.broker.removeAllListeners('close')
      pair.client.removeAllListeners('close')
      pair.client.resetAndDestroy()
    }
  }

  /** Cuts what `cutClients` has left. */
  cutBroker(): void {
    for (const broker of this.#abandoned.splice(0)) broker.resetAndDestroy()
  }

  /** Sends bytes to all clients that the broker did not send. */
  inject(bytes: Uint8Array): void {
    for (const { client } of this.#pairs) client.write(bytes)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.refusing = true
    this.#server.close()
    this.cut()
    this.cutBroker()
  }

  #accept(client: Socket): void {
    this.acceptedCount++
    client.on('error', () => {})
    if (this.refusing) {
      client.resetAndDestroy()
      return
    }
    const broker = connect(this.brokerPort, '127.0.0.1')
    broker.on('error', () => client.destroy())
    const pair = { client, broker }
    this.#pairs.add(pair)
    this.#forward(client, broker)
    this.#forward(broker, client)
    const end = () => {
      this.#pairs.delete(pair)
      client.destroy()
      broker.destroy()
    }
    client.on('close', end)
    broker.on('close', end)
  }

  #forward(from: Socket, to: Socket): void {
    from.on('data', (chunk: Uint8Array) => {
      if (this.silent) return
      if (this.delayMs === 0) to.write(chunk)
      else setTimeout(() => to.writable && to.write(chunk), this.delayMs)
    })
    from.on('end', () => to.end())
  }
}

/** Starts a proxy in front of a broker. */
export async function startFaultProxy(brokerPort: number): Promise<FaultProxy> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  return new FaultProxy(server, brokerPort)
}
