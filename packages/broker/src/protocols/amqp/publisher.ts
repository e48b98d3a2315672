/**
 * `basic.publish` of one channel: from frames to queues.
 *
 * Hot path (`npm run bench`). A message whose frames all lie in the bytes at hand is taken whole, where it lies; any other is put together
 * first by {@link ContentAssembly}. Both then go the same way. Nothing here makes a string or an object for a message that the last one's
 * route fits and whose properties need no look.
 */

import {
  ClassId,
  FRAME_END,
  FrameType,
  MethodId,
  PropertyFlag,
  ReplyCode,
  validateContentHeader,
} from '@warrenmq/codec'
import { equalBytes, readUint32 } from '@warrenmq/codec/internal'
import { RouteKind } from '@warrenmq/routing'
import { RightsPending } from '../../access/rights.ts'
import { ChannelException, ConnectionException } from '../../errors.ts'
import { FRAME_HEADER_SIZE, Message } from '../../queue/message.ts'
import type { Queue } from '../../queue/queue.ts'
import type { PublishCounts } from '../../statistics/publish-counts.ts'
import { headersOf, type PublishedMessage, publishChannel } from '../../tracing/publish-channel.ts'
import type { Route } from '../../vhost/route-cache.ts'
import { exchangeName, resolveRoute } from '../../vhost/route-resolver.ts'
import { RoutedMessage } from '../../vhost/routed-message.ts'
import type { Channel } from './channel.ts'
import { ContentAssembly } from './content-assembly.ts'
import { inspectProperties, LOOKED_AT } from './message-properties.ts'
import { malformedArguments } from './method-errors.ts'
import { nameReplyQueue } from './reply-to.ts'

/** Offset of the exchange name's length in the payload of `basic.publish`: class, method, ticket come before it. */
const ROUTE_OFFSET = 6
const MANDATORY = 1
const IMMEDIATE = 2
/** An exchange keeps the message, so that one without queues is not unroutable. Not of the protocol. */
const HELD_BACK = 4
/** Payload of a content header without properties, in bytes. */
const BARE_HEADER_SIZE = 14
/** Larger bodies are put together in memory of their own, from where they can be sent without copying. */
const WHOLE_BODY_MAX = 32 * 1024

/** Filled again for every message; publishing is synchronous. */
const message = new Message()

export class Publisher {
  readonly assembly: ContentAssembly
  /** The batch of the journal in which a message of the channel was recorded last; 0 for none. */
  lastBatch = 0
  readonly #channel: Channel
  #route: Route | undefined
  /** Counts for the route's exchange. */
  #counts: PublishCounts | undefined
  /** The route's queues while nobody watches: what goes to others is counted one by one, and told. */
  #plainQueues: readonly Queue[] | undefined
  /** Messages that went to all queues of the route, and to no others, since they were last counted. */
  #routed = 0
  /** A message that was put together and waits for an answer about rights. */
  #held: { readonly bytes: Uint8Array; readonly routeEnd: number; readonly end: number } | undefined
  /** Bits of the publish method whose content is being put together. */
  #bits = 0

  constructor(channel: Channel) {
    this.#channel = channel
    this.assembly = new ContentAssembly(channel.connection.heldBytes)
  }

