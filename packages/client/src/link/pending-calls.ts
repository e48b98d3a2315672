/**
 * Calls of a channel that wait for their answers. Answers to the same method come in order; beyond that RabbitMQ's may overtake each other, since a queue
 * answers `basic.consume` and `basic.cancel` by itself.
 */

import { CodecError, type Method, type MethodName, methodDefinition } from '@warrenmq/codec'
import type { Message } from '../message/message.ts'

interface PendingCall {
  readonly name: MethodName
  /** Of `basic.consume` and `basic.cancel`, whose answers name it. */
  readonly consumerTag: string | undefined
  /** Of `basic.get`. */
  readonly noAck: boolean
  resolve(answer: unknown): void
  reject(error: Error): void
}

/** Answer of `basic.get`. */
interface Fetched {
  readonly message: Message
  readonly messageCount: number
}

export class PendingCalls {
  readonly #calls: PendingCall[] = []

  /** Resolves to the answer of a method that is sent now. */
  add(name: MethodName, consumerTag?: string): Promise<Method> {
    return this.#add(name, consumerTag, false) as Promise<Method>
  }

  addGet(noAck: boolean): Promise<Fetched | undefined> {
    return this.#add('basic.get', undefined, noAck) as Promise<Fetched | undefined>
  }

  /** Whether what is fetched next needs no acknowledgement. */
  get nextIsNoAck(): boolean {
    return this.#calls.find(({ name }) => name === 'basic.get')?.noAck === true
  }

  /** @throws CodecError when it answers nothing that was asked. */
  settle(method: Method): void {
    const tag = 'consumerTag' in method.args && method.args.consumerTag
    const at = this.#calls.findIndex(
      ({ name, consumerTag }) =>
        methodDefinition(name).replies.includes(method.name) && (consumerTag === undefined || consumerTag === tag),
    )
    if (at < 0) {
      throw new CodecError('UNKNOWN_METHOD', `${method.name} answers nothing that was asked`, { methodId: method.id })
    }
    const [call] = this.#calls.splice(at, 1)
    call.resolve(method.name === 'basic.get-empty' ? undefined : method)
  }

  settleGet(fetched: Fetched): void {
    const at = this.#calls.findIndex(({ name }) => name === 'basic.get')
    if (at < 0) throw new CodecError('UNKNOWN_METHOD', 'a message came that nobody fetched')
    const [call] = this.#calls.splice(at, 1)
    call.resolve(fetched)
  }

  rejectAll(error: Error): void {
    for (const call of this.#calls.splice(0)) call.reject(error)
  }

  #add(name: MethodName, consumerTag: string | undefined, noAck: boolean): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#calls.push({ name, consumerTag, noAck, resolve, reject })
    })
  }
}
