/** `@warrenmq/client`, as its documentation uses it. */
import { connect } from '@warrenmq/client'

/** Messages that a queue is filled with at most. */
const FILL_MAX = 400_000

/** @param {number} port */
export async function open(port) {
  const connection = await connect(`amqp://127.0.0.1:${port}`)
  const channel = await connection.openChannel({ prefetch: 1000 })
  const publisher = await connection.createPublisher({ window: 1000, persistent: false })
  return {
    /** @param {string} queue @param {Uint8Array} body @param {() => void} settled */
    publish(queue, body, settled) {
      publisher.publish('', queue, body).then(settled)
    },
    /** @param {string} queue @param {() => void} handled */
    async consume(queue, handled) {
      await channel.consume(queue, handled)
    },
    /** @param {string} queue */
    async openRpc(queue) {
      await channel.serve(queue, (message) => message.body)
      const rpc = await connection.createRpcClient()
      return (/** @type {Uint8Array} */ body) => rpc.request(queue, body)
    },
    /** @param {string} queue @param {Record<string, unknown>} args */
    declare: (queue, args) => channel.declareQueue(queue, { durable: false, arguments: /** @type {any} */ (args) }),
    /** Publishes for a while and returns how many messages are in the queue then. @param {string} queue @param {Uint8Array} body @param {number} windowMs */
    async fill(queue, body, windowMs) {
      const end = performance.now() + windowMs
      let count = 0
      while (performance.now() < end && count < FILL_MAX) {
        await publisher.drain()
        for (let i = 0; i < 100; i++) void publisher.publish('', queue, body)
        count += 100
      }
      await publisher.flush()
      return count
    },
    close: () => connection.close(),
  }
}
