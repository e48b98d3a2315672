/** Takes the steps of a session: what is sent for each, and the answer that it waits for. */

import { type Command, POLICIES, type SessionPolicy } from './commands.ts'
import type { SessionChannel } from './session-channel.ts'
import type { Place } from './session-runner.ts'
import type { SessionView } from './session-view.ts'

export class SessionSteps {
  readonly #place: Place
  readonly #view: SessionView
  /** Those that are set. */
  readonly #policies = new Set<SessionPolicy['name']>()
  #published = 0

  constructor(place: Place, view: SessionView) {
    this.#place = place
    this.#view = view
  }

  hasPolicy(name: SessionPolicy['name']): boolean {
    return this.#policies.has(name)
  }

  async perform(command: Command, channel: SessionChannel): Promise<void> {
    const link = this.#view.linkOf(channel)
    const { number } = channel
    switch (command.kind) {
      case 'declare-queue': {
        const { queue, durable, autoDelete, args } = command
        link.send(number, 'queue.declare', { queue, durable, autoDelete, arguments: args })
        await this.#view.answer(channel, 'queue.declare-ok')
        this.#view.asked.add(queue)
        return
      }
      case 'delete-queue': {
        const { queue, ifUnused, ifEmpty } = command
        link.send(number, 'queue.delete', { queue, ifUnused, ifEmpty })
        return this.#view.answer(channel, 'queue.delete-ok')
      }
      case 'purge':
        link.send(number, 'queue.purge', { queue: command.queue })
        return this.#view.answer(channel, 'queue.purge-ok')
      case 'declare-exchange': {
        const { exchange, type, durable, autoDelete, internal, args } = command
        link.send(number, 'exchange.declare', { exchange, type, durable, autoDelete, internal, arguments: args })
        return this.#view.answer(channel, 'exchange.declare-ok')
      }
      case 'delete-exchange':
        link.send(number, 'exchange.delete', { exchange: command.exchange, ifUnused: command.ifUnused })
        return this.#view.answer(channel, 'exchange.delete-ok')
      case 'bind':
      case 'unbind': {
        const { kind, queue, exchange, key, args } = command
        link.send(number, `queue.${kind}`, { queue, exchange, routingKey: key, arguments: args })
        return this.#view.answer(channel, `queue.${kind}-ok`)
      }
      case 'bind-exchange':
      case 'unbind-exchange': {
        const { kind, to, exchange, key, args } = command
        const what = kind === 'bind-exchange' ? 'bind' : 'unbind'
        link.send(number, `exchange.${what}`, { destination: to, source: exchange, routingKey: key, arguments: args })
        return this.#view.answer(channel, `exchange.${what}-ok`)
      }
      case 'publish': {
        const { exchange, key, mandatory, count, padding, properties } = command
        for (let copy = 0; copy < count; copy++) {
          const body = Buffer.from(`m${this.#published++}`.padEnd(padding, '.'))
          link.publish(number, { exchange, routingKey: key, mandatory }, body, properties)
          channel.published++
        }
        return
      }
      case 'consume': {
        const { queue, tag, noAck, exclusive, args } = command
        link.send(number, 'basic.consume', { queue, consumerTag: tag, noAck, exclusive, arguments: args })
        channel.consumers.set(tag, { queue, noAck, isLimited: channel.prefetch > 0 && !noAck })
        return this.#view.answer(channel, 'basic.consume-ok')
      }
      case 'cancel':
        link.send(number, 'basic.cancel', { consumerTag: command.tag })
        await this.#view.answer(channel, 'basic.cancel-ok')
        channel.consumers.delete(command.tag)
        return
      case 'get':
        link.send(number, 'basic.get', { queue: command.queue, noAck: command.noAck })
        channel.got = { queue: command.queue, noAck: command.noAck, isLimited: false }
        return
      case 'settle': {
        const { how, multiple, requeue, pick } = command
        const deliveryTag = channel.settle(pick, multiple && how !== 'reject')
        if (deliveryTag === undefined) return
        if (how === 'ack') link.send(number, 'basic.ack', { deliveryTag, multiple })
        else if (how === 'nack') link.send(number, 'basic.nack', { deliveryTag, multiple, requeue })
        else link.send(number, 'basic.reject', { deliveryTag, requeue })
        return
      }
      case 'recover':
        link.send(number, 'basic.recover', { requeue: true })
        channel.recover()
        return
      case 'qos':
        link.send(number, 'basic.qos', { prefetchCount: command.count, global: command.global })
        if (!command.global) channel.prefetch = command.count
        return this.#view.answer(channel, 'basic.qos-ok')
      case 'confirm':
        link.send(number, 'confirm.select')
        await this.#view.answer(channel, 'confirm.select-ok')
        if (link.isOpen(number)) channel.startConfirms()
        return
      case 'tx':
        link.send(number, `tx.${command.what}`)
        await this.#view.answer(channel, `tx.${command.what}-ok`)
        channel.isTransactional = link.isOpen(number)
        return
      case 'set-policy':
        return this.#setPolicy(command.policy)
      case 'clear-policy':
        return this.#clearPolicy(command.name)
      case 'close-channel':
        return this.closeChannel(channel)
      case 'close-connection':
        await link.close()
        this.#view.lines.push(`  connection ${channel.connection} closed`)
        return
    }
  }

  async closeChannel(channel: SessionChannel): Promise<void> {
    const link = this.#view.linkOf(channel)
    if (!link.isOpen(channel.number)) return
    link.send(channel.number, 'channel.close', { replyCode: 200 })
    await this.#view.answer(channel, 'channel.close-ok')
    channel.reset()
  }

  async clearPolicies(): Promise<void> {
    for (const name of this.#policies) await this.#clearPolicy(name)
  }

  async #setPolicy({ name, pattern, definition }: SessionPolicy): Promise<void> {
    const { admin, vhost } = this.#place
    this.#policies.add(name)
    if (name === 'o0') await admin.putOperatorPolicy(vhost, name, { pattern, definition, applyTo: 'queues' })
    else await admin.putPolicy(vhost, name, { pattern, definition, priority: POLICIES.indexOf(name) })
  }

  async #clearPolicy(name: SessionPolicy['name']): Promise<void> {
    const { admin, vhost } = this.#place
    if (name === 'o0') await admin.deleteOperatorPolicy(vhost, name)
    else await admin.deletePolicy(vhost, name)
    this.#policies.delete(name)
  }
}
