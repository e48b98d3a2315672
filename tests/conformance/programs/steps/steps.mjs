// The steps that src/steps.ts describes, on amqplib: node steps.mjs PREFIX
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { connect } from 'amqplib'

/**
 * @typedef {import('amqplib').ConfirmChannel} Channel
 * @typedef {import('amqplib').ChannelModel} Connection
 * @typedef {import('amqplib').ConsumeMessage} Message
 */

const LIMIT_MS = 15_000
const REPLY_TO = 'amq.rabbitmq.reply-to'
const prefix = process.argv[2]
let step = ''

/**
 * @param {string} event
 * @param {object} [fields]
 */
function say(event, fields) {
  console.log(JSON.stringify({ step, event, ...fields }))
}

/**
 * @template T
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
function within(promise) {
  const late = delay(LIMIT_MS, undefined, { ref: false }).then(() => Promise.reject(new Error('nothing came')))
  return Promise.race([promise, late])
}

/**
 * @param {Channel} channel
 * @param {string} name
 * @param {object} [args]
 */
async function declare(channel, name, args) {
  const { queue } = await channel.assertQueue(`${prefix}.${name}`, { exclusive: true, durable: false, arguments: args })
  return queue
}

/**
 * @param {Channel} channel
 * @param {string} queue
 */
async function sayWaiting(channel, queue) {
  say('waiting', { messages: (await channel.checkQueue(queue)).messageCount })
}

/**
 * @param {Channel} channel
 * @param {string} queue
 * @param {string} body
 * @param {import('amqplib').Options.Publish} [properties]
 */
function send(channel, queue, body, properties) {
  channel.sendToQueue(queue, Buffer.from(body), properties)
}

/**
 * Gets the next message, which has to come, and acknowledges it.
 *
 * @param {Channel} channel
 * @param {string} queue
 */
async function take(channel, queue) {
  for (const endMs = performance.now() + LIMIT_MS; performance.now() < endMs; await delay(10)) {
    const message = await channel.get(queue, { noAck: true })
    if (message) return message
  }
  throw new Error(`nothing came to ${queue}`)
}

/**
 * Starts a consumer; what it returns waits for the next delivery.
 *
 * @param {Channel} channel
 * @param {string} queue
 * @param {import('amqplib').Options.Consume} [options]
 */
async function consume(channel, queue, options) {
  /** @type {(Message | null)[]} */
  const arrived = []
  let wake = () => {}
  const collect = (/** @type {Message | null} */ message) => {
    arrived.push(message)
    wake()
  }
  await channel.consume(queue, collect, options)
  return async () => {
    if (arrived.length === 0) {
      await within(
        new Promise((resolve) => {
          wake = () => resolve(undefined)
        }),
      )
    }
    return /** @type {Message} */ (arrived.shift())
  }
}

