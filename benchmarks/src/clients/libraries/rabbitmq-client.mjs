/** rabbitmq-client: its publisher and RPC client, and a channel to consume, which costs less than its consumer. */
import { Connection } from 'rabbitmq-client'

/** @param {number} port */
export async function open(port) {
  const connection = new Connection({ url: `amqp://guest:guest@127.0.0.1:${port}`, noDelay: true })
  const publisher = connection.createPublisher({ confirm: true })
  const channel = await connection.acquire()
  return {
    /** @param {string} queue @param {Buffer} body @param {() => void} settled */
    publish(queue, body, settled) {
      publisher.send(queue, body).then(settled)
    },
    /** @param {string} queue @param {() => void} handled */
    async consume(queue, handled) {
      await channel.basicQos({ prefetchCount: 1000 })
      await channel.basicConsume({ queue }, (message) => {
        handled()
        channel.basicAck({ deliveryTag: message.deliveryTag })
      })
    },
    /** @param {string} queue */
    async openRpc(queue) {
      const serving = connection.createConsumer(
        { queue, queueOptions: { passive: true }, qos: { prefetchCount: 1000 } },
        async (message, reply) => {
          await reply(message.body)
        },
      )
      await new Promise((resolve) => serving.once('ready', () => resolve(undefined)))
      const rpc = connection.createRPCClient()
      return (/** @type {Buffer} */ body) => rpc.send(queue, body)
    },
    /** @param {string} queue @param {Record<string, unknown>} args */
    declare: (queue, args) => channel.queueDeclare({ queue, durable: false, arguments: args }),
    close: () => connection.close(),
  }
}
