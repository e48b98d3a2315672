/** amqplib, with the callbacks of its confirm channel, which cost less than promises, and without the delay of small packets. */
import { randomUUID } from 'node:crypto'
import { connect } from 'amqplib'

/** @param {number} port */
export async function open(port) {
  const connection = await connect(`amqp://127.0.0.1:${port}`, { noDelay: true })
  const publishing = await connection.createConfirmChannel()
  const channel = await connection.createChannel()
  await channel.prefetch(1000)
  return {
    /** @param {string} queue @param {Buffer} body @param {() => void} settled */
    publish(queue, body, settled) {
      publishing.publish('', queue, body, {}, settled)
    },
    /** @param {string} queue @param {() => void} handled */
    async consume(queue, handled) {
      await channel.consume(queue, (message) => {
        if (message === null) return
        handled()
        channel.ack(message)
      })
    },
    /** @param {string} queue */
    async openRpc(queue) {
      await channel.consume(queue, (message) => {
        if (message === null) return
        const { replyTo, correlationId } = message.properties
        channel.sendToQueue(replyTo, message.content, { correlationId })
        channel.ack(message)
      })
      const asking = await connection.createChannel()
      /** @type {Map<string, (answer: unknown) => void>} */
      const pending = new Map()
      await asking.consume(
        'amq.rabbitmq.reply-to',
        (message) => {
          const id = message?.properties.correlationId
          pending.get(id)?.(message)
          pending.delete(id)
        },
        { noAck: true },
      )
      return (/** @type {Buffer} */ body) =>
        new Promise((resolve) => {
          const correlationId = randomUUID()
          pending.set(correlationId, resolve)
          asking.sendToQueue(queue, body, { correlationId, replyTo: 'amq.rabbitmq.reply-to' })
        })
    },
    /** @param {string} queue @param {Record<string, unknown>} args */
    declare: (queue, args) => channel.assertQueue(queue, { durable: false, arguments: args }),
    close: () => connection.close(),
  }
}
