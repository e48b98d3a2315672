/**
 * A channel of one link. It lives until the channel or the link closes, once; what the user holds lives longer and gets another one.
 *
 * Hot path (`benchmarks/src/clients`): deliveries and confirms are read where they lie.
 */

import {
  CodecError,
  decodeMethod,
  encodeMethodFrame,
  FrameType,
  type Method,
  MethodId,
  type MethodInput,
  type MethodName,
  writeMethodFrame,
} from '@warrenmq/codec'
import { readUint32 } from '@warrenmq/codec/internal'
import { ClientError, ClosedError } from '../errors.ts'
import { Message, type MessageSource } from '../message/message.ts'
import type { MessageProperties } from '../message/properties.ts'
import { Acknowledger, type AckOutput } from './acknowledger.ts'
import type { ChannelHost, DeliverySink, LinkChannelOwner } from './channel-roles.ts'
import { ContentAssembly } from './content-assembly.ts'
import { type ContentBounds, findContent } from './content-bounds.ts'
import { equalText, readTag } from './delivery-fields.ts'
import { PendingCalls } from './pending-calls.ts'
import { PublishWriter } from './publish-writer.ts'

/** Short room for methods without strings. */
const ACK_FRAME_SIZE = 21

const decoder = new TextDecoder()

function channelGone(): ClientError {
  return new ClientError('CHANNEL_CLOSED', 'the channel is closed')
}

export class LinkChannel implements MessageSource, AckOutput {
  readonly number: number
  isOpen = true
  owner: LinkChannelOwner