  /**
   * Takes a publish method, with its content if all of it lies before `bytesEnd`, and returns the offset behind what it took.
   * `start` and `end` bound the method's payload.
   */
  method(bytes: Uint8Array, start: number, end: number, bytesEnd: number): number {
    const routeStart = start + ROUTE_OFFSET
    const keyStart = routeStart + 1 + bytes[routeStart]
    const routeEnd = keyStart + 1 + bytes[keyStart]
    // A length that points outside gives another sum, or none.
    if (routeEnd + 1 !== end) throw malformedArguments(bytes, start, end)
    const bits = bytes[routeEnd]

    const header = end + 1
    const bodyFrame = wholeHeader(bytes, header, bytesEnd, this.#channel.number)
    if (bodyFrame > 0) {
      const bodySize = readUint32(bytes, header + FRAME_HEADER_SIZE + 8)
      const next = bodySize === 0 ? bodyFrame : this.#wholeBody(bytes, bodyFrame, bytesEnd, bodySize)
      if (next > 0) {
        message.point(bytes, routeStart, routeEnd, next)
        message.owned = false
        message.position = -1
        message.batch = 0
        this.#publish(bits)
        return next
      }
    }
    this.#bits = bits
    this.assembly.begin(bytes, routeStart, routeEnd)
    return header
  }

  /** Takes a frame of a message that is being put together. */
  contentFrame(type: number, bytes: Uint8Array, start: number, end: number): void {
    if (this.#held !== undefined) {
      const { bytes: whole, routeEnd, end: wholeEnd } = this.#held
      message.point(whole, 0, routeEnd, wholeEnd)
      message.owned = true
      message.position = -1
      message.batch = 0
      this.#publishAssembled()
      return
    }
    const sizeMax = this.#channel.messageSizeMax
    if (!this.assembly.frame(type, bytes, start, end, sizeMax)) return
    const size = this.assembly.bodySize
    if (size > sizeMax) {
      this.assembly.reset()
      throw messageTooLarge(size, sizeMax)
    }
    this.assembly.complete(message)
    this.#publishAssembled()
  }

  /** Whether a frame with content is due. */
  get takesContent(): boolean {
    return this.assembly.active || this.#held !== undefined
  }

  #publishAssembled(): void {
    const { bytes, routeEnd, end } = message
    this.#held = undefined
    try {
      this.#publish(this.#bits)
    } catch (error) {
      // The last frame of the content will be handed in again.
      if (error instanceof RightsPending) this.#held = { bytes, routeEnd, end }
      throw error
    }
  }

  /** Ready messages that wait before consumers, in the fullest queue of the last message's route, or messages that died, if more do. */
  backlog(): number {
    let backlog = this.#channel.vhost.deadLetterCount
    for (const queue of this.#route?.queues ?? []) {
      if (queue.consumers.size > 0) backlog = Math.max(backlog, queue.readyCount)
    }
    return backlog
  }