/** @type {Record<string, (channel: Channel, connection: Connection) => Promise<void>>} */
const steps = {
  async confirms(channel) {
    const queue = await declare(channel, 'confirms')
    let count = 0
    for (let number = 0; number < 20; number += 1) {
      channel.sendToQueue(queue, Buffer.from(`${number}`), {}, (error) => {
        if (!error) count += 1
      })
    }
    await within(channel.waitForConfirms())
    say('confirmed', { count })
    await sayWaiting(channel, queue)
  },

  async properties(channel) {
    const queue = await declare(channel, 'properties')
    send(channel, queue, '{}', {
      contentType: 'application/json',
      correlationId: 'c-1',
      messageId: 'm-1',
      priority: 3,
      persistent: true,
      type: 'order',
      appId: 'shop',
      headers: { text: 'Grüße', number: 42, flag: true, list: ['a', 'b'], table: { inner: 'x' } },
    })
    const { content, properties } = await take(channel, queue)
    const { contentType, correlationId, messageId, priority, deliveryMode, type, appId, headers } = properties
    const rest = { contentType, correlationId, messageId, priority, deliveryMode, type, appId, headers }
    say('received', { body: `${content}`, ...rest })
  },

  async returned(channel) {
    channel.on('return', ({ content, fields }) => {
      const { replyCode: code, replyText: text, exchange, routingKey: key } = fields
      say('returned', { code, text, exchange, key, body: `${content}` })
    })
    channel.publish('amq.direct', `${prefix}.nobody`, Buffer.from('back'), { mandatory: true })
    await within(channel.waitForConfirms())
    say('confirmed')
  },

  async topic(channel) {
    const queue = await declare(channel, 'topic')
    const { exchange } = await channel.assertExchange(`${prefix}.topics`, 'topic', { durable: false, autoDelete: true })
    await channel.bindQueue(queue, exchange, 'order.*')
    await channel.bindQueue(queue, exchange, '#.paid')
    for (const key of ['order.new', 'other', 'order.new.paid', 'order.paid', 'paid']) {
      channel.publish(exchange, key, Buffer.from(key))
    }
    for (let count = 0; count < 4; count += 1) say('received', { body: `${(await take(channel, queue)).content}` })
    await sayWaiting(channel, queue)
  },

  async prefetch(channel) {
    const queue = await declare(channel, 'prefetch')
    for (const body of ['a', 'b', 'c', 'd', 'e']) send(channel, queue, body)
    await channel.prefetch(2)
    const next = await consume(channel, queue)
    for (let pair = 0; pair < 2; pair += 1) {
      say('received', { body: `${(await next()).content}` })
      const second = await next()
      say('received', { body: `${second.content}` })
      await sayWaiting(channel, queue)
      channel.ack(second, true)
    }
    const last = await next()
    say('received', { body: `${last.content}` })
    channel.ack(last)
  },

  async 'dead-letter'(channel) {
    const exchange = `${prefix}.dlx`
    const args = { 'x-dead-letter-exchange': exchange, 'x-dead-letter-routing-key': 'dead' }
    const work = await declare(channel, 'work', args)
    const dead = await declare(channel, 'dead')
    await channel.assertExchange(exchange, 'direct', { durable: false, autoDelete: true })
    await channel.bindQueue(dead, exchange, 'dead')
    send(channel, work, 'bad', { headers: { job: 7 } })
    const next = await consume(channel, work)
    channel.reject(await next(), false)
    const { content, fields, properties } = await take(channel, dead)
    const headers = properties.headers ?? {}
    const [{ time: _, ...death }] = /** @type {Record<string, unknown>[]} */ (headers['x-death'])
    const rest = { key: fields.routingKey, headers: { ...headers, 'x-death': [death] } }
    say('dead', { body: `${content}`, exchange: fields.exchange, ...rest })
  },

  async expiration(channel) {
    const target = await declare(channel, 'target')
    const args = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': target }
    const hold = await declare(channel, 'hold', args)
    send(channel, hold, 'late', { expiration: '100' })
    const { content, properties } = await take(channel, target)
    const [death] = properties.headers?.['x-death'] ?? []
    const rest = { reason: death?.reason, original: death?.['original-expiration'] }
    say('expired', { body: `${content}`, expires: properties.expiration !== undefined, ...rest })
  },

  async retry(channel) {
    const back = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': `${prefix}.retry` }
    const work = await declare(channel, 'jobs', back)
    const forth = { 'x-message-ttl': 200, 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': work }
    await declare(channel, 'retry', forth)
    await channel.prefetch(1)
    const next = await consume(channel, work)
    send(channel, work, 'job')
    let sinceMs = Number.NEGATIVE_INFINITY
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const message = await next()
      const deaths = message.properties.headers?.['x-death'] ?? []
      const died = deaths.map(({ queue, reason, count }) => `${queue} ${reason} ${count}`)
      say('attempt', { body: `${message.content}`, deaths: died, waited: performance.now() - sinceMs > 150 })
      sinceMs = performance.now()
      if (attempt < 2) channel.reject(message, false)
      else channel.ack(message)
    }
    await sayWaiting(channel, work)
  },

  async priority(channel) {
    const queue = await declare(channel, 'priority', { 'x-max-priority': 5 })
    send(channel, queue, 'none')
    for (const priority of [1, 5, 3]) send(channel, queue, `${priority}`, { priority })
    for (let count = 0; count < 4; count += 1) say('received', { body: `${(await take(channel, queue)).content}` })
  },

  async overflow(channel) {
    const queue = await declare(channel, 'overflow', { 'x-max-length': 1, 'x-overflow': 'reject-publish' })
    for (const body of ['first', 'second']) {
      channel.sendToQueue(queue, Buffer.from(body), {}, (error) => say(error ? 'refused' : 'confirmed', { body }))
      await within(channel.waitForConfirms().catch(() => {}))
    }
    await sayWaiting(channel, queue)
  },

  async rpc(channel, connection) {
    const queue = await declare(channel, 'rpc')
    const server = await connection.createConfirmChannel()
    const next = await consume(channel, REPLY_TO, { noAck: true })
    send(channel, queue, 'ping', { replyTo: REPLY_TO, correlationId: 'r-1' })
    const request = await take(server, queue)
    const { replyTo, correlationId } = request.properties
    say('request', { body: `${request.content}`, direct: replyTo.startsWith(`${REPLY_TO}.`) })
    send(server, replyTo, 'pong', { correlationId })
    const answer = await next()
    say('answer', { body: `${answer.content}`, correlationId: answer.properties.correlationId })
  },

  async cancelled(channel, connection) {
    const queue = await declare(channel, 'cancelled')
    const next = await consume(channel, queue, { consumerTag: 'watcher' })
    await (await connection.createChannel()).deleteQueue(queue)
    // amqplib tells a cancelled consumer by handing it null.
    if ((await next()) === null) say('cancelled', { tag: 'watcher' })
  },

  async refused(channel, connection) {
    const closing = once(channel, 'error')
    channel.checkQueue(`${prefix}.missing`).catch(() => {})
    const [error] = await within(closing)
    say('closed', { code: error.code, text: /"(.*)"/.exec(error.message)?.[1] })
    say('alive', { queue: await declare(await connection.createConfirmChannel(), 'alive') })
  },
}

for (const [name, run] of Object.entries(steps)) {
  step = name
  try {
    const connection = await connect(String(process.env.AMQP_URL))
    await run(await connection.createConfirmChannel(), connection)
    await connection.close()
  } catch (error) {
    say('failed', { error: String(error) })
  }
}
// A connection that failed may still be open.
process.exit()
