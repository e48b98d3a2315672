/**
 * The channels of a connection that is open: frames to channels, and what goes wrong in one to its close.
 *
 * Hot path (`npm run bench`) as far as `frame` and `#channelFrame`.
 */

import { CodecError, decodeMethod, FrameType, MethodId, methodName, ReplyCode } from '@warrenmq/codec'
import { readUint32 } from '@warrenmq/codec/internal'
import { type Rights, RightsPending } from '../../access/rights.ts'
import { AmqpException, ChannelException, ConnectionException, closeArguments } from '../../errors.ts'
import { channelChanged, connectionClosed, connectionCreated } from '../../events/connection-events.ts'
import { assertUserMayOpenChannel } from '../../limits/admission.ts'
import type { UserUsage } from '../../limits/user-limits.ts'
import { FRAME_HEADER_SIZE } from '../../queue/message.ts'
import type { Vhost } from '../../vhost/vhost.ts'
import { Channel } from './channel.ts'
import type { AmqpConnection } from './connection.ts'
import { handleChannelMethod } from './handlers/index.ts'
import { contentError, internalError, methodError, unexpectedFrame, unknownFrame } from './method-errors.ts'
import { ReplyHold } from './reply-hold.ts'
import { NODE_NAME } from './server-properties.ts'

const ACK_SIZE = 13
const METHOD_ID_SIZE = 4
const TWO_TO_32 = 2 ** 32

export class Session {
  readonly vhost: Vhost
  readonly rights: Rights
  readonly channels: Map<number, Channel> = new Map()
  readonly #connection: AmqpConnection
  readonly #channelMax: number
  /** What the user has open; channels here count in it. */
  readonly #usage: UserUsage
  #lastChannel: Channel | undefined
  /** Only where anything is durable. */
  readonly #replyHold: ReplyHold | undefined

  constructor(connection: AmqpConnection, vhost: Vhost, rights: Rights, channelMax: number) {
    this.#connection = connection
    this.vhost = vhost
    this.rights = rights
    this.#channelMax = channelMax
    vhost.connectionCount++
    connection.services.statistics.churn.connection_created++
    connectionCreated(connection, vhost)
    const { usages, metadata, journal, turn } = connection.services
    this.#usage = usages.connectionOpened(connection.user)
    if (metadata !== undefined) {
      const failed = (exception: ConnectionException) => connection.fail(exception, 0)
      this.#replyHold = new ReplyHold(connection.output, metadata, journal, turn, failed)
    }
  }

  /**
   * Takes a frame of a channel, not of channel 0, and returns the offset to go on at: also after a fault, as a close-ok will follow. It
   * is -1 when the frame has to wait for an answer about rights.
   */
  frame(type: number, channelNumber: number, bytes: Uint8Array, start: number, end: number, bytesEnd: number): number {
    let channel = this.#lastChannel
    if (channel === undefined || channel.number !== channelNumber) {
      channel = this.channels.get(channelNumber)
      this.#lastChannel = channel
    }
    try {
      if (channel === undefined || type === FrameType.heartbeat) {
        this.#frameWithoutChannel(type, channelNumber, bytes, start, end)
      } else if (channel.closing) {
        this.#closingChannelFrame(channel, type, bytes, start, end)
      } else {
        return this.#channelFrame(channel, type, bytes, start, end, bytesEnd)
      }
    } catch (error) {
      if (error instanceof RightsPending) {
        this.#connection.input.retryWhen(error.answered, start - FRAME_HEADER_SIZE)
        return -1
      }
      this.#failed(channel, type, error, bytes, start, end)
    }
    return end + 1
  }

  /** Ready messages that wait before consumers, in the fullest queue that was published to last. */
  publishedBacklog(): number {
    let backlog = 0
    for (const channel of this.channels.values()) backlog = Math.max(backlog, channel.publisher.backlog())
    return backlog
  }

