import amqplib from 'amqplib'

const connection = await amqplib.connect(process.env.AMQP_URL ?? 'amqp://localhost')
const channel = await connection.createConfirmChannel()
await channel.assertQueue('hello')
await channel.consume('hello', async (message) => {
  console.log(message.content.toString())
  channel.ack(message)
  await channel.close()
  await connection.close()
})
channel.sendToQueue('hello', Buffer.from('Hello World!'))