  /** Offset behind the body frame at `frame` if it is the whole body and lies before `bytesEnd`; else 0. */
  #wholeBody(bytes: Uint8Array, frame: number, bytesEnd: number, bodySize: number): number {
    const next = frame + FRAME_HEADER_SIZE + bodySize + 1
    if (bodySize > WHOLE_BODY_MAX || next > bytesEnd || bytes[frame] !== FrameType.body) return 0
    const { number, frameSizeMax } = this.#channel
    if (bytes[frame + 1] !== number >>> 8 || bytes[frame + 2] !== (number & 0xff)) return 0
    if (readUint32(bytes, frame + 3) !== bodySize || bodySize > frameSizeMax) return 0
    return bytes[next - 1] === FRAME_END ? next : 0
  }

  /** Publishes what {@link message} points at. The checks stand in RabbitMQ's order. */
  #publish(bits: number): void {
    const channel = this.#channel
    if ((bits & IMMEDIATE) !== 0) throw new ConnectionException(ReplyCode.NOT_IMPLEMENTED, 'immediate=true')
    if (message.bodySize > channel.messageSizeMax) throw messageTooLarge(message.bodySize, channel.messageSizeMax)
    const route = this.#findRoute()

    let queues = route.queues
    if (message.propertyFlags !== 0 || message.headerPayloadEnd - message.headerPayloadStart !== BARE_HEADER_SIZE) {
      validateContentHeader(message.bytes, message.headerPayloadStart, message.headerPayloadEnd)
      if ((message.propertyFlags & LOOKED_AT) !== 0 || route.kind !== RouteKind.fixed) {
        if (route.kind === RouteKind.effective) {
          this.#publishEffectively(route, bits)
          return
        }
        queues = this.#routeByProperties(route)
      }
    } else if (route.kind !== RouteKind.fixed) {
      if (route.kind === RouteKind.effective) {
        this.#publishEffectively(route, bits)
        return
      }
      queues = channel.vhost.route(route.exchange, [route.routingKey], new RoutedMessage(message))
    }

    if (channel.transaction !== undefined) {
      channel.transaction.publish(message, queues, (bits & MANDATORY) !== 0, this.#counts as PublishCounts)
    } else {
      if (queues === this.#plainQueues) this.#routed++
      else this.#countVarying(queues)
      this.#distribute(queues, bits)
    }
  }

  /** Returns `false` when a queue refused the message. */
  #distribute(queues: readonly Queue[], bits: number): boolean {
    const count = queues.length
    let taken = true
    for (let i = 0; i < count; i++) if (!queues[i].publish(message)) taken = false
    if (count === 0) this.#unroutable(bits)
    if (message.batch !== 0) this.lastBatch = message.batch
    const confirms = this.#channel.confirms
    if (confirms === undefined) return taken
    if (taken) confirms.confirmNext(message.batch)
    else confirms.refuseNext()
    return taken
  }

  #unroutable(bits: number): void {
    const counts = this.#counts as PublishCounts
    if ((bits & MANDATORY) !== 0) {
      counts.returned++
      this.#channel.returnMessage(message)
    } else if ((bits & HELD_BACK) === 0) {
      counts.dropped++
    }
  }

  #countVarying(queues: readonly Queue[]): void {
    const { statistics, confirms } = this.#channel
    statistics.published(this.#counts as PublishCounts, queues, 1, confirms !== undefined)
    if (publishChannel.hasSubscribers) this.#tell(queues)
  }

  /** Tells those who watch of {@link message}. */
  #tell(queues: readonly Queue[]): void {
    const { connection, number, user, vhost } = this.#channel
    const { exchange, routingKey } = this.#route as Route
    const published: PublishedMessage = {
      vhost: vhost.name,
      exchange: exchange.name,
      routingKey,
      queues: queues.map(({ name }) => name),
      connection: connection.name,
      channel: number,
      user,
      bodySize: message.bodySize,
      get headers() {
        return headersOf(message)
      },
    }
    publishChannel.publish(published)
  }

  /** Has the route found anew, because somebody watches now, or nobody any more. */
  watchChanged(): void {
    this.collect()
    this.#route = undefined
  }

  /** Adds what was published on the last route to the channel's statistics. */
  collect(): void {
    const count = this.#routed
    if (count === 0) return
    this.#routed = 0
    const { statistics, confirms } = this.#channel
    const { queues } = this.#route as Route
    statistics.published(this.#counts as PublishCounts, queues, count, confirms !== undefined)
  }

  /** The channel is in confirm mode from now on. */
  confirmsBegin(): void {
    this.collect()
    if (this.#counts !== undefined) this.#channel.confirms?.exchangeChanged(this.#counts)
  }

  #routeByProperties(route: Route): readonly Queue[] {
    const extraKeys = this.#checkProperties(route)
    if (extraKeys.length === 0 && route.kind === RouteKind.fixed) return route.queues
    const routingKeys = [route.routingKey, ...extraKeys]
    return this.#channel.vhost.route(route.exchange, routingKeys, new RoutedMessage(message))
  }

  /** Checks the properties and changes those that are the broker's. Returns the routing keys of CC and BCC. */
  #checkProperties(route: Route): readonly string[] {
    if ((message.propertyFlags & PropertyFlag.replyTo) !== 0) nameReplyQueue(this.#channel, message)
    const { userIdAllowed, rights } = this.#channel
    const extraKeys = inspectProperties(message, userIdAllowed)
    if (route.exchange.settings.type === 'topic') {
      // RabbitMQ asks for the routing key alone, so that CC and BCC get around the right: docs/deviations.md.
      for (const key of extraKeys) rights.assertMayUseTopic('write', route.exchange.name, key)
    }
    return extraKeys
  }

  /** Publishes to an exchange that may keep the message or remember it; in a transaction that happens when it is committed. */
  #publishEffectively(route: Route, bits: number): void {
    const { vhost, transaction } = this.#channel
    const mandatory = (bits & MANDATORY) !== 0
    const routingKeys = [route.routingKey, ...this.#checkProperties(route)]
    if (transaction !== undefined) {
      const routeLate = (held: Message) => vhost.routeEffectively(route.exchange, routingKeys, held)
      transaction.publishRouted(message, routeLate, mandatory, this.#counts as PublishCounts)
      return
    }
    const found = vhost.routeEffectively(route.exchange, routingKeys, message)
    this.#countVarying(found.queues)
    if (!this.#distribute(found.queues, found.heldBack ? HELD_BACK : bits & MANDATORY)) found.refused()
  }

  #findRoute(): Route {
    const { bytes, routeStart, routeEnd } = message
    const vhost = this.#channel.vhost
    const version = vhost.topologyVersion
    const last = this.#route
    if (last !== undefined && last.version === version) {
      const length = routeEnd - routeStart
      if (last.bytes.length === length && equalBytes(last.bytes, 0, bytes, routeStart, length)) return last
    }
    // Rights are asked where the route changes: a change of rights makes all routes old.
    const route = this.#checkedRoute(vhost.routes.find(bytes, routeStart, routeEnd, version))
    this.#changeRoute(route)
    return route
  }

  #changeRoute(route: Route): void {
    this.collect()
    this.#route = route
    this.#plainQueues = publishChannel.hasSubscribers ? undefined : route.queues
    if (this.#counts?.exchange === route.exchange) return
    this.#counts = this.#channel.statistics.publishesTo(route.exchange)
    this.#channel.confirms?.exchangeChanged(this.#counts)
  }

  /** `known`, or the route resolved, if the user may use it. The vhost's routes are shared by all users. */
  #checkedRoute(known: Route | undefined): Route {
    const { vhost, rights } = this.#channel
    // Whether the exchange exists is told to nobody who may not write to it.
    rights.assertMayPublish(known === undefined ? exchangeName(message) : known.exchange.name)
    const route = known ?? resolveRoute(vhost, message)
    const { exchange, routingKey } = route
    if (exchange.settings.type === 'topic') rights.assertMayUseTopic('write', exchange.name, routingKey)
    return route
  }
}