  readonly #host: ChannelHost
  readonly #calls = new PendingCalls()
  readonly #consumers = new Map<string, DeliverySink>()
  readonly #acknowledger: Acknowledger = new Acknowledger(this)
  readonly #writer: PublishWriter
  readonly #flushAcks = () => {
    if (this.isOpen) this.#acknowledger.flush()
  }
  readonly #bounds: ContentBounds = { headerStart: 0, headerEnd: 0, bodyStart: 0, bodyEnd: 0, next: 0 }
  #assembly: ContentAssembly | undefined = undefined
  #lastTag = ''
  #lastConsumer: DeliverySink | undefined = undefined
  #closing = false

  constructor(number: number, host: ChannelHost, owner: LinkChannelOwner) {
    this.number = number
    this.owner = owner
    this.#host = host
    this.#writer = new PublishWriter(host.output, number, host.frameSizeMax)
  }

  /** Sends a method and resolves to the arguments of its answer. @throws ClientError CHANNEL_CLOSED, CONNECTION_LOST and so on. */
  call<N extends MethodName>(name: N, args: MethodInput<N>): Promise<Method> {
    if (!this.isOpen || this.#closing) return Promise.reject(channelGone())
    try {
      this.send(name, args)
    } catch (error) {
      return Promise.reject(error)
    }
    const { consumerTag } = args as { readonly consumerTag?: string }
    // Without a tag the broker makes one up.
    return this.#calls.add(name, consumerTag || undefined)
  }

  /** `basic.get`: the message, or `undefined` for none. */
  async get(queue: string, noAck: boolean): Promise<{ message: Message; messageCount: number } | undefined> {
    if (!this.isOpen || this.#closing) throw channelGone()
    this.send('basic.get', { queue, noAck })
    return this.#calls.addGet(noAck)
  }

  send<N extends MethodName>(name: N, args: MethodInput<N>): void {
    const { output } = this.#host
    const offset = output.reserve(ACK_FRAME_SIZE)
    try {
      output.advance(writeMethodFrame(output.page, offset, this.number, name, args))
    } catch (error) {
      if (!(error instanceof CodecError) || error.code !== 'BUFFER_TOO_SMALL') throw error
      // The rest of the page is too small, or the arguments are large.
      this.#host.output.write(encodeMethodFrame(this.number, name, args))
    }
  }

  /** Appends a message to the output. @throws CodecError for properties that cannot be sent. */
  publish(
    exchange: string,
    routingKey: string,
    mandatory: boolean,
    persistent: boolean,
    contentType: string | undefined,
    properties: MessageProperties,
    body: Uint8Array,
  ): void {
    this.#writer.write(exchange, routingKey, mandatory, persistent, contentType, properties, body)
  }

  addConsumer(tag: string, sink: DeliverySink): void {
    this.#consumers.set(tag, sink)
    this.#lastConsumer = undefined
    this.#lastTag = ''
  }

  /** Nothing may come for it any more: it was cancelled. */
  removeConsumer(tag: string): void {
    this.#consumers.delete(tag)
    this.#lastConsumer = undefined
    this.#lastTag = ''
  }

  /** Closes the channel and resolves once the broker has answered. */
  async close(): Promise<void> {
    if (!this.isOpen || this.#closing) return
    this.#acknowledger.flush()
    const closed = this.call('channel.close', { replyCode: 200, replyText: '' })
    this.#closing = true
    await closed
  }

  // MessageSource

  acknowledge(deliveryTag: number): boolean {
    if (!this.isOpen) return false
    this.#acknowledger.acknowledge(deliveryTag)
    return true
  }

  reject(deliveryTag: number, requeue: boolean): boolean {
    if (!this.isOpen) return false
    this.send('basic.nack', { deliveryTag, requeue })
    this.#acknowledger.settled(deliveryTag)
    return true
  }

  // AckOutput

  writeAck(deliveryTag: number, multiple: boolean): void {
    this.send('basic.ack', { deliveryTag, multiple })
  }

  scheduleAcks(): void {
    this.#host.output.beforeFlush(this.#flushAcks)
  }

  // What the link reads

  /** Takes a frame and returns where to go on. @throws CodecError for what the broker must not send. */
  frame(type: number, bytes: Uint8Array, start: number, end: number, bytesEnd: number): number {
    if (type !== FrameType.method) return this.#content(type, bytes, start, end)
    if (this.#assembly !== undefined) throw new CodecError('MALFORMED_ARGUMENTS', 'method inside a message')
    switch (readUint32(bytes, start)) {
      case MethodId.basicDeliver:
        return this.#deliver(bytes, start, end, bytesEnd)
      case MethodId.basicAck:
      case MethodId.basicNack:
        if (end - start < 13) throw new CodecError('MALFORMED_ARGUMENTS', 'confirm cut short')
        this.owner.confirmed(
          readTag(bytes, start + 4),
          (bytes[start + 12] & 1) !== 0,
          readUint32(bytes, start) === MethodId.basicAck,
        )
        break
      case MethodId.basicGetOk:
      case MethodId.basicReturn:
        this.#assembly = new ContentAssembly(bytes.slice(start, end))
        break
      default:
        this.#method(decodeMethod(bytes, start, end))
    }
    return end + 1
  }

  /** The link is gone. */
  lost(error: Error): void {
    this.#end(error, error)
  }

  #method(method: Method): void {
    switch (method.name) {
      case 'channel.close': {
        this.send('channel.close-ok', {})
        // Ours has crossed it, and is answered as well: until then the number must not be used again.
        if (this.#closing) return
        const error = new ClosedError('CHANNEL_CLOSED', method.args)
        this.#end(error, error)
        return
      }
      case 'channel.close-ok':
        this.#calls.settle(method)
        this.#end(channelGone(), undefined)
        return
      case 'basic.cancel': {
        const { consumerTag, noWait } = method.args
        const consumer = this.#consumers.get(consumerTag)
        this.removeConsumer(consumerTag)
        if (!noWait) this.send('basic.cancel-ok', { consumerTag })
        consumer?.cancelled()
        return
      }
      case 'channel.flow':
        this.send('channel.flow-ok', { active: method.args.active })
        return
      default:
        this.#calls.settle(method)
    }
  }

  #deliver(bytes: Uint8Array, start: number, end: number, bytesEnd: number): number {
    const bounds = this.#bounds
    if (!findContent(bounds, this.number, bytes, end + 1, bytesEnd, this.#host.frameSizeMax)) {
      this.#assembly = new ContentAssembly(bytes.slice(start, end))
      return end + 1
    }
    const { headerStart, headerEnd, bodyStart, bodyEnd } = bounds
    this.#handOver(bytes, start, end, bytes, headerStart, headerEnd, bytes, bodyStart, bodyEnd)
    return bounds.next
  }

  #content(type: number, bytes: Uint8Array, start: number, end: number): number {
    const assembly = this.#assembly
    if (assembly === undefined) throw new CodecError('MALFORMED_ARGUMENTS', 'content without a method')
    const payload = bytes.subarray(start, end)
    const complete = type === FrameType.header ? assembly.takeHeader(payload) : assembly.takeBody(payload)
    if (!complete) return end + 1
    this.#assembly = undefined
    const { method, body } = assembly
    const header = assembly.header as Uint8Array
    if (readUint32(method, 0) === MethodId.basicDeliver) {
      this.#handOver(method, 0, method.length, header, 0, header.length, body, 0, body.length)
    } else {
      this.#assembled(decodeMethod(method), method, header, body)
    }
    return end + 1
  }

  /** A message that is complete and no delivery. */
  #assembled(method: Method, bytes: Uint8Array, header: Uint8Array, body: Uint8Array): void {
    if (method.name === 'basic.get-ok') {
      const { deliveryTag, redelivered, messageCount } = method.args
      const noAck = this.#calls.nextIsNoAck
      if (noAck) this.#acknowledger.settled(Number(deliveryTag))
      const route = 13
      const message = new Message(
        this,
        '',
        Number(deliveryTag),
        redelivered,
        noAck,
        bytes,
        route,
        header,
        0,
        header.length,
        body,
        0,
        body.length,
      )
      this.#calls.settleGet({ message, messageCount })
    } else if (method.name === 'basic.return') {
      const route = 4 + 2 + 1 + bytes[6]
      const message = new Message(
        this,
        '',
        0,
        false,
        true,
        bytes,
        route,
        header,
        0,
        header.length,
        body,
        0,
        body.length,
      )
      this.owner.returned(message, method.args)
    }
  }

  /** A delivery: `consumer tag | delivery tag 64 | redelivered 8 | exchange | routing key`. */
  #handOver(
    bytes: Uint8Array,
    start: number,
    end: number,
    headerBytes: Uint8Array,
    headerStart: number,
    headerEnd: number,
    bodyBytes: Uint8Array,
    bodyStart: number,
    bodyEnd: number,
  ): void {
    const tagEnd = start + 5 + bytes[start + 4]
    const route = tagEnd + 9
    const key = route + 1 + bytes[route]
    if (key >= end || key + 1 + bytes[key] > end) throw new CodecError('MALFORMED_ARGUMENTS', 'delivery cut short')
    if (!equalText(this.#lastTag, bytes, start + 4)) {
      this.#lastTag = decoder.decode(bytes.subarray(start + 5, tagEnd))
      this.#lastConsumer = this.#consumers.get(this.#lastTag)
    }
    const consumer = this.#lastConsumer
    const tag = readTag(bytes, tagEnd)
    const noAck = consumer?.noAck === true
    if (noAck) this.#acknowledger.settled(tag)
    const message = new Message(
      this,
      this.#lastTag,
      tag,
      bytes[tagEnd + 8] !== 0,
      noAck,
      bytes,
      route,
      headerBytes,
      headerStart,
      headerEnd,
      bodyBytes,
      bodyStart,
      bodyEnd,
    )
    consumer?.deliver(message)
  }

  #end(callError: Error, error: Error | undefined): void {
    if (!this.isOpen) return
    this.isOpen = false
    this.#host.channelEnded(this.number)
    this.#calls.rejectAll(callError)
    this.#consumers.clear()
    this.#lastConsumer = undefined
    this.owner.ended(error)
  }
}