  /** Whether the disk is behind with what was published here; `resume` is called then when it has caught up. */
  heldByDisk(resume: () => void): boolean {
    let batch = 0
    for (const channel of this.channels.values()) batch = Math.max(batch, channel.publisher.lastBatch)
    return batch !== 0 && this.#connection.services.journal.holdBack(batch, resume)
  }

  /**
   * The reply of the method that is being handled waits until all that was recorded is durable; `isLenient` when it is sent all the same if the
   * disk takes nothing.
   */
  replyWhenDurable(isLenient = false): void {
    this.#replyHold?.demand(isLenient)
  }

  /** Closes the channels with a delivery that has waited for its acknowledgement for too long; see `Channel.exceededTimeout`. */
  closeLateChannels(now: number, timeoutMs: number, shortestMs: number): void {
    for (const channel of this.channels.values()) {
      const exceeded = channel.exceededTimeout(now, timeoutMs, shortestMs)
      if (exceeded !== undefined) this.#closeChannel(channel, deliveryTimedOut(channel.number, exceeded), 0)
    }
  }

  /** Ends all channels. */
  release(): void {
    const channels = [...this.channels.values()]
    this.channels.clear()
    this.#usage.channelCount -= channels.length
    this.#connection.services.usages.connectionClosed(this.#connection.user, this.#usage)
    this.vhost.connectionCount--
    const { churn } = this.#connection.services.statistics
    churn.connection_closed++
    churn.channel_closed += channels.length
    this.#lastChannel = undefined
    for (const channel of channels) {
      channel.release()
      channelChanged('channel.closed', this.#connection, this.vhost, channel.number)
    }
    connectionClosed(this.#connection, this.vhost)
  }

  #channelFrame(
    channel: Channel,
    type: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    bytesEnd: number,
  ): number {
    if (type !== FrameType.method) {
      channel.contentFrame(type, bytes, start, end)
      return end + 1
    }
    assertMethod(bytes, start, end)
    channel.assertNoContentDue(bytes, start, end)
    const id = readUint32(bytes, start)
    if (id === MethodId.basicPublish) return channel.publisher.method(bytes, start, end, bytesEnd)
    if (id === MethodId.basicAck && end - start === ACK_SIZE) {
      const deliveryTag = readUint32(bytes, start + 4) * TWO_TO_32 + readUint32(bytes, start + 8)
      // The general way names a larger one exactly.
      if (deliveryTag <= Number.MAX_SAFE_INTEGER) {
        channel.ack(deliveryTag, (bytes[start + 12] & 1) !== 0)
        return end + 1
      }
    }
    // Arguments may be kept, and bytes among them are views: they must not lie in the working memory.
    const method = decodeMethod(bytes.slice(start, end))
    this.#replyHold?.before()
    if (method.name === 'channel.close') this.#channelClosed(channel)
    else handleChannelMethod(channel, method)
    this.#replyHold?.after(id)
    return end + 1
  }

  /** A frame of a channel that awaits the answer to its close: all but the end of that is ignored. */
  #closingChannelFrame(channel: Channel, type: number, bytes: Uint8Array, start: number, end: number): void {
    if (type !== FrameType.method || end - start < METHOD_ID_SIZE) return
    const id = readUint32(bytes, start)
    if (id === MethodId.channelCloseOk) this.#removeChannel(channel)
    else if (id === MethodId.channelClose) channel.send('channel.close-ok', {})
    else if (id === MethodId.channelOpen) {
      throw new ConnectionException(ReplyCode.CHANNEL_ERROR, "second 'channel.open' seen")
    }
  }