/**
 * Offset behind the content header frame at `header` if it is whole and announces a body below 4 GiB; else 0. Whatever is wrong with it
 * is found out, and said, by the slower way.
 */
function wholeHeader(bytes: Uint8Array, header: number, bytesEnd: number, channelNumber: number): number {
  const payload = header + FRAME_HEADER_SIZE
  if (payload + BARE_HEADER_SIZE >= bytesEnd || bytes[header] !== FrameType.header) return 0
  if (bytes[header + 1] !== channelNumber >>> 8 || bytes[header + 2] !== (channelNumber & 0xff)) return 0
  const size = readUint32(bytes, header + 3)
  const end = payload + size
  if (size < BARE_HEADER_SIZE || size > WHOLE_BODY_MAX || end >= bytesEnd || bytes[end] !== FRAME_END) return 0
  // Class 60, weight 0, and the upper half of the body size 0.
  if (readUint32(bytes, payload) !== ClassId.basic << 16 || readUint32(bytes, payload + 4) !== 0) return 0
  return end + 1
}

function messageTooLarge(size: number, limit: number): ChannelException {
  const text = `message size ${size} is larger than configured max size ${limit}`
  return new ChannelException(ReplyCode.PRECONDITION_FAILED, text, MethodId.basicPublish)
}
