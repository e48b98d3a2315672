import { createBroker } from '@warrenmq/broker'
import amqplib from 'amqplib'

const broker = await createBroker({ port: 0 })
const connection = await amqplib.connect(broker.url)
const channel = await connection.createChannel()
const { queue } = await channel.assertQueue('', { exclusive: true })
channel.sendToQueue(queue, Buffer.from('Hello from the same process!'))
await channel.consume(queue, async (message) => {
  console.log(message.content.toString())
  await connection.close()
  await broker.close()
})
