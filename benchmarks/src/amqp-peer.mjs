/**
 * The least client that a measurement needs: it opens a connection and asks how long a queue is.
 *
 * It serves one call at a time.
 */
import { once } from 'node:events'
import { connect } from 'node:net'
import {
  decodeMethod,
  encodeMethodFrame,
  encodePlainResponse,
  FrameParser,
  FrameType,
  PROTOCOL_HEADER,
} from '@warrenmq/codec'

/** @typedef {import('@warrenmq/codec').MethodName} MethodName */

const REPLY_LIMIT_MS = 10_000

/**
 * A client of the broker on this port, after the handshake and with channel 1 open.
 *
 * @param {number} port
 */
export async function openPeer(port) {
  const peer = await AmqpPeer.connect(port)
  await peer.call(1, 'channel.open', {}, 'channel.open-ok')
  return peer
}

/** A connection from protocol header to close. */
export class AmqpPeer {
  /** What the broker calls itself, such as `RabbitMQ 3.10.8`. */
  product = ''
  #socket
  #parser = new FrameParser()
  /** @type {import('@warrenmq/codec').Method[]} */
  #methods = []
  /** Called when a method came or the connection is over. */
  #wake = () => {}
  #failure = ''

  /** @param {import('node:net').Socket} socket A connected one. */
  constructor(socket) {
    this.#socket = socket
    socket.on('data', (chunk) => this.#receive(chunk))
    socket.on('error', (error) => this.#fail(error.message))
    socket.on('close', () => this.#fail('the connection was closed'))
  }

  /**
   * Connects and shakes hands as `guest` on the virtual host `/`.
   *
   * @param {number} port
   */
  static async connect(port) {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    await once(socket, 'connect')
    const peer = new AmqpPeer(socket)
    try {
      await peer.#shakeHands()
    } catch (error) {
      socket.destroy()
      throw error
    }
    return peer
  }

  async #shakeHands() {
    this.#socket.write(PROTOCOL_HEADER)
    const start = await this.expect('connection.start')
    const { product, version } = start.serverProperties
    this.product = `${product?.value} ${version?.value}`
    const response = encodePlainResponse('guest', 'guest')
    const tune = await this.call(
      0,
      'connection.start-ok',
      { mechanism: 'PLAIN', response, locale: 'en_US' },
      'connection.tune',
    )
    this.send(0, 'connection.tune-ok', { ...tune, heartbeat: 0 })
    await this.call(0, 'connection.open', { virtualHost: '/' }, 'connection.open-ok')
  }

  /**
   * Messages of the queue that are ready.
   *
   * @param {string} queue
   */
  async readyCount(queue) {
    const reply = await this.call(1, 'queue.declare', { queue, passive: true }, 'queue.declare-ok')
    return reply.messageCount
  }

  /** Takes leave of the broker, unless something went wrong before. */
  async close() {
    if (this.#failure) return
    await this.call(0, 'connection.close', { replyCode: 200, replyText: 'bye' }, 'connection.close-ok')
    this.#socket.destroy()
  }

  /**
   * @template {MethodName} N
   * @param {number} channel
   * @param {N} name
   * @param {import('@warrenmq/codec').MethodInput<N>} args
   */
  send(channel, name, args) {
    this.write(encodeMethodFrame(channel, name, args))
  }

  /** @param {Uint8Array} frame */
  write(frame) {
    this.#socket.write(frame)
  }

  /**
   * Sends a method and waits for its reply.
   *
   * @template {MethodName} N
   * @template {MethodName} R
   * @param {number} channel
   * @param {N} name
   * @param {import('@warrenmq/codec').MethodInput<N>} args
   * @param {R} reply
   */
  call(channel, name, args, reply) {
    this.send(channel, name, args)
    return this.expect(reply)
  }

  /**
   * The arguments of the next method, which has to be this one.
   *
   * @template {MethodName} N
   * @param {N} name
   * @returns {Promise<import('@warrenmq/codec').MethodArgs<N>>}
   */
  async expect(name) {
    if (this.#methods.length === 0 && !this.#failure) await this.#nextEvent()
    const method = this.#methods.shift()
    if (!method) throw new Error(`no ${name} from the broker: ${this.#failure || 'it took too long'}`)
    if (method.name !== name) {
      const text = 'replyText' in method.args ? ` (${method.args.replyText})` : ''
      this.#fail(`it answered ${method.name}${text} instead of ${name}`)
      throw new Error(`the broker did not do what was expected: ${this.#failure}`)
    }
    return /** @type {import('@warrenmq/codec').MethodArgs<N>} */ (method.args)
  }

  /** @returns {Promise<void>} */
  #nextEvent() {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, REPLY_LIMIT_MS)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  /** @param {Buffer} chunk */
  #receive(chunk) {
    this.#parser.push(chunk, {
      frame: (type, _channel, bytes, start, end) => {
        if (type === FrameType.method) this.#methods.push(decodeMethod(bytes.slice(start, end)))
        return end + 1
      },
    })
    if (this.#methods.length > 0) this.#wake()
  }

  /** @param {string} reason */
  #fail(reason) {
    this.#failure ||= reason
    this.#socket.destroy()
    this.#wake()
  }
}