  #frameWithoutChannel(type: number, channelNumber: number, bytes: Uint8Array, start: number, end: number): void {
    if (type === FrameType.heartbeat) throw unexpectedFrame(type, bytes.slice(start, end))
    if (type === FrameType.method) assertMethod(bytes, start, end)
    const id = type === FrameType.method ? readUint32(bytes, start) : 0
    const known = id === 0 || methodName(id) !== undefined
    if (known && id !== MethodId.channelOpen) {
      throw new ConnectionException(ReplyCode.CHANNEL_ERROR, "expected 'channel.open'", id)
    }
    // An unknown method is refused here.
    decodeMethod(bytes, start, end)
    this.#openChannel(channelNumber)
  }

  #openChannel(channelNumber: number): void {
    const { size } = this.channels
    if (size >= this.#channelMax) {
      const text = `number of channels opened (${size}) has reached the negotiated channel_max (${this.#channelMax})`
      throw new ConnectionException(ReplyCode.NOT_ALLOWED, text, 0)
    }
    this.#assertNodeHasRoom()
    const { services, user } = this.#connection
    assertUserMayOpenChannel(services.users, this.#usage, user)
    const channel = new Channel(channelNumber, this.#connection, this.vhost, this.rights)
    this.channels.set(channelNumber, channel)
    this.#usage.channelCount++
    services.statistics.churn.channel_created++
    channelChanged('channel.created', this.#connection, this.vhost, channelNumber)
    this.#lastChannel = channel
    channel.send('channel.open-ok', {})
  }

  #assertNodeHasRoom(): void {
    const { connections, options } = this.#connection.services
    if (options.channelMaxPerNode === 0) return
    let count = 0
    for (const { session } of connections) count += session?.channels.size ?? 0
    if (count < options.channelMaxPerNode) return
    const text =
      `number of channels opened on node '${NODE_NAME}' has reached the maximum allowed limit of ` +
      `(${options.channelMaxPerNode})`
    throw new ConnectionException(ReplyCode.NOT_ALLOWED, text, 0)
  }

  #channelClosed(channel: Channel): void {
    channel.release()
    channel.send('channel.close-ok', {})
    this.#removeChannel(channel)
  }

  #removeChannel(channel: Channel): void {
    if (this.channels.delete(channel.number)) {
      this.#usage.channelCount--
      this.#connection.services.statistics.churn.channel_closed++
      channelChanged('channel.closed', this.#connection, this.vhost, channel.number)
    }
    if (this.#lastChannel === channel) this.#lastChannel = undefined
  }

  /** Closes the channel, or the connection, for what was thrown while a frame was handled. */
  #failed(
    channel: Channel | undefined,
    type: number,
    error: unknown,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    const named = type === FrameType.method && end - start >= METHOD_ID_SIZE
    const id = named ? readUint32(bytes, start) : MethodId.basicPublish
    const exception = this.#asException(error, id, bytes, start, end)
    if (channel === undefined || !(exception instanceof ChannelException)) {
      this.#connection.fail(exception, id)
      return
    }
    this.#closeChannel(channel, exception, id)
  }

  #closeChannel(channel: Channel, exception: AmqpException, methodId: number): void {
    const { logger } = this.#connection.services
    logger.warn({ connection: this.#connection.name, channel: channel.number }, exception.message)
    channel.release()
    channel.send('channel.close', closeArguments(exception, methodId))
  }

  #asException(error: unknown, id: number, bytes: Uint8Array, start: number, end: number): AmqpException {
    if (error instanceof AmqpException) return error
    if (error instanceof CodecError) {
      return id === MethodId.basicPublish ? contentError(error) : methodError(error, bytes, start, end)
    }
    const { logger } = this.#connection.services
    logger.error({ connection: this.#connection.name, err: error }, 'bug while handling a frame')
    return internalError()
  }
}

function deliveryTimedOut(channelNumber: number, timeoutMs: number): ChannelException {
  const text =
    `delivery acknowledgement on channel ${channelNumber} timed out. Timeout value used: ${timeoutMs} ms. ` +
    'This timeout value can be configured, see consumers doc guide to learn more'
  return new ChannelException(ReplyCode.PRECONDITION_FAILED, text, 0)
}

function assertMethod(bytes: Uint8Array, start: number, end: number): void {
  if (end - start < METHOD_ID_SIZE) throw unknownFrame(FrameType.method, bytes.slice(start, end))
}
