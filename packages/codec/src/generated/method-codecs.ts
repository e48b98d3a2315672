// Generated from spec/amqp-0-9-1.json by scripts/generate.mjs. Do not edit.

import type { ByteReader } from '../byte-reader.ts'
import type { ByteWriter } from '../byte-writer.ts'
import { readTable, writeTable } from '../field-table.ts'
import type { MethodArgs, MethodInput, MethodName } from '../method-types.ts'

/** Reads and writes the arguments of one method: straight code per method, so that each kind of argument object has one shape. */
export interface MethodCodec<N extends MethodName> {
  read(reader: ByteReader): MethodArgs<N>
  write(writer: ByteWriter, args: MethodInput<N>): void
}

/** The codec of every method. */
export const METHOD_CODECS: { readonly [N in MethodName]: MethodCodec<N> } = {
  'connection.start': {
    read(reader) {
      return {
        versionMajor: reader.uint8(),
        versionMinor: reader.uint8(),
        serverProperties: readTable(reader),
        mechanisms: reader.longString(),
        locales: reader.longString(),
      }
    },
    write(writer, args) {
      writer.uint8(args.versionMajor ?? 0)
      writer.uint8(args.versionMinor ?? 0)
      writeTable(writer, args.serverProperties ?? {})
      writer.longString(args.mechanisms ?? '')
      writer.longString(args.locales ?? '')
    },
  },
  'connection.start-ok': {
    read(reader) {
      return {
        clientProperties: readTable(reader),
        mechanism: reader.shortString(),
        response: reader.longString(),
        locale: reader.shortString(),
      }
    },
    write(writer, args) {
      writeTable(writer, args.clientProperties ?? {})
      writer.shortString(args.mechanism ?? '')
      writer.longString(args.response ?? '')
      writer.shortString(args.locale ?? '')
    },
  },
  'connection.secure': {
    read(reader) {
      return {
        challenge: reader.longString(),
      }
    },
    write(writer, args) {
      writer.longString(args.challenge ?? '')
    },
  },
  'connection.secure-ok': {
    read(reader) {
      return {
        response: reader.longString(),
      }
    },
    write(writer, args) {
      writer.longString(args.response ?? '')
    },
  },
  'connection.tune': {
    read(reader) {
      return {
        channelMax: reader.uint16(),
        frameMax: reader.uint32(),
        heartbeat: reader.uint16(),
      }
    },
    write(writer, args) {
      writer.uint16(args.channelMax ?? 0)
      writer.uint32(args.frameMax ?? 0)
      writer.uint16(args.heartbeat ?? 0)
    },
  },
  'connection.tune-ok': {
    read(reader) {
      return {
        channelMax: reader.uint16(),
        frameMax: reader.uint32(),
        heartbeat: reader.uint16(),
      }
    },
    write(writer, args) {
      writer.uint16(args.channelMax ?? 0)
      writer.uint32(args.frameMax ?? 0)
      writer.uint16(args.heartbeat ?? 0)
    },
  },
  'connection.open': {
    read(reader) {
      const virtualHost = reader.shortString()
      const capabilities = reader.shortString()
      const bits = reader.uint8()
      return {
        virtualHost,
        capabilities,
        insist: (bits & 1) !== 0,
      }
    },
    write(writer, args) {
      writer.shortString(args.virtualHost ?? '')
      writer.shortString(args.capabilities ?? '')
      writer.uint8(args.insist ? 1 : 0)
    },
  },
  'connection.open-ok': {
    read(reader) {
      return {
        knownHosts: reader.shortString(),
      }
    },
    write(writer, args) {
      writer.shortString(args.knownHosts ?? '')
    },
  },
  'connection.close': {
    read(reader) {
      return {
        replyCode: reader.uint16(),
        replyText: reader.shortString(),
        classId: reader.uint16(),
        methodId: reader.uint16(),
      }
    },
    write(writer, args) {
      writer.uint16(args.replyCode ?? 0)
      writer.shortString(args.replyText ?? '')
      writer.uint16(args.classId ?? 0)
      writer.uint16(args.methodId ?? 0)
    },
  },
  'connection.close-ok': { read: () => ({}), write: () => {} },
  'connection.blocked': {
    read(reader) {
      return {
        reason: reader.shortString(),
      }
    },
    write(writer, args) {
      writer.shortString(args.reason ?? '')
    },
  },
  'connection.unblocked': { read: () => ({}), write: () => {} },
  'connection.update-secret': {
    read(reader) {
      return {
        newSecret: reader.longString(),
        reason: reader.shortString(),
      }
    },
    write(writer, args) {
      writer.longString(args.newSecret ?? '')
      writer.shortString(args.reason ?? '')
    },
  },
  'connection.update-secret-ok': { read: () => ({}), write: () => {} },
  'channel.open': {
    read(reader) {
      return {
        outOfBand: reader.shortString(),
      }
    },
    write(writer, args) {
      writer.shortString(args.outOfBand ?? '')
    },
  },
  'channel.open-ok': {
    read(reader) {
      return {
        channelId: reader.longString(),
      }
    },
    write(writer, args) {
      writer.longString(args.channelId ?? '')
    },
  },
  'channel.flow': {
    read(reader) {
      const bits = reader.uint8()
      return {
        active: (bits & 1) !== 0,
      }
    },
    write(writer, args) {
      writer.uint8(args.active ? 1 : 0)
    },
  },
  'channel.flow-ok': {
    read(reader) {
      const bits = reader.uint8()
      return {
        active: (bits & 1) !== 0,
      }
    },
    write(writer, args) {
      writer.uint8(args.active ? 1 : 0)
    },
  },
  'channel.close': {
    read(reader) {
      return {
        replyCode: reader.uint16(),
        replyText: reader.shortString(),
        classId: reader.uint16(),
        methodId: reader.uint16(),
      }
    },
    write(writer, args) {
      writer.uint16(args.replyCode ?? 0)
      writer.shortString(args.replyText ?? '')
      writer.uint16(args.classId ?? 0)
      writer.uint16(args.methodId ?? 0)
    },
  },
  'channel.close-ok': { read: () => ({}), write: () => {} },
  'access.request': {
    read(reader) {
      const realm = reader.shortString()
      const bits = reader.uint8()
      return {
        realm,
        exclusive: (bits & 1) !== 0,
        passive: (bits & 2) !== 0,
        active: (bits & 4) !== 0,
        write: (bits & 8) !== 0,
        read: (bits & 16) !== 0,
      }
    },
    write(writer, args) {
      writer.shortString(args.realm ?? '')
      writer.uint8((args.exclusive ? 1 : 0) | (args.passive ? 2 : 0) | (args.active ? 4 : 0) | (args.write ? 8 : 0) | (args.read ? 16 : 0))
    },
  },
  'access.request-ok': {
    read(reader) {
      return {
        ticket: reader.uint16(),
      }
    },
    write(writer, args) {
      writer.uint16(args.ticket ?? 0)
    },
  },
  'exchange.declare': {
    read(reader) {
      const ticket = reader.uint16()
      const exchange = reader.shortString()
      const type = reader.shortString()
      const bits = reader.uint8()
      return {
        ticket,
        exchange,
        type,
        passive: (bits & 1) !== 0,
        durable: (bits & 2) !== 0,
        autoDelete: (bits & 4) !== 0,
        internal: (bits & 8) !== 0,
        noWait: (bits & 16) !== 0,
        arguments: readTable(reader),
      }
    },
    write(writer, args) {
      writer.uint16(args.ticket ?? 0)
      writer.shortString(args.exchange ?? '')
      writer.shortString(args.type ?? '')
      writer.uint8((args.passive ? 1 : 0) | (args.durable ? 2 : 0) | (args.autoDelete ? 4 : 0) | (args.internal ? 8 : 0) | (args.noWait ? 16 : 0))
      writeTable(writer, args.arguments ?? {})
    },
  },
  'exchange.declare-ok': { read: () => ({}), write: () => {} },
  'exchange.delete': {
    read(reader) {
      const ticket = reader.uint16()
      const exchange = reader.shortString()
      const bits = reader.uint8()
      return {
        ticket,
        exchange,
        ifUnused: (bits & 1) !== 0,
        noWait: (bits & 2) !== 0,
      }
    },
    write(writer, args) {
      writer.uint16(args.ticket ?? 0)
      writer.shortString(args.exchange ?? '')
      writer.uint8((args.ifUnused ? 1 : 0) | (args.noWait ? 2 : 0))
    },
  },
  'exchange.delete-ok': { read: () => ({}), write: () => {} },
  'exchange.bind': {
    read(reader) {
      const ticket = reader.uint16()
      const destination = reader.shortString()
      const source = reader.shortString()
      const routingKey = reader.shortString()
      const bits = reader.uint8()
      return {
        ticket,
        destination,
        source,
        routingKey,
        noWait: (bits & 1) !== 0,
        arguments: readTable(reader),
      }
    },
    write(writer, args) {
      writer.uint16(args.ticket ?? 0)
      writer.shortString(args.destination ?? '')
      writer.shortString(args.source ?? '')
      writer.shortString(args.routingKey ?? '')
      writer.uint8(args.noWait ? 1 : 0)
      writeTable(writer, args.arguments ?? {})
    },
  },
  'exchange.bind-ok': { read: () => ({}), write: () => {} },
  'exchange.unbind': {
    read(reader) {
      const ticket = reader.uint16()
      const destination = reader.shortString()
      const source = reader.shortString()
      const routingKey = reader.shortString()
      const bits = reader.uint8()
      return {
        ticket,
        destination,
        source,
        routingKey,
        noWait: (bits & 1) !== 0,
        arguments: readTable(reader),
      }
    },
    write(writer, args) {
      writer.uint16(args.ticket ?? 0)
      writer.shortString(args.destination ?? '')
      writer.shortString(args.source ?? '')
      writer.shortString(args.routingKey ?? '')
      writer.uint8(args.noWait ? 1 : 0)
      writeTable(writer, args.arguments ?? {})
    },
  },
  'exchange.unbind-ok': { read: () => ({}), write: () => {} },
  'queue.declare': {
    read(reader) {
      const ticket = reader.uint16()
      const queue = reader.shortString()
      const bits = reader.uint8()
      return {
        ticket,
        queue,
        passive: (bits & 1) !== 0,
        durable: (bits & 2) !== 0,
        exclusive: (bits & 4) !== 0,
        autoDelete: (bits & 8) !== 0,
        noWait: (bits & 16) !== 0,
        arguments: readTable(reader),
      }
    },
    write(writer, args) {
      writer.uint16(args.ticket ?? 0)
      writer.shortString(args.queue ?? '')
      writer.uint8((args.passive ? 1 : 0) | (args.durable ? 2 : 0) | (args.exclusive ? 4 : 0) | (args.autoDelete ? 8 : 0) | (args.noWait ? 16 : 0))
      writeTable(writer, args.arguments ?? {})
    },
  },
  'queue.declare-ok': {
    read(reader) {
      return {
        queue: reader.shortString(),
        messageCount: reader.uint32(),
        consumerCount: reader.uint32(),
      }
    },
    write(writer, args) {
      writer.shortString(args.queue ?? '')
      writer.uint32(args.messageCount ?? 0)
      writer.uint32(args.consumerCount ?? 0)
    },
  },
  'queue.bind': {
    read(reader) {
      const ticket = reader.uint16()
      const queue = reader.shortString()
      const exchange = reader.shortString()
      const routingKey = reader.shortString()
      const bits = reader.uint8()
      return {
        ticket,
        queue,
        exchange,
        routingKey,
        noWait: (bits & 1) !== 0,
        arguments: readTable(reader),
      }
    },
    write(writer, args) {
      writer.uint16(args.ticket ?? 0)
      writer.shortString(args.queue ?? '')
      writer.shortString(args.exchange ?? '')
      writer.shortString(args.routingKey ?? '')
      writer.uint8(args.noWait ? 1 : 0)
      writeTable(writer, args.arguments ?? {})
    },
  },
  'queue.bind-ok': { read: () => ({}), write: () => {} },
  'queue.purge': {
    read(reader) {
      const ticket = reader.uint16()
      const queue = reader.shortString()
      const bits = reader.uint8()
      return {
        ticket,
        queue,
        noWait: (bits & 1) !== 0,
      }
    },
    write(writer, args) {
      writer.uint16(args.ticket ?? 0)
      writer.shortString(args.queue ?? '')
      writer.uint8(args.noWait ? 1 : 0)
    },
  },
  'queue.purge-ok': {
    read(reader) {
      return {
        messageCount: reader.uint32(),
      }
    },
    write(writer, args) {
      writer.uint32(args.messageCount ?? 0)
    },
  },
  'queue.delete': {
    read(reader) {
      const ticket = reader.uint16()
      const queue = reader.shortString()
      const bits = reader.uint8()
      return {
        ticket,
        queue,
        ifUnused: (bits & 1) !== 0,
        ifEmpty: (bits & 2) !== 0,
        noWait: (bits & 4) !== 0,
      }
    },
    write(writer, args) {
      writer.uint16(args.ticket ?? 0)
      writer.shortString(args.queue ?? '')
      writer.uint8((args.ifUnused ? 1 : 0) | (args.ifEmpty ? 2 : 0) | (args.noWait ? 4 : 0))
    },
  },
  'queue.delete-ok': {
    read(reader) {
      return {
        messageCount: reader.uint32(),
      }
    },
    write(writer, args) {
      writer.uint32(args.messageCount ?? 0)
    },
  },
  'queue.unbind': {
    read(reader) {
      return {
        ticket: reader.uint16(),
        queue: reader.shortString(),
        exchange: reader.shortString(),
        routingKey: reader.shortString(),
        arguments: readTable(reader),
      }
    },
    write(writer, args) {
      writer.uint16(args.ticket ?? 0)
      writer.shortString(args.queue ?? '')
      writer.shortString(args.exchange ?? '')
      writer.shortString(args.routingKey ?? '')
      writeTable(writer, args.arguments ?? {})
    },
  },
  'queue.unbind-ok': { read: () => ({}), write: () => {} },
  'basic.qos': {
    read(reader) {
      const prefetchSize = reader.uint32()
      const prefetchCount = reader.uint16()
      const bits = reader.uint8()
      return {
        prefetchSize,
        prefetchCount,
        global: (bits & 1) !== 0,
      }
    },
    write(writer, args) {
      writer.uint32(args.prefetchSize ?? 0)
      writer.uint16(args.prefetchCount ?? 0)
      writer.uint8(args.global ? 1 : 0)
    },
  },
  'basic.qos-ok': { read: () => ({}), write: () => {} },
  'basic.consume': {
    read(reader) {
      const ticket = reader.uint16()
      const queue = reader.shortString()
      const consumerTag = reader.shortString()
      const bits = reader.uint8()
      return {
        ticket,
        queue,
        consumerTag,
        noLocal: (bits & 1) !== 0,
        noAck: (bits & 2) !== 0,
        exclusive: (bits & 4) !== 0,
        noWait: (bits & 8) !== 0,
        arguments: readTable(reader),
      }
    },
    write(writer, args) {
      writer.uint16(args.ticket ?? 0)
      writer.shortString(args.queue ?? '')
      writer.shortString(args.consumerTag ?? '')
      writer.uint8((args.noLocal ? 1 : 0) | (args.noAck ? 2 : 0) | (args.exclusive ? 4 : 0) | (args.noWait ? 8 : 0))
      writeTable(writer, args.arguments ?? {})
    },
  },
  'basic.consume-ok': {
    read(reader) {
      return {
        consumerTag: reader.shortString(),
      }
    },
    write(writer, args) {
      writer.shortString(args.consumerTag ?? '')
    },
  },
  'basic.cancel': {
    read(reader) {
      const consumerTag = reader.shortString()
      const bits = reader.uint8()
      return {
        consumerTag,
        noWait: (bits & 1) !== 0,
      }
    },
    write(writer, args) {
      writer.shortString(args.consumerTag ?? '')
      writer.uint8(args.noWait ? 1 : 0)
    },
  },
  'basic.cancel-ok': {
    read(reader) {
      return {
        consumerTag: reader.shortString(),
      }
    },
    write(writer, args) {
      writer.shortString(args.consumerTag ?? '')
    },
  },
  'basic.publish': {
    read(reader) {
      const ticket = reader.uint16()
      const exchange = reader.shortString()
      const routingKey = reader.shortString()
      const bits = reader.uint8()
      return {
        ticket,
        exchange,
        routingKey,
        mandatory: (bits & 1) !== 0,
        immediate: (bits & 2) !== 0,
      }
    },
    write(writer, args) {
      writer.uint16(args.ticket ?? 0)
      writer.shortString(args.exchange ?? '')
      writer.shortString(args.routingKey ?? '')
      writer.uint8((args.mandatory ? 1 : 0) | (args.immediate ? 2 : 0))
    },
  },
  'basic.return': {
    read(reader) {
      return {
        replyCode: reader.uint16(),
        replyText: reader.shortString(),
        exchange: reader.shortString(),
        routingKey: reader.shortString(),
      }
    },
    write(writer, args) {
      writer.uint16(args.replyCode ?? 0)
      writer.shortString(args.replyText ?? '')
      writer.shortString(args.exchange ?? '')
      writer.shortString(args.routingKey ?? '')
    },
  },
  'basic.deliver': {
    read(reader) {
      const consumerTag = reader.shortString()
      const deliveryTag = reader.uint64()
      const bits = reader.uint8()
      return {
        consumerTag,
        deliveryTag,
        redelivered: (bits & 1) !== 0,
        exchange: reader.shortString(),
        routingKey: reader.shortString(),
      }
    },
    write(writer, args) {
      writer.shortString(args.consumerTag ?? '')
      writer.uint64(args.deliveryTag ?? 0)
      writer.uint8(args.redelivered ? 1 : 0)
      writer.shortString(args.exchange ?? '')
      writer.shortString(args.routingKey ?? '')
    },
  },
  'basic.get': {
    read(reader) {
      const ticket = reader.uint16()
      const queue = reader.shortString()
      const bits = reader.uint8()
      return {
        ticket,
        queue,
        noAck: (bits & 1) !== 0,
      }
    },
    write(writer, args) {
      writer.uint16(args.ticket ?? 0)
      writer.shortString(args.queue ?? '')
      writer.uint8(args.noAck ? 1 : 0)
    },
  },
  'basic.get-ok': {
    read(reader) {
      const deliveryTag = reader.uint64()
      const bits = reader.uint8()
      return {
        deliveryTag,
        redelivered: (bits & 1) !== 0,
        exchange: reader.shortString(),
        routingKey: reader.shortString(),
        messageCount: reader.uint32(),
      }
    },
    write(writer, args) {
      writer.uint64(args.deliveryTag ?? 0)
      writer.uint8(args.redelivered ? 1 : 0)
      writer.shortString(args.exchange ?? '')
      writer.shortString(args.routingKey ?? '')
      writer.uint32(args.messageCount ?? 0)
    },
  },
  'basic.get-empty': {
    read(reader) {
      return {
        clusterId: reader.shortString(),
      }
    },
    write(writer, args) {
      writer.shortString(args.clusterId ?? '')
    },
  },
  'basic.ack': {
    read(reader) {
      const deliveryTag = reader.uint64()
      const bits = reader.uint8()
      return {
        deliveryTag,
        multiple: (bits & 1) !== 0,
      }
    },
    write(writer, args) {
      writer.uint64(args.deliveryTag ?? 0)
      writer.uint8(args.multiple ? 1 : 0)
    },
  },
  'basic.reject': {
    read(reader) {
      const deliveryTag = reader.uint64()
      const bits = reader.uint8()
      return {
        deliveryTag,
        requeue: (bits & 1) !== 0,
      }
    },
    write(writer, args) {
      writer.uint64(args.deliveryTag ?? 0)
      writer.uint8(args.requeue ? 1 : 0)
    },
  },
  'basic.recover-async': {
    read(reader) {
      const bits = reader.uint8()
      return {
        requeue: (bits & 1) !== 0,
      }
    },
    write(writer, args) {
      writer.uint8(args.requeue ? 1 : 0)
    },
  },
  'basic.recover': {
    read(reader) {
      const bits = reader.uint8()
      return {
        requeue: (bits & 1) !== 0,
      }
    },
    write(writer, args) {
      writer.uint8(args.requeue ? 1 : 0)
    },
  },
  'basic.recover-ok': { read: () => ({}), write: () => {} },
  'basic.nack': {
    read(reader) {
      const deliveryTag = reader.uint64()
      const bits = reader.uint8()
      return {
        deliveryTag,
        multiple: (bits & 1) !== 0,
        requeue: (bits & 2) !== 0,
      }
    },
    write(writer, args) {
      writer.uint64(args.deliveryTag ?? 0)
      writer.uint8((args.multiple ? 1 : 0) | (args.requeue ? 2 : 0))
    },
  },
  'confirm.select': {
    read(reader) {
      const bits = reader.uint8()
      return {
        noWait: (bits & 1) !== 0,
      }
    },
    write(writer, args) {
      writer.uint8(args.noWait ? 1 : 0)
    },
  },
  'confirm.select-ok': { read: () => ({}), write: () => {} },
  'tx.select': { read: () => ({}), write: () => {} },
  'tx.select-ok': { read: () => ({}), write: () => {} },
  'tx.commit': { read: () => ({}), write: () => {} },
  'tx.commit-ok': { read: () => ({}), write: () => {} },
  'tx.rollback': { read: () => ({}), write: () => {} },
  'tx.rollback-ok': { read: () => ({}), write: () => {} },
}
